//! Access tokens that the caller gives when they are needed.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::time::Duration;

use dynamics365::{Client, Config, Error, GivenToken, Operation, Status, requests};
use local_dataverse::{Server, seed};

use crate::support::*;

/// Gets tokens at the server itself, as another program of the caller's would.
fn token_of(server: &Server) -> String {
    let form = format!(
        "client_id={}&client_secret={}&grant_type=client_credentials&scope={}.default",
        seed::CLIENT_ID,
        seed::CLIENT_SECRET,
        server.url()
    );
    let url = format!("{}{}/oauth2/v2.0/token", server.url(), seed::TENANT_ID);
    let headers = object(serde_json::json!({ "Content-Type": "application/x-www-form-urlencoded" }));
    let reply = requests::request(&client(server), "POST", &url, &headers, Some(form.into_bytes())).unwrap();
    reply.body["access_token"].as_str().unwrap().to_owned()
}

/// A client whose tokens come from `source`.
fn client_of(
    server: &Server,
    source: impl Fn(&str) -> dynamics365::Result<GivenToken> + Send + Sync + 'static,
) -> Client {
    let mut config = Config::new(server.url()).unwrap();
    config.token_source(source);
    Client::new(config).unwrap()
}

fn given(token: &str, seconds: Option<u64>) -> dynamics365::Result<GivenToken> {
    Ok(GivenToken { token: token.into(), expires_in: seconds.map(Duration::from_secs) })
}

#[test]
fn the_caller_is_asked_once_for_the_token_of_the_environment() {
    let server = server();
    let (token, asked) = (token_of(&server), Arc::new(Mutex::new(Vec::new())));
    let before = token_requests(&server);
    let seen = asked.clone();
    let client = client_of(&server, move |resource| {
        seen.lock().unwrap().push(resource.to_owned());
        given(&token, Some(3600))
    });
    let start = Barrier::new(16);
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                start.wait();
                requests::who_am_i(&client).unwrap();
            });
        }
    });
    assert_eq!(*asked.lock().unwrap(), [server.url().trim_end_matches('/')]);
    assert_eq!(token_requests(&server), before);
}

#[test]
fn the_caller_is_asked_again_when_the_token_ends_and_once_when_it_is_refused() {
    let server = server();
    let (good, asked) = (token_of(&server), Arc::new(AtomicUsize::new(0)));
    let count = asked.clone();
    let client = client_of(&server, move |_| match count.fetch_add(1, Ordering::SeqCst) {
        // Refused by the server: the next one is good, and ends at once.
        0 => given("no token of this server", None),
        1 => given(&good, Some(0)),
        _ => given(&good, None),
    });
    requests::who_am_i(&client).unwrap();
    assert_eq!(asked.load(Ordering::SeqCst), 2);
    requests::who_am_i(&client).unwrap();
    requests::who_am_i(&client).unwrap();
    assert_eq!(asked.load(Ordering::SeqCst), 3);

    faults(&server, "GET", "WhoAmI", 0, answer(401));
    let error = requests::who_am_i(&client).unwrap_err();
    assert_eq!(error.status(), Status::AuthenticationFailed);
    assert_eq!(asked.load(Ordering::SeqCst), 4, "once more for one request");
}

#[test]
fn what_the_caller_says_in_place_of_a_token_is_the_error() {
    let server = server();
    let client = client_of(&server, |_| Err(Error::new(Status::ServiceUnavailable, "The vault is sealed.")));
    let error = requests::who_am_i(&client).unwrap_err();
    assert_eq!((error.status(), error.what()), (Status::ServiceUnavailable, "The vault is sealed."));
    for nothing in ["", "  \n"] {
        let error = requests::who_am_i(&client_of(&server, move |_| given(nothing, None))).unwrap_err();
        assert_eq!(error.status(), Status::AuthenticationFailed);
        assert_says(&error, &["is empty"]);
    }
    let error = requests::who_am_i(&client_of(&server, |_| given("a\r\nHost: evil.example", None))).unwrap_err();
    assert_eq!(error.status(), Status::AuthenticationFailed);
    assert_says(&error, &["characters that a header can't hold"]);
    assert!(server.requests().is_empty());
}

#[test]
fn an_operation_that_waits_for_the_caller_can_be_cancelled() {
    let server = server();
    let (entered, leave) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
    let gates = (entered.clone(), leave.clone());
    let client = client_of(&server, move |_| {
        gates.0.wait();
        gates.1.wait();
        given("late", None)
    });
    let operation = Operation::start(&client, requests::who_am_i).unwrap();
    entered.wait();
    operation.cancel();
    assert_eq!(operation.wait(None).unwrap().unwrap_err().status(), Status::Cancelled);
    leave.wait();
    assert!(server.requests().is_empty());
}

#[test]
fn a_source_that_panics_is_a_defect_that_is_told_and_blocks_nobody() {
    let server = server();
    let token = token_of(&server);
    let first = AtomicUsize::new(0);
    let client = client_of(&server, move |_| {
        assert_ne!(first.fetch_add(1, Ordering::SeqCst), 0, "the first time");
        given(&token, None)
    });
    let operation = Operation::start(&client, requests::who_am_i).unwrap();
    assert_eq!(operation.wait(None).unwrap().unwrap_err().status(), Status::Internal);
    requests::who_am_i(&client).unwrap();
}
