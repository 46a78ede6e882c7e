//! Garbage: mutated requests and text in every option. Nothing makes the server fail, wait or fall over, and nothing that is refused changes
//! anything.

mod mutation;
mod request;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::Value;

use crate::client::Fixture;
use crate::raw::{Raw, exchange};
use crate::support::{cases, escaped, text};
use mutation::mutation;
use request::{Request, corpus};

/// Whether a reply is one that the server may give to anything at all.
fn check(fixture: &Fixture, request: &str, reply: &Raw, lines: usize) -> Result<(), TestCaseError> {
    let Some(status) = reply.status else {
        prop_assert_eq!(
            fixture.server.ledger().len(),
            lines,
            "closed without a reply, and yet changed something: {}",
            request
        );
        return Ok(());
    };
    prop_assert!(status < 500 || status == 501, "{}: {} {}", request, status, String::from_utf8_lossy(&reply.body));
    if status < 400 {
        return Ok(());
    }
    // A batch that stopped half way is 400, and what came before its failure stays.
    if !reply.header("content-type").starts_with("multipart/mixed") {
        prop_assert_eq!(
            fixture.server.ledger().len(),
            lines,
            "{} was refused with {}, and yet changed something",
            request,
            status
        );
    }
    // What the API refuses says why, in the form that clients read.
    if !reply.header("req_id").is_empty() && reply.header("content-type").starts_with("application/json") {
        let body: Value = serde_json::from_slice(&reply.body)
            .map_err(|error| TestCaseError::fail(format!("{request}: {error}: {reply:?}")))?;
        let message = body["error"]["message"].as_str().or(body["Message"].as_str()).unwrap_or_default();
        prop_assert!(!message.is_empty(), "{}: {}", request, body);
    }
    Ok(())
}

/// Sends a request to a server as it is after a start.
fn attempt(fixture: &Fixture, request: &[u8]) -> Result<Raw, TestCaseError> {
    fixture.server.reset();
    let shown: String =
        request.iter().take(2000).flat_map(|byte| std::ascii::escape_default(*byte)).map(char::from).collect();
    let reply = exchange(fixture.server.address(), request)
        .map_err(|error| TestCaseError::fail(format!("{shown}: {error}")))?;
    check(fixture, &shown, &reply, 0)?;
    Ok(reply)
}

/// Words that filters are made of, in no order.
const WORDS: [&str; 36] = [
    "firstname",
    "isdisabled",
    "systemuserid",
    "businessunitid",
    "businessunitid/name",
    "systemuserroles_association",
    "/",
    "any(",
    "all(",
    "r:",
    "r/name",
    "eq",
    "ne",
    "gt",
    "le",
    "and",
    "or",
    "not",
    "(",
    ")",
    ",",
    "'a'",
    "'",
    "\"a\"",
    "null",
    "true",
    "5",
    "1.5",
    "2020-01-01",
    "contains(",
    "startswith(",
    "Microsoft.Dynamics.CRM.In(",
    "PropertyName=",
    "PropertyValues=[",
    "]",
    "@p1",
];

const OPTIONS: [&str; 12] = [
    "$filter",
    "$select",
    "$orderby",
    "$expand",
    "$top",
    "$count",
    "$skiptoken",
    "$deltatoken",
    "$id",
    "$apply",
    "fetchXml",
    "x",
];

proptest! {
    #![proptest_config(cases(1500))]

    #[test]
    fn a_mutated_request_is_answered_or_refused_and_never_half_done(which in any::<Index>(), damages in vec(mutation(), 1..5)) {
        SERVER.with(|fixture| {
            let (_, mut request) = which.get(&corpus(fixture)).clone();
            damages.iter().for_each(|damage| request.mutate(damage));
            attempt(fixture, &request.bytes(fixture)).map(drop)
        })?;
    }
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn any_text_in_any_option_is_answered_or_refused(
        option in select(&OPTIONS[..]), text in prop_oneof![text(), any::<String>(), vec(select(&WORDS[..]), 0..12).prop_map(|words| words.join(" "))],
        path in select(vec!["systemusers", "roles", "systemusers(c0000000-0000-4000-8000-000000000002)", "systemusers/$count", "teams", "WhoAmI()"]),
    ) {
        SERVER.with(|fixture| {
            let request = Request::get(&format!("/api/data/v9.2/{path}?{}={}", escaped(option), escaped(&text)));
            let reply = attempt(fixture, &request.bytes(fixture))?;
            prop_assert!([Some(200), Some(400), Some(404), Some(410), Some(501)].contains(&reply.status), "{:?}", reply);
            Ok(())
        })?;
    }

    #[test]
    fn words_of_a_filter_in_any_order_are_a_filter_or_none(words in vec(select(&WORDS[..]), 1..14)) {
        SERVER.with(|fixture| {
            let request = Request::get(&format!("/api/data/v9.2/systemusers?$filter={}", escaped(&words.join(" "))));
            let reply = attempt(fixture, &request.bytes(fixture))?;
            prop_assert!([Some(200), Some(400), Some(501)].contains(&reply.status), "{}: {:?}", words.join(" "), reply);
            Ok(())
        })?;
    }
}

#[test]
fn the_requests_that_are_mutated_are_right_as_they_are() {
    SERVER.with(|fixture| {
        for (status, request) in corpus(fixture) {
            let reply = attempt(fixture, &request.bytes(fixture)).unwrap();
            let (target, body) = (String::from_utf8_lossy(&request.target), String::from_utf8_lossy(&reply.body));
            assert_eq!(reply.status, Some(status), "{target}: {body}");
        }
    });
}

thread_local! {
    static SERVER: Fixture = Fixture::new();
}
