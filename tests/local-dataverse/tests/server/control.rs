//! `/_local/`: reset, ledger, request log, settings, faults, limits.

use local_dataverse::{Action, FaultRule, seed};
use serde_json::json;

use crate::client::{Fixture, user};

#[test]
fn the_ledger_tells_who_changed_what_from_what() {
    let fixture = Fixture::new();
    let reply = fixture.patch(&user(seed::ADELE), json!({ "jobtitle": "Clerk", "firstname": "Adele" }));
    let entries = fixture.get("/_local/ledger").json()["entries"].as_array().unwrap().clone();
    assert_eq!(entries.len(), 1);
    let entry = &entries[0];
    assert_eq!(
        (entry["number"].as_u64(), entry["operation"].as_str(), entry["entitySet"].as_str()),
        (Some(1), Some("update"), Some("systemusers"))
    );
    assert_eq!(entry["caller"], seed::APPLICATION_USER.to_string());
    assert_eq!(entry["requestId"].as_str().unwrap(), reply.header("req_id"));
    assert_eq!((&entry["before"], &entry["after"]), (&json!({ "jobtitle": null }), &json!({ "jobtitle": "Clerk" })));
}

#[test]
fn a_reset_brings_back_the_seed() {
    let fixture = Fixture::new();
    fixture.patch(&user(seed::ADELE), json!({ "jobtitle": "Clerk" }));
    fixture.server.settings_mut(|settings| settings.max_page_size = 1);
    fixture.server.set_fault(FaultRule::new(Action { status: Some(503), ..Action::default() })).unwrap();
    assert_eq!(fixture.send_without_token("POST", "/_local/reset", &[], None).status, 200);
    assert!(
        fixture.server.ledger().is_empty()
            && fixture.server.requests().is_empty()
            && fixture.server.faults().is_empty()
    );
    assert_eq!(fixture.server.settings().max_page_size, 5000);
    assert!(fixture.get(&user(seed::ADELE)).json()["jobtitle"].is_null());
}

#[test]
fn the_request_log_has_sign_in_and_api_and_not_itself() {
    let fixture = Fixture::new();
    fixture.get("WhoAmI()");
    let requests = fixture.get("/_local/requests").json()["requests"].as_array().unwrap().clone();
    let lines: Vec<String> = requests
        .iter()
        .map(|request| format!("{} {}", request["method"].as_str().unwrap(), request["status"]))
        .collect();
    assert_eq!(lines, ["POST 200", "GET 200"]);
}

#[test]
fn settings_are_read_and_changed_and_wrong_ones_refused() {
    let fixture = Fixture::new();
    let changed = fixture.send_without_token("PATCH", "/_local/settings", &[], Some(json!({ "maxPageSize": 3 })));
    assert_eq!((changed.status, &changed.json()["maxPageSize"]), (200, &json!(3)));
    for wrong in
        [json!({ "maxPageSize": 0 }), json!({ "colour": 1 }), json!([1]), json!({ "duplicateAssociation": "x" })]
    {
        let reply = fixture.send_without_token("PATCH", "/_local/settings", &[], Some(wrong.clone()));
        assert_eq!(reply.status, 400, "{wrong}");
        assert!(reply.json()["error"].is_string());
    }
    assert_eq!(fixture.get("/_local/nothing").status, 404);
}

#[test]
fn a_fault_answers_in_place_of_the_server_the_nth_time_and_so_often() {
    let fixture = Fixture::new();
    let rule = json!({ "method": "GET", "path": "*/WhoAmI*", "nth": 2, "times": 2, "action": { "status": 429, "headers": { "Retry-After": "7" }, "body": { "error": { "code": "0x80072322", "message": "limit" } } } });
    assert_eq!(fixture.send_without_token("POST", "/_local/faults", &[], Some(rule)).status, 200);
    let replies: Vec<_> = (0..4).map(|_| fixture.get("WhoAmI()")).collect();
    assert_eq!(replies.iter().map(|reply| reply.status).collect::<Vec<_>>(), [200, 429, 429, 200]);
    assert_eq!((replies[1].header("retry-after"), replies[1].code().as_str()), ("7", "0x80072322"));
    for wrong in [
        json!({ "action": { "status": 42 } }),
        json!({ "acton": {} }),
        json!({ "nth": 0, "action": { "status": 500 } }),
        json!({ "action": {} }),
    ] {
        assert_eq!(
            fixture.send_without_token("POST", "/_local/faults", &[], Some(wrong.clone())).status,
            400,
            "{wrong}"
        );
    }
    assert_eq!(fixture.send_without_token("DELETE", "/_local/faults", &[], None).status, 200);
}

#[test]
fn the_three_service_protection_limits_answer_429() {
    let fixture = Fixture::new();
    fixture.server.settings_mut(|settings| settings.limit_requests = Some(3));
    let statuses: Vec<u16> = (0..4).map(|_| fixture.get("WhoAmI()").status).collect();
    assert_eq!(statuses, [200, 200, 200, 429]);
    let reply = fixture.get("WhoAmI()");
    assert_eq!(reply.code(), "0x80072322");
    assert!((1..=300).contains(&reply.header("retry-after").parse::<u32>().unwrap()));

    let fixture = Fixture::new();
    fixture.server.settings_mut(|settings| settings.limit_concurrent_requests = Some(0));
    assert_eq!(fixture.get("WhoAmI()").code(), "0x80072326");

    let fixture = Fixture::new();
    fixture.server.settings_mut(|settings| settings.limit_execution_milliseconds = Some(0));
    assert_eq!(fixture.get("WhoAmI()").code(), "0x80072321");
}

#[test]
fn many_connections_at_once_are_served() {
    let fixture = Fixture::new();
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                for _ in 0..20 {
                    assert_eq!(fixture.get("WhoAmI()").status, 200);
                }
            });
        }
    });
    assert_eq!(fixture.server.requests().len(), 321);
}
