//! What a server, or somebody between, may try: to lead the token elsewhere, to fill the memory, to keep a thread for ever.

use std::io::Write;
use std::time::{Duration, Instant};

use dynamics365::{Client, Config, Query, Status, requests, users};
use local_dataverse::seed;
use serde_json::json;

use crate::scripted::{self, Scripted, Seen};
use crate::support::*;

fn client_of(server: &Scripted, options: &[(&str, &str)]) -> Client {
    let mut config = Config::new(server.url()).unwrap();
    config.client_secret(&login(seed::CLIENT_ID), "a secret".into()).unwrap();
    for (name, value) in options {
        config.option(name, value).unwrap();
    }
    Client::new(config).unwrap()
}

/// An environment that grants tokens, and answers everything else with `answer`.
fn environment(answer: impl Fn(&Seen) -> Vec<u8> + Send + Sync + 'static) -> Scripted {
    Scripted::start(
        move |seen| if seen.target.contains("/oauth2/") { scripted::granted("a token") } else { answer(seen) },
    )
}

fn list(client: &Client) -> dynamics365::Result<usize> {
    users::list(client, &Query::default())?.map(|batch| batch.map(|batch| batch.rows())).sum()
}

#[test]
fn neither_token_nor_secret_follows_a_redirect() {
    for status in [301, 302, 303, 307, 308] {
        let elsewhere = Scripted::start(|_| scripted::who_am_i());
        let target = format!("{}api/data/v9.1/WhoAmI()", elsewhere.url());
        let server = environment(move |_| scripted::reply(status, &[("Location", &target)], ""));
        let error = requests::who_am_i(&client_of(&server, &[])).unwrap_err();
        assert_eq!((error.status(), error.http_status()), (Status::UnexpectedResponse, Some(status)));

        let target = format!("{}t/oauth2/v2.0/token", elsewhere.url());
        let server = Scripted::start(move |_| scripted::reply(status, &[("Location", &target)], ""));
        let error = requests::who_am_i(&client_of(&server, &[])).unwrap_err();
        assert_eq!(error.status(), Status::UnexpectedResponse);
        assert!(elsewhere.seen().is_empty(), "{status}");
    }
}

#[test]
fn no_token_follows_a_next_link_to_another_host() {
    let elsewhere = Scripted::start(|_| scripted::json(200, &json!({ "value": [] })));
    let stranger = elsewhere.url().to_owned();
    let host = stranger.trim_start_matches("http://").trim_end_matches('/').to_owned();
    for next in [
        format!("{stranger}api/data/v9.1/systemusers"),
        format!("//{host}/api/data/v9.1/systemusers"),
        "https://contoso.example/api/data/v9.1/systemusers".into(),
        "/api/data/v9.1/systemusers".into(),
        "javascript:alert(1)".into(),
        "http://SELF@OWN/api/data/v9.1/systemusers".into(),
        "https://OWN/api/data/v9.1/systemusers".into(),
        String::new(),
    ] {
        let given = next.clone();
        let server = environment(move |seen| {
            let next = given.replace("OWN", seen.header("host").unwrap());
            scripted::json(200, &json!({ "value": [{ "systemuserid": "1" }], "@odata.nextLink": next }))
        });
        let error = list(&client_of(&server, &[])).unwrap_err();
        assert_eq!(error.status(), Status::UnexpectedResponse, "{next}");
        assert_says(&error, &["not on the environment's own host", "no token is sent there"]);
        assert_eq!(server.seen().len(), 2, "{next}");
    }
    assert!(elsewhere.seen().is_empty());
}

#[test]
fn a_next_link_that_never_ends_is_one_page_at_a_time() {
    let server = environment(|seen| {
        let next = format!("http://{}/api/data/v9.1/systemusers?again", seen.header("host").unwrap());
        scripted::json(200, &json!({ "value": [{ "systemuserid": "1" }], "@odata.nextLink": next }))
    });
    let pages = users::list(&client_of(&server, &[]), &Query { first: Some(20), ..Query::default() }).unwrap();
    assert_eq!(pages.map(|batch| batch.unwrap().rows()).sum::<usize>(), 20);
}

#[test]
fn a_reply_over_a_limit_is_refused_at_once_and_the_limit_is_named() {
    let zipped = |body: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(body).unwrap();
        encoder.finish().unwrap()
    };
    // Some bytes between the spaces: less than a thousand to one.
    let spaces: Vec<u8> =
        (0..4_000_000).map(|at: u32| if at.is_multiple_of(500) { (at / 500) as u8 } else { b' ' }).collect();
    let bomb = zipped(&spaces);
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(40), "]".repeat(40));
    let many: Vec<_> = (0..60).map(|number| (format!("x-{number}"), "1".to_owned())).collect();
    let many: Vec<_> = many.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let cases = [
        ("max_body_bytes", "5000", scripted::reply(200, &[], vec![b' '; 6000])),
        ("max_body_bytes", "5000", scripted::reply(200, &[("Content-Encoding", "gzip")], &bomb)),
        ("max_decompression_ratio", "50", scripted::reply(200, &[("Content-Encoding", "gzip")], &bomb)),
        ("max_json_depth", "20", scripted::reply(200, &[], &deep)),
        ("max_headers", "50", scripted::reply(200, &many, "{}")),
    ];
    for (option, value, answer) in cases {
        let server = environment(move |_| answer.clone());
        let error = requests::who_am_i(&client_of(&server, &[(option, value)])).unwrap_err();
        assert_eq!(error.status(), Status::UnexpectedResponse, "{option}: {error}");
        assert_says(&error, &[option]);
        assert_eq!(server.seen().len(), 2, "{option}: another try would bring the same");
        let larger = requests::who_am_i(&client_of(&server, &[])).unwrap_err();
        assert!(!larger.to_string().contains(option), "{larger}");
    }
}

#[test]
fn a_change_whose_reply_is_over_a_limit_has_an_unknown_outcome() {
    let server = environment(|_| scripted::reply(200, &[], vec![b' '; 6000]));
    let client = client_of(&server, &[("max_body_bytes", "5000")]);
    let error = requests::request(&client, "POST", "systemusers", &object(json!({})), None).unwrap_err();
    assert_eq!(error.status(), Status::OutcomeUnknown);
    assert_says(&error, &["max_body_bytes"]);
}

#[test]
fn damaged_packing_and_what_is_no_http_are_told() {
    for (answer, says) in [
        (scripted::reply(200, &[("Content-Encoding", "gzip")], "no gzip"), "gzip data are damaged"),
        (scripted::reply(200, &[("Content-Encoding", "zstd")], "no zstd"), "zstd data are damaged"),
        (scripted::reply(200, &[("Content-Encoding", "deflate")], "x"), "not asked for"),
        (b"SSH-2.0-OpenSSH_9.0\r\n".to_vec(), "is no HTTP"),
        (b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n".to_vec(), "is no HTTP"),
    ] {
        let server = environment(move |_| answer.clone());
        let error = requests::who_am_i(&client_of(&server, &[("max_tries", "1")])).unwrap_err();
        assert_eq!(error.status(), Status::UnexpectedResponse, "{error}");
        assert_says(&error, &[says]);
    }
}

#[test]
fn a_reply_that_trickles_in_ends_with_the_time_of_the_request() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            scripted::read(&stream);
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
            // Each byte comes well within the time-out.
            while stream.write_all(b" ").is_ok() {
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    });
    let mut config = Config::new(&url).unwrap();
    config.access_token("a token".into()).unwrap();
    config.option("timeout_ms", "400").unwrap();
    config.option("max_tries", "1").unwrap();
    let started = Instant::now();
    let error = requests::who_am_i(&Client::new(config).unwrap()).unwrap_err();
    assert_eq!(error.status(), Status::TimedOut, "{error}");
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
}

#[test]
fn plain_http_to_this_machine_goes_past_every_proxy() {
    let proxy = Scripted::start(|_| scripted::who_am_i());
    let server = environment(|_| scripted::who_am_i());
    requests::who_am_i(&client_of(&server, &[("proxy", proxy.url())])).unwrap();
    assert!(proxy.seen().is_empty());
    assert_eq!(server.seen().len(), 2);
}
