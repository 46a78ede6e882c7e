//! The `Host` header, without which HTTP/1.1 has no request.

use crate::client::Fixture;
use crate::wire::{Wire, request};

fn status(fixture: &Fixture, text: &str) -> String {
    let mut wire = Wire::connect(&fixture.server);
    wire.send(text);
    let head = wire.head();
    head.split(' ').nth(1).unwrap().to_owned()
}

#[test]
fn a_request_names_one_host() {
    let fixture = Fixture::new();
    let whole = request(&fixture, "GET", "WhoAmI()", None);
    let host = format!("Host: {}\r\n", fixture.server.address());
    assert_eq!(status(&fixture, &whole), "200");
    for hosts in [
        String::new(),
        format!("{host}{host}"),
        format!("{host}Host: other.example\r\n"),
        "Host:\r\n".to_owned(),
        "Host: a b\r\n".to_owned(),
        "Host: somebody@contoso.example\r\n".to_owned(),
        "Host: contoso.example/x\r\n".to_owned(),
    ] {
        assert_eq!(status(&fixture, &whole.replacen(&host, &hosts, 1)), "400", "{hosts:?}");
    }
    // Whatever is asked for.
    for path in ["/", "/_local/status", "/11111111-1111-4111-8111-111111111111/oauth2/v2.0/token"] {
        assert_eq!(status(&fixture, &format!("GET {path} HTTP/1.1\r\n\r\n")), "400", "{path}");
    }
}

#[test]
fn http_1_0_needs_no_host() {
    let fixture = Fixture::new();
    assert_eq!(status(&fixture, "GET /_local/status HTTP/1.0\r\n\r\n"), "200");
}
