//! Every kind of fault, as a client sees it.

use std::time::{Duration, Instant, SystemTime};

use local_dataverse::{Action, Close, ExtraHeaders, FaultRule, Pause, RetryAfter, Trickle, seed};
use serde_json::{Value, json};

use crate::client::{Fixture, user};
use crate::wire::{End, Wire, header, promised, request, until};

/// A server with a rule for the next request of this method to this path.
fn with_fault(method: &str, path: &str, action: Action) -> Fixture {
    let fixture = Fixture::new();
    add(&fixture, method, path, action);
    fixture
}

fn add(fixture: &Fixture, method: &str, path: &str, action: Action) {
    let rule = FaultRule { method: Some(method.into()), path: Some(path.into()), ..FaultRule::new(action) };
    fixture.server.set_fault(rule).unwrap();
}

fn who_am_i(fixture: &Fixture) -> Wire {
    let mut wire = Wire::connect(&fixture.server);
    wire.send(&request(fixture, "GET", "WhoAmI()", None));
    wire
}

fn change_of_adele(fixture: &Fixture) -> String {
    request(fixture, "PATCH", &user(seed::ADELE), Some(r#"{"jobtitle":"Clerk"}"#))
}

fn text(body: impl Into<String>) -> Option<Value> {
    Some(Value::String(body.into()))
}

#[test]
fn a_status_comes_with_headers_and_body_and_nothing_is_done() {
    let fixture = with_fault(
        "PATCH",
        "systemusers",
        Action {
            status: Some(502),
            headers: [("X-Proxy".into(), "down".into())].into(),
            body: text("<h1>Bad gateway</h1>"),
            ..Action::default()
        },
    );
    let reply = fixture.patch(&user(seed::ADELE), json!({ "jobtitle": "Clerk" }));
    assert_eq!((reply.status, reply.text.as_str()), (502, "<h1>Bad gateway</h1>"));
    assert_eq!((reply.header("x-proxy"), reply.header("content-type")), ("down", "text/html; charset=utf-8"));
    assert!(fixture.server.ledger().is_empty());
}

#[test]
fn a_status_may_come_after_the_change_was_applied() {
    let fixture = with_fault("PATCH", "", Action { status: Some(503), applied: true, ..Action::default() });
    assert_eq!(fixture.patch(&user(seed::ADELE), json!({ "jobtitle": "Clerk" })).status, 503);
    assert_eq!(fixture.server.ledger().len(), 1);
}

#[test]
fn retry_after_is_seconds_or_a_date_that_is_computed_when_the_reply_is_made() {
    let throttled = |retry_after| Action { status: Some(429), retry_after: Some(retry_after), ..Action::default() };
    let fixture = with_fault("GET", "WhoAmI", throttled(RetryAfter::Seconds(7)));
    assert_eq!(fixture.get("WhoAmI()").header("retry-after"), "7");
    let rule = json!({ "path": "WhoAmI", "action": { "status": 429, "retryAfter": { "dateAfterSeconds": 90 } } });
    assert_eq!(fixture.send_without_token("POST", "/_local/faults", &[], Some(rule)).status, 200);
    let before = SystemTime::now();
    let reply = fixture.get("WhoAmI()");
    let date = httpdate::parse_http_date(reply.header("retry-after")).unwrap();
    assert!(date >= before + Duration::from_secs(90) && date <= SystemTime::now() + Duration::from_secs(91));
}

#[test]
fn a_delay_comes_before_the_request_is_handled() {
    let fixture = with_fault("PATCH", "", Action { delay_ms: Some(600_000), ..Action::default() });
    let mut wire = Wire::connect(&fixture.server);
    wire.send(&change_of_adele(&fixture));
    until("the request is delayed", || fixture.server.faults().is_empty());
    assert!(fixture.server.ledger().is_empty());
    // Who goes away ends it: the request has no effect, and the log says that it got no reply.
    drop(wire);
    until("the connection is gone", || fixture.server.requests().iter().any(|entry| entry.status == 0));
    assert!(fixture.server.ledger().is_empty());
}

#[test]
fn a_delay_of_the_reply_comes_after_the_change() {
    let fixture = with_fault("PATCH", "", Action { delay_reply_ms: Some(600_000), ..Action::default() });
    let mut wire = Wire::connect(&fixture.server);
    wire.send(&change_of_adele(&fixture));
    until("the change is applied", || fixture.server.ledger().len() == 1);
    assert!(wire.received.is_empty());
}

#[test]
fn a_short_delay_delays_and_no_more() {
    let fixture = with_fault("GET", "WhoAmI", Action { delay_ms: Some(80), ..Action::default() });
    let started = Instant::now();
    assert_eq!(fixture.get("WhoAmI()").status, 200);
    assert!(started.elapsed() >= Duration::from_millis(80));
}

#[test]
fn a_body_pauses_in_its_middle() {
    let pause = Pause { after_bytes: Some(20), ms: 600_000 };
    let fixture = with_fault("GET", "WhoAmI", Action { pause: Some(pause), ..Action::default() });
    let mut wire = who_am_i(&fixture);
    assert!(promised(&wire.head()) > 20);
    wire.at_least(20);
    assert!(wire.is_silent_for(Duration::from_millis(100)));
    assert_eq!(wire.received.len(), 20, "the rest comes later");
}

#[test]
fn a_body_goes_on_after_its_pause() {
    let pause = Pause { after_bytes: None, ms: 120 };
    let fixture = with_fault("GET", "WhoAmI", Action { pause: Some(pause), ..Action::default() });
    let text = request(&fixture, "GET", "WhoAmI()", None);
    let mut wire = Wire::connect(&fixture.server);
    let started = Instant::now();
    wire.send(&text);
    let length = promised(&wire.head());
    wire.at_least(length);
    assert!(started.elapsed() >= Duration::from_millis(120), "{:?}", started.elapsed());
    let body: Value = serde_json::from_slice(&wire.received).unwrap();
    assert_eq!(body["UserId"], seed::APPLICATION_USER.to_string());
}

#[test]
fn closed_before_the_request_is_read_means_that_the_body_is_not_waited_for() {
    for (reset, end) in [(false, End::Closed), (true, End::Reset)] {
        let fixture = with_fault("PATCH", "", Action { close: Some(Close::BeforeRead), reset, ..Action::default() });
        let mut wire = Wire::connect(&fixture.server);
        let whole = change_of_adele(&fixture);
        let (head, _) = whole.split_once("\r\n\r\n").unwrap();
        // The body that the head promises never comes.
        wire.send(&format!("{head}\r\n\r\n"));
        assert_eq!(wire.until_the_end(), end);
        assert!(wire.received.is_empty() && fixture.server.ledger().is_empty());
    }
}

#[test]
fn closed_after_the_request_is_read_means_that_nothing_was_done() {
    for (reset, end) in [(false, End::Closed), (true, End::Reset)] {
        let fixture = with_fault("PATCH", "", Action { close: Some(Close::AfterRead), reset, ..Action::default() });
        let mut wire = Wire::connect(&fixture.server);
        let whole = change_of_adele(&fixture);
        let (first, last) = whole.split_at(whole.len() - 5);
        wire.send(first);
        until("the head has arrived", || fixture.server.faults().is_empty());
        assert_eq!(fixture.server.requests().len(), 2, "two sign-ins; this request waits for its body");
        wire.send(last);
        assert_eq!(wire.until_the_end(), end);
        assert!(wire.received.is_empty() && fixture.server.ledger().is_empty());
    }
}

#[test]
fn closed_after_the_change_means_that_it_was_made_without_a_word() {
    for (reset, end) in [(false, End::Closed), (true, End::Reset)] {
        let fixture = with_fault("PATCH", "", Action { close: Some(Close::AfterApplied), reset, ..Action::default() });
        let mut wire = Wire::connect(&fixture.server);
        wire.send(&change_of_adele(&fixture));
        assert_eq!(wire.until_the_end(), end);
        assert!(wire.received.is_empty());
        assert_eq!(fixture.server.ledger().len(), 1);
        assert_eq!(fixture.server.requests().last().unwrap().status, 0);
    }
}

#[test]
fn a_body_is_cut_at_the_byte_that_was_asked_for() {
    for (reset, end) in [(false, End::Closed), (true, End::Reset)] {
        let fixture = with_fault("GET", "WhoAmI", Action { truncate: Some(10), reset, ..Action::default() });
        let mut wire = who_am_i(&fixture);
        let head = wire.head();
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        assert_eq!(wire.until_the_end(), end);
        assert_eq!(wire.received.len(), 10);
        assert!(promised(&head) > 100);
    }
}

#[test]
fn a_large_body_is_cut_at_the_byte_too_for_a_client_that_reads_slowly() {
    let action =
        Action { status: Some(200), body: text("x".repeat(6_000_000)), truncate: Some(5_000_001), ..Action::default() };
    let fixture = with_fault("GET", "WhoAmI", action);
    let mut wire = who_am_i(&fixture);
    wire.head();
    until("the server waits for the client", || fixture.server.requests().len() == 3);
    assert_eq!(wire.until_the_end(), End::Closed);
    assert_eq!(wire.received.len(), 5_000_001);
}

#[test]
fn garbage_has_the_length_of_the_body_and_is_no_text() {
    let fixture = Fixture::new();
    let length = fixture.get("WhoAmI()").text.len();
    add(&fixture, "GET", "WhoAmI", Action { garbage: true, ..Action::default() });
    let mut wire = who_am_i(&fixture);
    assert_eq!(promised(&wire.head()), length);
    wire.at_least(length);
    assert!(String::from_utf8(wire.received).is_err());
}

#[test]
fn a_reply_can_have_the_wrong_content_type() {
    let headers = [("Content-Type".into(), "text/html".into())].into();
    let fixture = with_fault("GET", "WhoAmI", Action { headers, ..Action::default() });
    let reply = fixture.get("WhoAmI()");
    assert_eq!((reply.status, reply.header("content-type")), (200, "text/html"));
    assert_eq!(reply.json()["UserId"], seed::APPLICATION_USER.to_string());
}

#[test]
fn an_endless_body_goes_on_until_the_client_goes_away() {
    let fixture = with_fault("GET", "WhoAmI", Action { endless: true, ..Action::default() });
    let before = fixture.server.open_connections();
    let mut wire = who_am_i(&fixture);
    assert_eq!(header(&wire.head(), "transfer-encoding"), Some("chunked"));
    wire.at_least(8_000_000);
    drop(wire);
    until("the connection is over", || fixture.server.open_connections() <= before);
}

#[test]
fn an_endless_body_can_be_a_trickle_of_white_space_which_is_no_wrong_json() {
    let action = Action {
        status: Some(200),
        body: text(" "),
        endless: true,
        trickle: Some(Trickle { bytes: 3, every_ms: 1 }),
        ..Action::default()
    };
    let fixture = with_fault("GET", "WhoAmI", action);
    let mut wire = who_am_i(&fixture);
    wire.head();
    wire.at_least(200);
    assert!(String::from_utf8(wire.received).unwrap().contains("\r\n3\r\n   \r\n3\r\n   \r\n"));
}

#[test]
fn a_bomb_is_small_on_the_wire_and_large_when_it_is_decompressed() {
    let fixture = with_fault("GET", "WhoAmI", Action { bomb: Some(30_000_000), ..Action::default() });
    let mut wire = Wire::connect(&fixture.server);
    wire.send(&request(&fixture, "GET", "WhoAmI()", None).replacen(
        "HTTP/1.1\r\n",
        "HTTP/1.1\r\nConnection: close\r\n",
        1,
    ));
    assert_eq!(header(&wire.head(), "content-encoding"), Some("gzip"));
    wire.until_the_end();
    assert!(wire.received.len() < 300_000);
    // Chunks: a size in hexadecimal digits, a line end, so many bytes, a line end.
    let (mut rest, mut body) = (&wire.received[..], Vec::new());
    while let Some(end) = rest.windows(2).position(|two| two == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..end]).unwrap(), 16).unwrap();
        body.extend_from_slice(&rest[end + 2..end + 2 + size]);
        rest = &rest[end + size + 4..];
    }
    let size = std::io::copy(&mut flate2::read::GzDecoder::new(&body[..]), &mut std::io::sink()).unwrap();
    assert_eq!(size, 30_000_000);
}

#[test]
fn a_trickle_sends_a_few_bytes_at_a_time() {
    let trickle = Trickle { bytes: 10, every_ms: 10 };
    let fixture = with_fault("GET", "WhoAmI", Action { trickle: Some(trickle), ..Action::default() });
    let text = request(&fixture, "GET", "WhoAmI()", None);
    let mut wire = Wire::connect(&fixture.server);
    let started = Instant::now();
    wire.send(&text);
    let length = promised(&wire.head());
    wire.at_least(length);
    // The first drop comes at once.
    let pauses = length.div_ceil(10) as u64 - 1;
    assert!(started.elapsed() >= Duration::from_millis(10 * pauses), "{:?}", started.elapsed());
    let body: Value = serde_json::from_slice(&wire.received).unwrap();
    assert_eq!(body["UserId"], seed::APPLICATION_USER.to_string());
}

#[test]
fn a_redirect_leads_to_another_host() {
    let elsewhere = "http://elsewhere.contoso.example/api/data/v9.2/WhoAmI()";
    let headers = [("Location".into(), elsewhere.into())].into();
    let fixture = with_fault("GET", "WhoAmI", Action { status: Some(307), headers, ..Action::default() });
    let mut wire = who_am_i(&fixture);
    let head = wire.head();
    assert!(head.starts_with("HTTP/1.1 307"), "{head}");
    assert_eq!(header(&head, "location"), Some(elsewhere));
}

#[test]
fn a_reply_can_have_more_headers_than_anybody_needs() {
    let extra_headers = Some(ExtraHeaders { count: 300, bytes: 2_000 });
    let fixture = with_fault("GET", "WhoAmI", Action { extra_headers, ..Action::default() });
    let mut wire = who_am_i(&fixture);
    let head = wire.head();
    assert_eq!(header(&head, "x-filler-300").map(str::len), Some(2_000));
    assert!(head.len() > 600_000);
}

#[test]
fn the_sign_in_end_point_has_faults_too() {
    let fixture = with_fault("POST", "/oauth2/", Action { status: Some(503), ..Action::default() });
    assert_eq!(fixture.sign_in(seed::TENANT_ID, &[]).status, 503);
    add(&fixture, "POST", "*/oauth2/v2.0/token", Action { garbage: true, ..Action::default() });
    let mut wire = Wire::connect(&fixture.server);
    wire.send(&format!("POST /{}/oauth2/v2.0/token HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", seed::TENANT_ID));
    let length = promised(&wire.head());
    wire.at_least(length);
    assert!(String::from_utf8(wire.received).is_err());
    assert_eq!(fixture.sign_in(seed::TENANT_ID, &[]).status, 200);
}

#[test]
fn with_a_probability_the_same_seed_gives_the_same_run() {
    let run = |seed: u64| {
        let fixture = Fixture::new();
        let rule =
            json!({ "path": "WhoAmI", "probability": 0.4, "seed": seed, "times": 0, "action": { "status": 503 } });
        assert_eq!(fixture.send_without_token("POST", "/_local/faults", &[], Some(rule)).status, 200);
        (0..30).map(|_| fixture.get("WhoAmI()").status).collect::<Vec<_>>()
    };
    let first = run(1);
    assert_eq!(first, run(1));
    assert!(first.contains(&503) && first.contains(&200));
    assert_ne!(first, run(2));
}

#[test]
fn rules_are_listed_with_what_they_did_and_taken_back_one_by_one() {
    let fixture = Fixture::new();
    let rules = json!([
        { "path": "WhoAmI", "times": 0, "action": { "delayMs": 1 } },
        { "path": "roles", "action": { "status": 500 } },
    ]);
    fixture.send_without_token("POST", "/_local/faults", &[], Some(rules));
    fixture.get("WhoAmI()");
    let list = fixture.get("/_local/faults").json()["faults"].clone();
    assert_eq!(
        list[0],
        json!({ "id": 1, "matched": 1, "acted": 1, "path": "WhoAmI", "nth": 1, "times": 0, "action": { "delayMs": 1 } })
    );
    assert_eq!(fixture.send_without_token("DELETE", "/_local/faults/2", &[], None).status, 200);
    assert_eq!(fixture.get("roles").status, 200);
    let gone = fixture.send_without_token("DELETE", "/_local/faults/2", &[], None);
    assert_eq!(gone.status, 400);
    assert!(gone.json()["error"].as_str().unwrap().contains("no fault rule 2"));
}

#[test]
fn the_log_tells_what_a_rule_did() {
    let fixture = with_fault("GET", "WhoAmI", Action { status: Some(503), ..Action::default() });
    fixture.send("GET", "WhoAmI()", &[("x-ms-client-request-id", "mine")], None);
    fixture.get("WhoAmI()");
    let entries = fixture.get("/_local/requests").json()["requests"].clone();
    assert_eq!((&entries[1]["fault"], &entries[1]["clientRequestId"]), (&json!({ "status": 503 }), &json!("mine")));
    assert!(entries[1].get("caller").is_none(), "the rule answered before anybody looked at the token");
    assert!(entries[2].get("fault").is_none());
    assert_eq!(entries[2]["caller"], seed::APPLICATION_USER.to_string());
    assert!(entries[2]["durationMs"].as_f64().unwrap() > 0.0);
    let time: jiff::Timestamp = entries[2]["time"].as_str().unwrap().parse().unwrap();
    assert!(time.as_second() > 1_700_000_000);
}
