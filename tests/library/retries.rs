//! Retries: 429 with its Retry-After, faults that pass, and the caps.

use std::time::{Duration, Instant};

use dynamics365::{Operation, Status, requests, users};
use local_dataverse::{Action, Close, seed};
use serde_json::json;

use crate::support::*;

#[test]
fn the_whole_retry_after_of_a_429_is_waited() {
    let server = server();
    let client = client(&server);
    requests::who_am_i(&client).unwrap();
    let throttled =
        Action { status: Some(429), headers: [("Retry-After".into(), "1".into())].into(), ..Action::default() };
    fault(&server, "GET", "WhoAmI", throttled);
    let started = Instant::now();
    requests::who_am_i(&client).unwrap();
    assert!(started.elapsed() >= Duration::from_secs(1), "{:?}", started.elapsed());
    assert_eq!(wire(&server), ["GET 200", "GET 429", "GET 200"]);
}

#[test]
fn while_one_request_waits_out_a_429_the_others_of_the_client_wait_too() {
    let server = server();
    let client = client(&server);
    requests::who_am_i(&client).unwrap();
    let throttled =
        Action { status: Some(429), headers: [("Retry-After".into(), "1".into())].into(), ..Action::default() };
    fault(&server, "GET", "WhoAmI", throttled);
    let first = Operation::start(&client, requests::who_am_i).unwrap();
    // The log has the line once the reply is there: from then on the gate is closed, or just about to be.
    let mut log = String::new();
    while !log.contains("-> 429") {
        assert!(first.wait(Some(Duration::from_millis(10))).is_none(), "it waits for a second");
        log += &first.take_log();
    }
    while server.requests().len() < 3 {
        std::thread::yield_now();
    }
    users::get(&client, seed::ADELE, &[]).unwrap();
    assert!(first.wait(Some(Duration::from_secs(30))).unwrap().is_ok());
    let statuses = wire(&server);
    assert_eq!(statuses[..2], ["GET 200", "GET 429"]);
    assert_eq!(statuses.len(), 4);
}

#[test]
fn a_wait_beyond_the_cap_is_not_begun() {
    let server = server();
    let client = client_with(&server, &[("max_wait_ms", "2000")]);
    requests::who_am_i(&client).unwrap();
    let throttled =
        Action { status: Some(429), headers: [("Retry-After".into(), "100".into())].into(), ..Action::default() };
    fault(&server, "GET", "WhoAmI", throttled);
    let error = requests::who_am_i(&client).unwrap_err();
    assert_eq!((error.status(), error.http_status()), (Status::Throttled, Some(429)));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(100)));
    let error = requests::who_am_i(&client).unwrap_err();
    assert_eq!(error.status(), Status::Throttled);
    assert_says(&error, &["was not sent", "Try again in"]);
    assert_eq!(wire(&server).len(), 2);
}

#[test]
fn faults_that_pass_are_waited_out() {
    let sql = Action {
        body: Some(json!({ "error": { "code": "0x80044150", "message": "Generic SQL error." } })),
        ..answer(500)
    };
    for action in [
        answer(502),
        answer(503),
        answer(504),
        sql,
        close(Close::BeforeRead),
        close(Close::AfterRead),
        Action { truncate: Some(10), ..Action::default() },
    ] {
        let server = server();
        let client = client(&server);
        requests::who_am_i(&client).unwrap();
        fault(&server, "GET", "WhoAmI", action.clone());
        requests::who_am_i(&client).unwrap_or_else(|error| panic!("{action:?}: {error}"));
    }
}

#[test]
fn tries_are_limited_and_counted() {
    let server = server();
    let client = client_with(&server, &[("max_tries", "3")]);
    faults(&server, "GET", "WhoAmI", 0, answer(503));
    let error = requests::who_am_i(&client).unwrap_err();
    assert_eq!((error.status(), error.http_status()), (Status::ServiceUnavailable, Some(503)));
    assert_says(&error, &["Tried 3 times"]);
    assert_eq!(wire(&server), ["GET 503"; 3]);
}

#[test]
fn an_internal_error_is_not_repeated() {
    let server = server();
    fault(&server, "GET", "WhoAmI", answer(500));
    assert_eq!(requests::who_am_i(&client(&server)).unwrap_err().status(), Status::ServerError);
    assert_eq!(wire(&server).len(), 1);
}

#[test]
fn a_reply_that_is_no_json_is_told() {
    let server = server();
    fault(&server, "GET", "WhoAmI", Action { garbage: true, ..Action::default() });
    assert_eq!(requests::who_am_i(&client(&server)).unwrap_err().status(), Status::UnexpectedResponse);
}

#[test]
fn a_reply_that_does_not_come_in_time_is_told() {
    let server = server();
    let client = client_with(&server, &[("timeout_ms", "200"), ("max_tries", "1")]);
    requests::who_am_i(&client).unwrap();
    fault(&server, "GET", "WhoAmI", Action { delay_ms: Some(60_000), ..Action::default() });
    let error = requests::who_am_i(&client).unwrap_err();
    assert_eq!(error.status(), Status::TimedOut);
    assert_says(&error, &["127.0.0.1", "WhoAmI"]);
}

#[test]
fn a_server_that_is_not_there_is_told() {
    let server = server();
    let client = client_with(&server, &[("max_tries", "2"), ("connect_timeout_ms", "1000")]);
    requests::who_am_i(&client).unwrap();
    drop(server);
    let error = requests::who_am_i(&client).unwrap_err();
    assert_eq!(error.status(), Status::ServiceUnavailable);
    assert_says(&error, &["127.0.0.1", "Tried 2 times"]);
}

#[test]
fn service_protection_limits_are_waited_out() {
    let server = server_with(|settings| {
        settings.limit_requests = Some(5);
        settings.limit_window_seconds = 1;
    });
    let client = client(&server);
    for _ in 0..12 {
        requests::who_am_i(&client).unwrap();
    }
    let statuses = wire(&server);
    assert_eq!(statuses.iter().filter(|line| *line == "GET 200").count(), 12);
    assert!(statuses.contains(&"GET 429".to_owned()), "{statuses:?}");
}
