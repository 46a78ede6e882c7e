//! Clients that are clumsy, slow, rude or gone.

use local_dataverse::{Options, seed};

use crate::client::{Fixture, user};
use crate::wire::{End, Wire, header, promised, request, until};

/// The first line of the reply to some text.
fn answer(fixture: &Fixture, text: &str) -> String {
    let mut wire = Wire::connect(&fixture.server);
    wire.send(text);
    wire.head().lines().next().unwrap().to_owned()
}

#[test]
fn a_body_that_is_too_large_is_refused_before_it_is_sent() {
    let fixture = Fixture::new();
    let mut wire = Wire::connect(&fixture.server);
    let length = 64 * 1024 * 1024 + 1;
    wire.send(&format!("POST /api/data/v9.2/systemusers HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n"));
    let head = wire.head();
    assert!(head.starts_with("HTTP/1.1 413"), "{head}");
    assert_eq!(header(&head, "connection"), Some("close"));
    assert_eq!(wire.until_the_end(), End::Closed);
    assert_eq!(fixture.server.requests().last().unwrap().status, 413);
}

#[test]
fn a_body_that_turns_out_too_large_is_refused_and_the_client_can_read_that() {
    let fixture = Fixture::new();
    let mut wire = Wire::connect(&fixture.server);
    wire.send("POST /api/data/v9.2/systemusers HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    let megabyte = format!("100000\r\n{}\r\n", "x".repeat(0x10_0000));
    // A little more than is taken: the end of it meets a server that has said no.
    for _ in 0..65 {
        wire.send(&megabyte);
    }
    assert!(wire.head().starts_with("HTTP/1.1 413"));
}

#[test]
fn too_many_and_too_long_headers_are_refused() {
    let fixture = Fixture::new();
    let many: String = (0..200).map(|number| format!("X-Header-{number}: x\r\n")).collect();
    assert!(answer(&fixture, &format!("GET / HTTP/1.1\r\nHost: x\r\n{many}\r\n")).contains(" 431 "));
    let long = "x".repeat(2 * 1024 * 1024);
    let mut wire = Wire::connect(&fixture.server);
    wire.send(&format!("GET / HTTP/1.1\r\nHost: x\r\nX-Long: {long}"));
    assert!(wire.head().contains(" 431 "));
}

#[test]
fn what_is_no_http_is_refused() {
    let fixture = Fixture::new();
    for text in ["hello\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "\u{16}\u{3}\u{1}\r\n\r\n"] {
        assert!(answer(&fixture, text).contains(" 400 "), "{text:?}");
    }
    assert_eq!(fixture.get("WhoAmI()").status, 200);
}

#[test]
fn requests_that_come_in_one_piece_are_answered_in_their_order() {
    let fixture = Fixture::new();
    let mut wire = Wire::connect(&fixture.server);
    let one = request(&fixture, "GET", "WhoAmI()", None);
    let two = request(&fixture, "GET", "nothing", None);
    wire.send(&format!("{one}{two}{one}"));
    let mut statuses = Vec::new();
    for _ in 0..3 {
        let head = wire.head();
        statuses.push(head.split(' ').nth(1).unwrap().to_owned());
        let length = promised(&head);
        wire.at_least(length);
        wire.received.drain(..length);
    }
    assert_eq!(statuses, ["200", "404", "200"]);
}

#[test]
fn who_waits_to_be_told_to_continue_is_told() {
    let fixture = Fixture::new();
    let mut wire = Wire::connect(&fixture.server);
    let whole = request(&fixture, "PATCH", &user(seed::ADELE), Some(r#"{"jobtitle":"Clerk"}"#));
    let (head, body) = whole.split_once("\r\n\r\n").unwrap();
    wire.send(&format!("{head}\r\nExpect: 100-continue\r\n\r\n"));
    assert!(wire.head().starts_with("HTTP/1.1 100"));
    wire.send(body);
    assert!(wire.head().starts_with("HTTP/1.1 204"));
}

#[test]
fn an_old_client_gets_a_reply_and_the_end_of_the_connection() {
    let fixture = Fixture::new();
    let mut wire = Wire::connect(&fixture.server);
    wire.send(&request(&fixture, "GET", "WhoAmI()", None).replacen("HTTP/1.1", "HTTP/1.0", 1));
    assert!(wire.head().contains(" 200 "));
    assert_eq!(wire.until_the_end(), End::Closed);
}

#[test]
fn idle_connections_hold_nobody_up() {
    let fixture = Fixture::new();
    let before = fixture.server.open_connections();
    let idle: Vec<Wire> = (0..500).map(|_| Wire::connect(&fixture.server)).collect();
    until("all are open", || fixture.server.open_connections() >= before + 500);
    assert_eq!(fixture.get("WhoAmI()").status, 200);
    drop(idle);
    until("all are closed", || fixture.server.open_connections() <= before + 1);
}

#[test]
fn who_goes_away_in_the_middle_of_a_request_leaves_nothing_behind() {
    let fixture = Fixture::new();
    let before = fixture.server.open_connections();
    let whole = request(&fixture, "PATCH", &user(seed::ADELE), Some(r#"{"jobtitle":"Clerk"}"#));
    for cut in [10, whole.len() - 30, whole.len() - 1] {
        let mut wire = Wire::connect(&fixture.server);
        wire.send(&whole[..cut]);
    }
    until("all connections are over", || fixture.server.open_connections() <= before);
    assert!(fixture.server.ledger().is_empty());
    assert_eq!(fixture.get("WhoAmI()").status, 200);
}

#[test]
fn who_goes_away_in_the_middle_of_a_long_reply_leaves_nothing_behind() {
    let fixture = Fixture::with(Options { users: 5_000, ..Options::default() });
    let before = fixture.server.open_connections();
    for _ in 0..10 {
        let mut wire = Wire::connect(&fixture.server);
        wire.send(&request(&fixture, "GET", "systemusers", None));
        let head = wire.head();
        assert!(promised(&head) > 1_000_000);
    }
    until("all connections are over", || fixture.server.open_connections() <= before);
}

#[test]
fn other_levels_of_metadata_than_minimal_are_refused_with_the_reason() {
    let fixture = Fixture::new();
    for level in ["odata.metadata=none", "odata.metadata=full", "odata.metadata = None"] {
        let accept = format!("application/json; {level}");
        let reply = fixture.send("GET", "systemusers?$top=1", &[("Accept", &accept)], None);
        assert_eq!(reply.status, 501, "{level}");
        assert!(reply.message().contains("odata.metadata="), "{}", reply.text);
    }
    let reply =
        fixture.send("GET", "systemusers?$top=1", &[("Accept", "application/json;odata.metadata=minimal")], None);
    assert_eq!((reply.status, reply.header("content-type")), (200, "application/json; odata.metadata=minimal"));
}

#[test]
fn the_bytes_of_requests_and_replies_are_counted() {
    let fixture = Fixture::new();
    let text = request(&fixture, "GET", "systemusers?$select=fullname", None);
    let (received, sent) = (fixture.server.received_bytes(), fixture.server.sent_bytes());
    let mut wire = Wire::connect(&fixture.server);
    wire.send(&text);
    let head = wire.head();
    wire.at_least(promised(&head));
    assert_eq!(fixture.server.received_bytes() - received, text.len() as u64);
    assert_eq!(fixture.server.sent_bytes() - sent, (head.len() + wire.received.len()) as u64);
}
