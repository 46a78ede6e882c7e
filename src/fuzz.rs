//! Replies that no server should give: recorded ones, damaged in every way, through everything that reads replies. Each must end in a value
//! or in a clear error; a value must be what a plain reading of the JSON gives.
//!
//! `cargo test` tries some thousands; `cargo xtask fuzz` sets DYNAMICS365_FUZZ_CASES and tries a million or more.

use std::time::{Instant, SystemTime};

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, FileFailurePersistence, TestRunner};
use reqwest::header::{HeaderName, HeaderValue};
use serde_json::Value;
use url::Url;

use crate::auth::{authorization_uri, read_reply, tenant_of};
use crate::error::{Error, Result, Status};
use crate::http::for_fuzz::{judge, parse_retry_after, read_body};
use crate::http::{Limits, Response};
use crate::odata::{Batch, Column, columns_of, is_code, read_page, read_row, select_row, to_error};
use crate::users::USER;
use crate::{requests, roles};

/// Condensed from recorded replies; the names in them are made up.
const REPLIES: [&[u8]; 10] = [
    include_bytes!("../tests/replies/user.json"),
    include_bytes!("../tests/replies/users.json"),
    include_bytes!("../tests/replies/roles.json"),
    include_bytes!("../tests/replies/who-am-i.json"),
    include_bytes!("../tests/replies/error.json"),
    include_bytes!("../tests/replies/error-decimal.json"),
    include_bytes!("../tests/replies/no-version.json"),
    include_bytes!("../tests/replies/token.json"),
    include_bytes!("../tests/replies/token-v1.json"),
    include_bytes!("../tests/replies/token-error.json"),
];

/// Pieces that mean something to a reader of JSON or of these replies.
const PIECES: [&[u8]; 44] = [
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b"\\",
    b",",
    b":",
    b"null",
    b"true",
    b"false",
    b"0",
    b"-1",
    b"1e999",
    b"18446744073709551616",
    b"1.50",
    b"-0",
    b"\"value\":",
    b"\"@odata.nextLink\":",
    b"\"error\":",
    b"\"code\":",
    b"\"access_token\":",
    b"\"expires_in\":",
    b"\"error_codes\":",
    b"\\u0000",
    b"\\ud800",
    b"\\udfff\\ud800",
    b"\\u001f",
    b"\x00",
    b"\x1f",
    b"\x1e",
    b"\x10",
    b"\xff",
    b"\xc3\x28",
    b"\xed\xa0\x80",
    b"\xef\xbb\xbf",
    b"\xf0\x9f\x98\x80",
    b"\r\n",
    b" ",
    b"<html>",
    b"-2147220969",
    b"0x80040217",
    b"{}",
    b"[]",
];

const NONE: &[&str] = &[];

/// One damage to a text.
#[derive(Debug, Clone)]
enum Damage {
    Set(Index, u8),
    Insert(Index, usize),
    Replace(Index, usize, usize),
    Delete(Index, usize),
    Repeat(Index, usize, usize),
    Cut(Index),
    Nest(Index, usize),
    Splice(Index, usize, Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    let piece = 0..PIECES.len();
    prop_oneof![
        1 => (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Damage::Set(at, byte)),
        3 => (any::<Index>(), piece.clone()).prop_map(|(at, piece)| Damage::Insert(at, piece)),
        3 => (any::<Index>(), 1usize..40, piece).prop_map(|(at, length, piece)| Damage::Replace(at, length, piece)),
        2 => (any::<Index>(), 1usize..200).prop_map(|(at, length)| Damage::Delete(at, length)),
        1 => (any::<Index>(), 1usize..200, 1usize..20).prop_map(|(at, length, times)| Damage::Repeat(at, length, times)),
        1 => any::<Index>().prop_map(Damage::Cut),
        1 => (any::<Index>(), 1usize..300).prop_map(|(at, depth)| Damage::Nest(at, depth)),
        1 => (any::<Index>(), 0..REPLIES.len(), any::<Index>()).prop_map(|(at, reply, from)| Damage::Splice(at, reply, from)),
    ]
}

impl Damage {
    fn apply(&self, text: &mut Vec<u8>) {
        let place = |at: &Index, text: &[u8]| at.index(text.len() + 1);
        let end = |start: usize, length: usize, text: &[u8]| (start + length).min(text.len());
        match self {
            Damage::Set(at, byte) => {
                let at = place(at, text);
                if let Some(old) = text.get_mut(at) {
                    *old = *byte;
                }
            }
            Damage::Insert(at, piece) => insert(text, place(at, text), PIECES[*piece]),
            Damage::Replace(at, length, piece) => {
                let at = place(at, text);
                text.drain(at..end(at, *length, text));
                insert(text, at, PIECES[*piece]);
            }
            Damage::Delete(at, length) => {
                let at = place(at, text);
                text.drain(at..end(at, *length, text));
            }
            Damage::Repeat(at, length, times) => {
                let at = place(at, text);
                let part = text[at..end(at, *length, text)].repeat(*times);
                insert(text, at, &part);
            }
            Damage::Cut(at) => text.truncate(at.index(text.len() + 1)),
            Damage::Nest(at, depth) => {
                let nested = ["[".repeat(*depth), "]".repeat(*depth)].concat();
                insert(text, place(at, text), nested.as_bytes());
            }
            Damage::Splice(at, reply, from) => {
                let other = REPLIES[*reply];
                insert(text, place(at, text), &other[from.index(other.len())..]);
            }
        }
    }
}

fn insert(text: &mut Vec<u8>, at: usize, part: &[u8]) {
    let tail = text.split_off(at);
    text.extend_from_slice(part);
    text.extend_from_slice(&tail);
}

/// A recorded reply with some damage, and a status and headers that may go with it or not.
fn reply() -> impl Strategy<Value = Response> {
    let status = prop_oneof![
        2 => Just(200u16),
        1 => prop::sample::select(vec![201u16, 204, 206, 300, 304, 400, 401, 403, 404, 405, 409, 412, 413, 429, 500, 501, 502, 503, 504]),
        1 => 200u16..600,
    ];
    let header = (
        prop::sample::select(vec![
            "retry-after",
            "req_id",
            "content-type",
            "www-authenticate",
            "x-ms-service-request-id",
            "odata-entityid",
        ]),
        prop_oneof![
            "[ -~]{0,40}",
            "[0-9]{1,20}",
            "Bearer authorization_uri=[ -~]{0,40}",
            "[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT"
        ],
    );
    let damages = prop::collection::vec(damage(), 0..6);
    (0..REPLIES.len(), damages, status, prop::collection::vec(header, 0..3)).prop_map(
        |(reply, damages, status, headers)| {
            let mut body = REPLIES[reply].to_vec();
            damages.iter().for_each(|damage| damage.apply(&mut body));
            let mut response = Response::for_test(status, body);
            for (name, value) in headers {
                if let Ok(value) = HeaderValue::from_str(&value) {
                    response.headers.append(HeaderName::from_static(name), value);
                }
            }
            response
        },
    )
}

fn cases() -> Config {
    let asked = std::env::var("DYNAMICS365_FUZZ_CASES").ok().and_then(|count| count.parse().ok());
    Config {
        cases: asked.unwrap_or(2000),
        failure_persistence: Some(Box::new(FileFailurePersistence::Off)),
        max_shrink_iters: 100_000,
        ..Config::default()
    }
}

/// An error that says something, on one line, and is no defect of the library.
fn assert_clear(error: &Error) {
    let text = error.to_string();
    assert_ne!(error.status(), Status::Internal, "{text}");
    assert!(!text.is_empty() && text.len() < 20_000, "{} characters: {text:.200}", text.len());
    for text in
        [Some(text.as_str()), error.code(), error.target(), error.request_id(), error.privilege()].into_iter().flatten()
    {
        assert!(!text.chars().any(char::is_control), "{text:?}");
    }
}

fn check<T>(outcome: Result<T>) -> Option<T> {
    outcome.inspect_err(assert_clear).ok()
}

/// What a page must be by a plain reading of its JSON: the fields of each row; none where it is no page.
fn plain_page(json: &Value, columns: &[Column]) -> Option<Vec<Vec<Value>>> {
    let page = json.as_object()?;
    let links = ["@odata.nextLink", "@odata.deltaLink"];
    if links.iter().any(|link| page.get(*link).is_some_and(|link| !link.is_string())) {
        return None;
    }
    let field = |row: &Value, column: &Column| row.get(&column.property).cloned().unwrap_or(Value::Null);
    let row = |row: &Value| row.is_object().then(|| columns.iter().map(|column| field(row, column)).collect());
    page.get("value")?.as_array()?.iter().map(row).collect()
}

/// Whether a field of a batch says the same as a value of JSON.
fn says(field: &str, value: &Value) -> bool {
    match value {
        Value::Null => field.is_empty(),
        Value::String(text) => field == text,
        other => serde_json::from_str::<Value>(field).is_ok_and(|read| read == *other),
    }
}

fn compare(batch: &Batch, body: &[u8], columns: &[Column]) {
    // A repeated name or what only a plain reading minds (such as a number that no float holds) leaves nothing to compare.
    let Ok(json) = serde_json::from_slice::<Value>(body) else { return };
    if body.windows(7).filter(|window| *window == b"\"value\"").count() > 1 {
        return;
    }
    let rows = plain_page(&json, columns).expect("what was read as a page is one");
    assert_eq!(batch.rows(), rows.len());
    for (record, row) in batch.records().zip(&rows) {
        assert_eq!(record.len(), row.len());
        for (field, value) in record.iter().zip(row) {
            assert!(says(field, value), "{field:?} is not {value}");
        }
    }
}

/// What is a page by a plain reading must not be refused as none: only a value that is nested too deeply is.
fn compare_refusal(error: &Error, body: &[u8], columns: &[Column]) {
    let is_page = serde_json::from_slice::<Value>(body).is_ok_and(|json| plain_page(&json, columns).is_some());
    assert!(!is_page || error.what().contains("nested"), "{}: {error}", String::from_utf8_lossy(body));
}

/// Everything that reads a reply.
fn read_in_every_way(response: &Response) {
    let columns = columns_of(&USER, NONE).unwrap();
    let few = columns_of(&roles::ROLE, &["name", "iscustomizable"]).unwrap();
    for columns in [&columns, &few] {
        let page = read_page(response, columns, usize::MAX);
        if let Err(error) = &page {
            compare_refusal(error, &response.body, columns);
        }
        if let Some(page) = check(page) {
            compare(&page.batch, &response.body, columns);
            let fields = page.batch.rows() * (columns.len() + 1);
            assert!(page.batch.text().len() <= 2 * response.body.len() * columns.len() + fields);
            let first = read_page(response, columns, 1).unwrap().batch;
            assert!(first.rows() <= 1 && page.batch.text().starts_with(first.text()));
        }
    }
    if let Some(row) = check(read_row(response)) {
        let row = select_row(row, &columns);
        assert_eq!(row.len(), columns.len());
    }
    check(requests::read_who_am_i(response));
    check(requests::reply(response));
    assert_clear(&to_error(response, "the fuzz test", Some(&USER)));
    is_code(response, "0x80040237");
    judge(response);
    let endpoint = Url::parse("https://login.microsoftonline.com/t/oauth2/v2.0/token").unwrap();
    let login = "22222222-2222-4222-8222-222222222222@t".parse().unwrap();
    check(read_reply(response, &endpoint, &login, Instant::now()));
    let challenges = response.headers.get_all("www-authenticate").into_iter().filter_map(|value| value.to_str().ok());
    if let Some(page) = authorization_uri(challenges) {
        tenant_of(&page);
    }
    for value in response.headers.get_all("retry-after") {
        value.to_str().ok().and_then(|value| parse_retry_after(value, SystemTime::now()));
    }
}

fn packed(encoding: &str, body: &[u8]) -> Vec<u8> {
    use std::io::Write;
    if encoding == "zstd" {
        return zstd::stream::encode_all(body, 1).unwrap();
    }
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

/// Tries a property, and says how long it took and how much memory the process ever had.
fn try_all<S: Strategy>(name: &str, strategy: &S, property: impl Fn(S::Value)) {
    let (config, started) = (cases(), Instant::now());
    let cases = config.cases;
    let run = TestRunner::new(config).run(strategy, |value| {
        property(value);
        Ok(())
    });
    run.unwrap_or_else(|failure| panic!("{name}: {failure}"));
    let peak = peak_megabytes();
    let shown = peak.map_or_else(String::new, |peak| format!(", at most {peak} MB of memory"));
    println!("{name}: {cases} cases in {:.1} s{shown}", started.elapsed().as_secs_f64());
    assert!(peak.is_none_or(|peak| peak < 300), "{peak:?} MB");
}

/// The most memory that this process has had so far, where the system tells.
fn peak_megabytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse::<u64>().ok().map(|kilobytes| kilobytes / 1024)
}

#[test]
fn every_damaged_reply_is_read_or_ends_in_a_clear_error() {
    try_all("damaged replies", &reply(), |response| read_in_every_way(&response));
}

#[test]
fn every_damaged_packing_is_unpacked_within_its_limits_or_refused() {
    let encoding = prop::sample::select(vec!["gzip", "zstd", "br"]);
    let strategy = (0..REPLIES.len(), encoding, prop::collection::vec(damage(), 0..4));
    let limits = Limits { max_body: 64 * 1024, ..Limits::default() };
    try_all("damaged packings", &strategy, |(reply, encoding, damages)| {
        let mut body = match encoding {
            // There is no encoder of brotli here: its uncompressed form is one.
            "br" => [&[0x21, 0x2c, 0x00, 0x04][..], b"{\"value\":[]}", &[0x03]].concat(),
            _ => packed(encoding, REPLIES[reply]),
        };
        damages.iter().for_each(|damage| damage.apply(&mut body));
        if let Ok(unpacked) = read_body(encoding, &body[..], &limits) {
            assert!(unpacked.len() <= 64 * 1024);
        }
    });
}

#[test]
fn undamaged_replies_are_read() {
    let page = |reply: &[u8]| {
        read_page(&Response::for_test(200, reply), &columns_of(&USER, NONE).unwrap(), usize::MAX).unwrap()
    };
    let users = page(REPLIES[1]);
    assert_eq!(users.batch.rows(), 2);
    assert!(users.next.unwrap().contains("$skiptoken"));
    assert!(requests::read_who_am_i(&Response::for_test(200, REPLIES[3])).is_ok());
    assert_eq!(to_error(&Response::for_test(404, REPLIES[5]), "x", None).status(), Status::UserNotFound);
    assert_eq!(to_error(&Response::for_test(403, REPLIES[4]), "x", None).privilege(), Some("prvReadUser"));
    for response in REPLIES {
        read_in_every_way(&Response::for_test(200, response));
    }
}
