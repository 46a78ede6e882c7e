//! Cancelling: waits end at once, and the error tells what is known.

use std::time::Duration;

use dynamics365::{Next, Operation, Query, Rows, Status, requests, users};
use local_dataverse::{Action, Server, seed};
use serde_json::json;

use crate::support::*;

fn slow() -> Action {
    Action { delay_ms: Some(600_000), ..Action::default() }
}

/// Waits until the request that the fault is for has arrived.
fn until_it_arrived(server: &Server) {
    while !server.faults().is_empty() {
        std::thread::yield_now();
    }
}

#[test]
fn a_read_on_its_way_is_cancelled_without_effect() {
    let server = server();
    fault(&server, "GET", "WhoAmI", slow());
    let operation = Operation::start(&client(&server), requests::who_am_i).unwrap();
    until_it_arrived(&server);
    assert!(operation.wait(Some(Duration::ZERO)).is_none());
    operation.cancel();
    let error = operation.wait(None).unwrap().unwrap_err();
    assert_eq!(error.status(), Status::Cancelled);
    assert_says(&error, &["nothing was changed"]);
}

#[test]
fn waiting_out_a_429_ends_with_the_cancel() {
    let server = server();
    let throttled =
        Action { status: Some(429), headers: [("Retry-After".into(), "500".into())].into(), ..Action::default() };
    fault(&server, "GET", "WhoAmI", throttled);
    let operation = Operation::start(&client(&server), requests::who_am_i).unwrap();
    until_it_arrived(&server);
    operation.cancel();
    assert_eq!(operation.wait(None).unwrap().unwrap_err().status(), Status::Cancelled);
}

#[test]
fn a_change_on_its_way_leaves_its_outcome_unknown() {
    let server = server();
    fault(&server, "PATCH", "systemusers", slow());
    let attributes = object(json!({ "jobtitle": "Clerk" }));
    let operation = Operation::start(&client(&server), move |client| {
        users::update(client, seed::ADELE, &attributes, Options::default())
    })
    .unwrap();
    until_it_arrived(&server);
    operation.cancel();
    let error = operation.wait(None).unwrap().unwrap_err();
    assert_eq!(error.status(), Status::OutcomeUnknown);
    assert_says(&error, &["PATCH", "outcome is unknown"]);
}

#[test]
fn a_change_whose_reply_was_lost_is_not_told_as_nothing_by_a_cancel_before_the_next_try() {
    let server = server();
    let client = client_with(&server, &[("first_backoff_ms", "600000"), ("max_backoff_ms", "600000")]);
    let lost = Action { close: Some(local_dataverse::Close::AfterApplied), ..Action::default() };
    fault(&server, "PATCH", "systemusers", lost);
    let attributes = object(json!({ "jobtitle": "Clerk" }));
    let operation =
        Operation::start(&client, move |client| users::update(client, seed::ADELE, &attributes, Options::default()))
            .unwrap();
    let mut log = String::new();
    while !log.contains("is tried again in") {
        log += &operation.take_log();
        std::thread::yield_now();
    }
    operation.cancel();
    let error = operation.wait(None).unwrap().unwrap_err();
    assert_eq!(error.status(), Status::OutcomeUnknown, "{error}");
    assert_eq!(changes(&server), ["update systemusers jobtitle"]);
}

#[test]
fn a_result_that_is_there_stays_after_a_cancel() {
    let server = server();
    let operation = Operation::start(&client(&server), requests::who_am_i).unwrap();
    operation.wait(None).unwrap().unwrap();
    operation.cancel();
    let text = operation.wait(None).unwrap().unwrap();
    assert!(text.contains(&seed::APPLICATION_USER.to_string()), "{text}");
}

#[test]
fn rows_end_with_the_cancel() {
    let server = server();
    fault(&server, "GET", "systemusers", slow());
    let rows = Rows::start(&client(&server), |client| users::list(client, &Query::default())).unwrap();
    until_it_arrived(&server);
    assert!(matches!(rows.next(Some(Duration::ZERO)).unwrap(), Next::Pending));
    rows.cancel();
    assert_eq!(rows.next(None).unwrap_err().status(), Status::Cancelled);
}

#[test]
fn one_who_cancels_while_signing_in_does_not_fail_the_others() {
    let server = server();
    let client = client(&server);
    fault(&server, "POST", "/oauth2/", slow());
    let first = Operation::start(&client, requests::who_am_i).unwrap();
    until_it_arrived(&server);
    let second = Operation::start(&client, requests::who_am_i).unwrap();
    first.cancel();
    assert_eq!(first.wait(None).unwrap().unwrap_err().status(), Status::Cancelled);
    // The second waits for the first one's fetch, which is abandoned only when its time is over: it can be cancelled as well.
    second.cancel();
    assert_eq!(second.wait(None).unwrap().unwrap_err().status(), Status::Cancelled);
}
