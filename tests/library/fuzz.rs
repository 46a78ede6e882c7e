//! Damaged replies over a real connection: status line, headers, framing and body. Whatever comes, the caller gets a result or a clear error,
//! soon.

use std::time::{Duration, Instant};

use dynamics365::users::Options;
use dynamics365::{Client, Config, Mode, Query, Result, Status, requests, roles, users};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config as Cases, FileFailurePersistence, TestRunner};
use serde_json::json;

use crate::scripted::{self, Scripted};
use crate::support::*;

const USER: &str = include_str!("../replies/user.json");
const BODIES: [&str; 4] = [
    USER,
    include_str!("../replies/users.json"),
    include_str!("../replies/roles.json"),
    include_str!("../replies/error.json"),
];

const PIECES: [&[u8]; 20] = [
    b"\r\n",
    b"\r\n\r\n",
    b"\n",
    b"\0",
    b": ",
    b"HTTP/1.1 ",
    b"HTTP/1.1 100 Continue\r\n\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Content-Length: 5\r\n",
    b"Content-Length: 99999999999999999999\r\n",
    b"Content-Encoding: gzip\r\n",
    b"Content-Encoding: br\r\n",
    b"ffffffffffffffff\r\n",
    b"0\r\n\r\n",
    b"Retry-After: 0\r\n",
    b"Location: http://127.0.0.1:1/\r\n",
    b"WWW-Authenticate: Bearer authorization_uri=x\r\n",
    b"\xff\xfe",
    b"204",
    b"999",
];

#[derive(Debug, Clone)]
enum Damage {
    Set(Index, u8),
    Insert(Index, usize),
    Delete(Index, usize),
    Cut(Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        1 => (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Damage::Set(at, byte)),
        3 => (any::<Index>(), 0..PIECES.len()).prop_map(|(at, piece)| Damage::Insert(at, piece)),
        1 => (any::<Index>(), 1usize..60).prop_map(|(at, length)| Damage::Delete(at, length)),
        1 => any::<Index>().prop_map(Damage::Cut),
    ]
}

/// A reply as bytes, with damages; most of them in the head, which is the shorter part.
fn answer() -> impl Strategy<Value = Vec<u8>> {
    let status = prop::sample::select(vec![200u16, 201, 204, 206, 301, 304, 400, 401, 404, 412, 429, 500, 503]);
    let chunked = any::<bool>();
    (0..BODIES.len(), status, chunked, prop::collection::vec((any::<bool>(), damage()), 0..5)).prop_map(|(body, status, chunked, damages)| {
        let body = BODIES[body];
        let (framing, body) = match chunked {
            true => ("Transfer-Encoding: chunked".to_owned(), format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len())),
            false => (format!("Content-Length: {}", body.len()), body.to_owned()),
        };
        let mut head = format!("HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nREQ_ID: 1\r\nRetry-After: 0\r\n{framing}\r\n\r\n").into_bytes();
        let mut body = body.into_bytes();
        for (in_head, damage) in damages {
            apply(&damage, if in_head { &mut head } else { &mut body });
        }
        [head, body].concat()
    })
}

fn apply(damage: &Damage, text: &mut Vec<u8>) {
    match damage {
        Damage::Set(at, byte) => {
            let at = at.index(text.len() + 1);
            if let Some(old) = text.get_mut(at) {
                *old = *byte;
            }
        }
        Damage::Insert(at, piece) => {
            let tail = text.split_off(at.index(text.len() + 1));
            text.extend_from_slice(PIECES[*piece]);
            text.extend_from_slice(&tail);
        }
        Damage::Delete(at, length) => {
            let at = at.index(text.len() + 1);
            text.drain(at..(at + length).min(text.len()));
        }
        Damage::Cut(at) => text.truncate(at.index(text.len() + 1)),
    }
}

/// What can be asked of an environment.
fn ask(client: &Client, which: usize) -> Result<()> {
    match which {
        0 => requests::who_am_i(client).map(drop),
        1 => users::get(client, NOBODY, &[]).map(drop),
        2 => users::list(client, &Query { first: Some(3), ..Query::default() })?.try_for_each(|batch| batch.map(drop)),
        3 => roles::assign(client, NOBODY, &"Sales Manager".into(), None, Mode::Apply).map(drop),
        4 => users::update(client, NOBODY, &object(json!({ "jobtitle": "Clerk" })), Options::default()).map(drop),
        _ => requests::request(client, "DELETE", "systemusers(1)", &object(json!({})), None).map(drop),
    }
}

#[test]
fn every_damaged_reply_of_a_server_ends_in_a_result_or_a_clear_error_soon() {
    let asked = std::env::var("DYNAMICS365_FUZZ_CASES").ok().and_then(|count| count.parse::<u32>().ok());
    let cases = asked.map_or(300, |count| (count / 50).max(300));
    let config = Cases { cases, failure_persistence: Some(Box::new(FileFailurePersistence::Off)), ..Cases::default() };
    let started = Instant::now();
    let run = TestRunner::new(config).run(&(answer(), any::<bool>(), 0usize..6), |(answer, sign_in, which)| {
        // The damaged reply comes to the sign-in, or to everything else.
        let server = Scripted::start(move |seen| match (seen.target.contains("/oauth2/"), sign_in) {
            (true, true) | (false, false) => answer.clone(),
            (true, false) => scripted::granted("a token"),
            (false, true) => scripted::json(200, &serde_json::from_str(USER).unwrap()),
        });
        let mut config = Config::new(server.url()).unwrap();
        config.client_secret(&login(local_dataverse::seed::CLIENT_ID), "a secret".into()).unwrap();
        for (name, value) in [("max_tries", "2"), ("max_wait_ms", "0"), ("timeout_ms", "5000")] {
            config.option(name, value).unwrap();
        }
        let asked_at = Instant::now();
        if let Err(error) = ask(&Client::new(config).unwrap(), which) {
            let text = error.to_string();
            prop_assert!(error.status() != Status::Internal && !text.is_empty(), "{text}");
            prop_assert!(!text.chars().any(char::is_control), "{text:?}");
        }
        prop_assert!(asked_at.elapsed() < Duration::from_secs(60));
        Ok(())
    });
    run.unwrap_or_else(|failure| panic!("{failure}"));
    println!("damaged replies of a server: {cases} cases in {:.1} s", started.elapsed().as_secs_f64());
}
