//! Retries: 429 with its Retry-After, faults that pass, and the caps.

use std::sync::Barrier;
use std::time::{Duration, Instant};

use dynamics365::{Call, Client, Config, Operation, Status, requests, users};
use local_dataverse::{Action, Close, RetryAfter, seed};
use serde_json::json;

use crate::scripted::{Scripted, granted, reply, who_am_i};
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

#[test]
fn many_threads_send_nothing_while_one_of_them_is_throttled() {
    let server = server();
    let client = client(&server);
    requests::who_am_i(&client).unwrap();
    fault(
        &server,
        "GET",
        "WhoAmI",
        Action { retry_after: Some(RetryAfter::Seconds(500)), ..Action { status: Some(429), ..Action::default() } },
    );
    let calls: Vec<Call> = (0..64).map(|_| Call::new()).collect();
    std::thread::scope(|scope| {
        let holds = |call: &Call| {
            let mut log = String::new();
            while !log.contains("the service protection limit is exceeded") {
                log += &call.take_log();
                std::thread::yield_now();
            }
        };
        for (index, call) in calls.iter().enumerate() {
            let client = client.with_call(call.clone());
            let thread = scope.spawn(move || requests::who_am_i(&client).unwrap_err());
            if index == 0 {
                holds(call);
            }
            assert!(!thread.is_finished());
        }
        calls[1..].iter().for_each(holds);
        assert_eq!(wire(&server), ["GET 200", "GET 429"]);
        for call in &calls {
            call.cancel();
        }
    });
    assert_eq!(wire(&server), ["GET 200", "GET 429"]);
}

#[test]
fn many_threads_on_a_server_that_only_throttles_make_no_storm() {
    let server = server();
    let client = client_with(&server, &[("max_tries", "3")]);
    faults(
        &server,
        "GET",
        "WhoAmI",
        0,
        Action { retry_after: Some(RetryAfter::Seconds(1)), ..Action { status: Some(429), ..Action::default() } },
    );
    let started = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..32 {
            scope.spawn(|| {
                let error = requests::who_am_i(&client).unwrap_err();
                assert_eq!(error.status(), Status::Throttled);
                assert_says(&error, &["Tried 3 times, waiting "]);
            });
        }
    });
    assert_eq!(wire(&server).len(), 32 * 3, "each is sent three times, and no more");
    assert_eq!(token_requests(&server), 1);
    assert!(started.elapsed() >= Duration::from_secs(2), "each of them waited twice");
}

#[test]
fn a_token_that_is_refused_to_many_threads_is_fetched_anew_once() {
    let start = Barrier::new(64);
    let count = std::sync::atomic::AtomicUsize::new(0);
    let scripted = Scripted::start(move |seen| {
        if seen.target.contains("/oauth2/") {
            let first = count.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0;
            return granted(if first { "the-first-token" } else { "the-second-token" });
        }
        match seen.header("authorization") {
            Some("Bearer the-second-token") => who_am_i(),
            _ => reply(401, &[], ""),
        }
    });
    let mut config = Config::new(scripted.url()).unwrap();
    config.client_secret(&login(seed::CLIENT_ID), seed::CLIENT_SECRET.into()).unwrap();
    let client = Client::new(config).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..64 {
            scope.spawn(|| {
                start.wait();
                requests::who_am_i(&client).unwrap();
            });
        }
    });
    let signed_in = scripted.seen().iter().filter(|seen| seen.target.contains("/oauth2/")).count();
    assert_eq!(signed_in, 2);
}

#[test]
fn each_wait_is_in_the_log_with_its_length_and_each_try_with_its_number() {
    let server = server();
    faults(&server, "GET", "WhoAmI", 1, answer(503));
    faults(
        &server,
        "GET",
        "WhoAmI",
        1,
        Action { retry_after: Some(RetryAfter::Seconds(1)), ..Action { status: Some(429), ..Action::default() } },
    );
    let call = Call::new();
    requests::who_am_i(&client(&server).with_call(call.clone())).unwrap();
    let log = call.take_log();
    let found = ["-> 503", "is tried again in 0.0 s", "-> 429", ", try 2", "waits 1.0 s", "-> 200", ", try 3"];
    let mut rest = log.as_str();
    for part in found {
        let at = rest.find(part).unwrap_or_else(|| panic!("'{part}' does not follow in:\n{log}"));
        rest = &rest[at + part.len()..];
    }
}

#[test]
fn a_change_whose_reply_was_lost_stays_unknown_where_signing_in_for_the_next_try_fails() {
    let server = server();
    let client = client_with(&server, &[("first_backoff_ms", "1"), ("max_tries", "3")]);
    fault(&server, "PATCH", "systemusers", close(Close::AfterApplied));
    fault(&server, "PATCH", "systemusers", answer(401));
    requests::who_am_i(&client).unwrap();
    faults(&server, "POST", "/oauth2/", 0, answer(503));
    let error = users::set_enabled(&client, seed::ADELE, false, Mode::Apply).unwrap_err();
    assert_eq!(error.status(), Status::OutcomeUnknown, "{error}");
    assert_eq!(changes(&server), ["update systemusers isdisabled"]);
}
