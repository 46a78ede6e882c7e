//! TLS and HTTP/2, with a client that this project did not write.

use std::time::Duration;

use local_dataverse::{Action, Close, FaultRule, Options, Server, Trickle, seed};
use reqwest::blocking::{Client, ClientBuilder, Response};
use reqwest::{Certificate, Version};
use serde_json::{Value, json};

use crate::client::user;
use crate::wire::{End, Wire, until};

const TOKEN_PATH: &str = "11111111-1111-4111-8111-111111111111/oauth2/v2.0/token";

fn builder() -> ClientBuilder {
    // Whichever test is the first one; the others find it there.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy().timeout(Duration::from_secs(30))
}

fn secure() -> Server {
    Server::start(Options { tls: true, ..Options::default() }).unwrap()
}

/// A builder of a client that trusts the server.
fn trusting(server: &Server) -> ClientBuilder {
    let authority = Certificate::from_pem(server.certificate_authority().unwrap().as_bytes()).unwrap();
    builder().tls_certs_only([authority])
}

fn token(client: &Client, base: &str) -> String {
    let body = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}&scope={base}.default",
        seed::CLIENT_ID,
        seed::CLIENT_SECRET
    );
    let request =
        client.post(format!("{base}{TOKEN_PATH}")).header("Content-Type", "application/x-www-form-urlencoded");
    let response = request.body(body).send().unwrap();
    assert_eq!(response.status(), 200, "{response:?}");
    let reply: Value = serde_json::from_str(&response.text().unwrap()).unwrap();
    reply["access_token"].as_str().unwrap().to_owned()
}

/// A client with a token for a base address.
struct Session {
    client: Client,
    base: String,
    token: String,
}

impl Session {
    fn new(client: Client, base: &str) -> Self {
        let token = token(&client, base);
        Self { client, base: base.to_owned(), token }
    }

    fn get(&self, path: &str) -> reqwest::Result<Response> {
        self.client.get(format!("{}api/data/v9.2/{path}", self.base)).bearer_auth(&self.token).send()
    }

    fn patch(&self, path: &str) -> reqwest::Result<Response> {
        let request = self.client.patch(format!("{}api/data/v9.2/{path}", self.base)).bearer_auth(&self.token);
        request.header("Content-Type", "application/json").body(r#"{"jobtitle":"Clerk"}"#).send()
    }
}

fn json_of(response: Response) -> Value {
    serde_json::from_str(&response.text().unwrap()).unwrap()
}

fn header<'r>(response: &'r Response, name: &str) -> &'r str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

fn fault(server: &Server, path: &str, action: Action) {
    server.set_fault(FaultRule { path: Some(path.into()), ..FaultRule::new(action) }).unwrap();
}

#[test]
fn only_who_trusts_the_servers_own_authority_gets_through() {
    let (server, other) = (secure(), secure());
    let url = format!("{}_local/status", server.url());
    assert!(server.url().starts_with("https://127.0.0.1:"));
    let client = trusting(&server).build().unwrap();
    assert_eq!(json_of(client.get(&url).send().unwrap())["url"], server.url());
    let by_name = url.replace("127.0.0.1", "localhost");
    assert_eq!(client.get(by_name).send().unwrap().status(), 200);
    let error = trusting(&other).build().unwrap().get(&url).send().unwrap_err();
    assert!(
        format!("{error:?}").contains("UnknownIssuer") || format!("{error:?}").contains("BadSignature"),
        "{error:?}"
    );
}

#[test]
fn the_authority_can_be_fetched_too() {
    let server = secure();
    let client = trusting(&server).build().unwrap();
    let fetched = client.get(format!("{}_local/ca.pem", server.url())).send().unwrap().text().unwrap();
    assert_eq!(fetched, server.certificate_authority().unwrap());
    assert!(fetched.starts_with("-----BEGIN CERTIFICATE-----") && !fetched.contains("KEY"));
    let plain = Server::start(Options::default()).unwrap();
    assert_eq!(plain.certificate_authority(), None);
    let answer = builder().build().unwrap().get(format!("{}_local/ca.pem", plain.url())).send().unwrap();
    assert_eq!(answer.status(), 404);
}

#[test]
fn both_versions_of_http_are_spoken_over_tls_and_without_it() {
    let (server, plain) = (secure(), Server::start(Options::default()).unwrap());
    for (client, url, version) in [
        (trusting(&server).build(), server.url(), Version::HTTP_2),
        (trusting(&server).http1_only().build(), server.url(), Version::HTTP_11),
        (builder().build(), plain.url(), Version::HTTP_11),
        (builder().http2_prior_knowledge().build(), plain.url(), Version::HTTP_2),
    ] {
        let session = Session::new(client.unwrap(), url);
        let response = session.get("WhoAmI()").unwrap();
        assert_eq!(response.version(), version);
        assert_eq!(json_of(response)["UserId"], seed::APPLICATION_USER.to_string());
    }
}

#[test]
fn every_address_in_a_reply_has_the_scheme_and_the_host_that_were_called() {
    let server = secure();
    for base in [server.url().to_owned(), server.url().replace("127.0.0.1", "localhost")] {
        let session = Session::new(trusting(&server).build().unwrap(), &base);
        let api = format!("{base}api/data/v9.2/");
        server.settings_mut(|settings| settings.max_page_size = 1);
        let list = json_of(session.get("systemusers?$select=fullname").unwrap());
        assert!(list["@odata.context"].as_str().unwrap().starts_with(&api), "{list}");
        let next = list["@odata.nextLink"].as_str().unwrap();
        assert!(next.starts_with(&api), "{next}");
        let second = session.client.get(next).bearer_auth(&session.token).send().unwrap();
        assert_eq!(json_of(second)["value"].as_array().unwrap().len(), 1);
        let changed = session.patch(&user(seed::ADELE)).unwrap();
        assert_eq!(header(&changed, "odata-entityid"), format!("{api}{}", user(seed::ADELE)));
        let challenge = session.client.get(format!("{api}WhoAmI()")).send().unwrap();
        let challenge = header(&challenge, "www-authenticate").to_owned();
        assert!(challenge.contains(&format!("authorization_uri={}", server.url())), "{challenge}");
        assert!(challenge.contains(&format!("resource_id={base}")), "{challenge}");
    }
}

#[test]
fn a_token_for_the_plain_address_is_none_for_the_secure_one() {
    let server = secure();
    let client = trusting(&server).build().unwrap();
    let body = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}&scope={}.default",
        seed::CLIENT_ID,
        seed::CLIENT_SECRET,
        server.url().replace("https", "http")
    );
    let request = client.post(format!("{}{TOKEN_PATH}", server.url()));
    let refused = request.header("Content-Type", "application/x-www-form-urlencoded").body(body).send().unwrap();
    assert!(refused.status().is_client_error(), "{refused:?}");
}

#[test]
fn plain_http_on_the_secure_port_is_told_so() {
    let server = secure();
    let mut wire = Wire::connect(&server);
    wire.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let head = wire.head();
    assert!(head.starts_with("HTTP/1.1 400"), "{head}");
    assert_eq!(wire.until_the_end(), End::Closed);
    assert!(String::from_utf8(wire.received).unwrap().contains("https://"));
}

/// A server with a session over HTTP/2, over TLS or without it.
fn over_http2(tls: bool) -> (Server, Session) {
    let server = Server::start(Options { tls, ..Options::default() }).unwrap();
    let client = if tls { trusting(&server) } else { builder().http2_prior_knowledge() };
    let session = Session::new(client.build().unwrap(), server.url());
    (server, session)
}

#[test]
fn a_connection_of_http2_is_closed_where_the_rule_says() {
    for tls in [false, true] {
        for (close, changes) in [(Close::BeforeRead, 0), (Close::AfterRead, 0), (Close::AfterApplied, 1)] {
            for reset in [false, true] {
                let (server, session) = over_http2(tls);
                fault(&server, "systemusers", Action { close: Some(close), reset, ..Action::default() });
                session.patch(&user(seed::ADELE)).unwrap_err();
                assert_eq!(server.ledger().len(), changes, "{close:?}");
                until("the connection is over", || server.open_connections() == 0);
                assert_eq!(session.get("WhoAmI()").unwrap().status(), 200, "a new connection works");
            }
        }
    }
}

#[test]
fn a_body_over_http2_is_cut_at_the_byte() {
    use std::io::Read;
    for (tls, cut) in [(false, 10), (true, 10), (false, 1_500_001), (true, 1_500_001)] {
        let (server, session) = over_http2(tls);
        let body = Some(json!("x".repeat(2_000_000)));
        fault(&server, "WhoAmI", Action { status: Some(200), body, truncate: Some(cut), ..Action::default() });
        let mut response = session.get("WhoAmI()").unwrap();
        let mut received = Vec::new();
        assert!(response.read_to_end(&mut received).is_err());
        assert_eq!(received.len(), cut, "TLS: {tls}");
    }
}

#[test]
fn a_slow_endless_body_does_not_hold_up_the_other_requests_of_its_connection() {
    use std::io::Read;
    let (server, session) = over_http2(true);
    let trickle = Some(Trickle { bytes: 1, every_ms: 5 });
    fault(&server, "WhoAmI", Action { endless: true, trickle, ..Action::default() });
    let mut endless = session.get("WhoAmI()").unwrap();
    endless.read_exact(&mut [0; 3]).unwrap();
    assert_eq!(session.get("WhoAmI()").unwrap().status(), 200);
    assert_eq!(server.accepted_connections(), 1);
    endless.read_exact(&mut [0; 3]).unwrap();
}
