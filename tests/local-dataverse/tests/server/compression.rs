//! Compressed replies.

use std::io::Read;

use local_dataverse::{Action, FaultRule, Options};
use serde_json::{Value, json};

use crate::client::Fixture;
use crate::wire::{Wire, header, promised, request};

const LIST: &str = "systemusers?$select=fullname,internalemailaddress";

/// The head and the body, as sent, of a list for a client that accepts this.
fn list(fixture: &Fixture, accept: &str) -> (String, Vec<u8>) {
    let mut wire = Wire::connect(&fixture.server);
    let text = request(fixture, "GET", LIST, None);
    wire.send(&text.replacen("\r\n", &format!("\r\nAccept-Encoding: {accept}\r\n"), 1));
    let head = wire.head();
    wire.at_least(promised(&head));
    (head, wire.received)
}

fn decoded(reader: impl Read) -> String {
    std::io::read_to_string(reader).unwrap()
}

#[test]
fn a_list_comes_compressed_as_the_client_likes_it() {
    let fixture = Fixture::with(Options { users: 500, ..Options::default() });
    let (head, plain) = list(&fixture, "identity");
    assert_eq!((header(&head, "content-encoding"), header(&head, "vary")), (None, Some("Accept-Encoding")));
    let plain = String::from_utf8(plain).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&plain).unwrap()["value"].as_array().unwrap().len(), 505);
    for (accept, coding) in [
        ("gzip", "gzip"),
        ("br", "br"),
        ("zstd", "zstd"),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
    ] {
        let (head, body) = list(&fixture, accept);
        assert_eq!(header(&head, "content-encoding"), Some(coding), "{accept}");
        assert!(body.len() < plain.len() / 4, "{accept}: {} of {}", body.len(), plain.len());
        let text = match coding {
            "gzip" => decoded(flate2::read::GzDecoder::new(&body[..])),
            "br" => decoded(brotli::Decompressor::new(&body[..], 4096)),
            _ => decoded(zstd::Decoder::new(&body[..]).unwrap()),
        };
        assert_eq!(text, plain, "{accept}");
    }
}

#[test]
fn short_replies_and_those_to_clients_that_do_not_ask_are_not_compressed() {
    let fixture = Fixture::with(Options { users: 500, ..Options::default() });
    let mut wire = Wire::connect(&fixture.server);
    wire.send(&request(&fixture, "GET", LIST, None));
    assert_eq!(header(&wire.head(), "content-encoding"), None);
    let short = fixture.send("GET", "WhoAmI()", &[("Accept-Encoding", "gzip")], None);
    assert_eq!((short.header("content-encoding"), short.header("vary")), ("", ""));
}

#[test]
fn compression_can_be_switched_off() {
    let fixture = Fixture::with(Options { users: 500, ..Options::default() });
    fixture.server.settings_mut(|settings| settings.compression = false);
    let (head, body) = list(&fixture, "gzip");
    assert_eq!(header(&head, "content-encoding"), None);
    assert!(serde_json::from_slice::<Value>(&body).is_ok());
}

#[test]
fn a_fault_cuts_what_is_on_the_wire_and_can_claim_a_coding_that_is_none() {
    let fixture = Fixture::with(Options { users: 500, ..Options::default() });
    let (whole, _) = list(&fixture, "gzip");
    let on_lists = |action| FaultRule { path: Some("systemusers".into()), ..FaultRule::new(action) };
    fixture.server.set_fault(on_lists(Action { truncate: Some(100), ..Action::default() })).unwrap();
    let mut wire = Wire::connect(&fixture.server);
    let text = request(&fixture, "GET", LIST, None);
    wire.send(&text.replacen("\r\n", "\r\nAccept-Encoding: gzip\r\n", 1));
    let head = wire.head();
    assert_eq!((promised(&head), header(&head, "content-encoding")), (promised(&whole), Some("gzip")));
    wire.until_the_end();
    assert_eq!(wire.received.len(), 100);
    assert!(wire.received.starts_with(&[0x1f, 0x8b]), "the beginning of a gzip file");

    let headers = [("Content-Encoding".into(), "gzip".into())].into();
    fixture.server.set_fault(on_lists(Action { headers, ..Action::default() })).unwrap();
    let (head, body) = list(&fixture, "gzip");
    assert_eq!(header(&head, "content-encoding"), Some("gzip"));
    assert!(body.starts_with(b"{"), "it is no gzip");
}

#[test]
fn compressed_requests_are_refused_as_not_supported() {
    let fixture = Fixture::new();
    let reply = fixture.send("POST", "systemusers", &[("Content-Encoding", "gzip")], Some(json!({})));
    assert_eq!(reply.status, 501);
    assert!(reply.message().contains("compressed request bodies"));
}
