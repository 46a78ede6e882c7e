//! `/_local/`: reset, ledger, request log, settings, faults, limits.

use local_dataverse::{Action, FaultRule, Options, seed};
use serde_json::{Value, json};

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

fn control(fixture: &Fixture, method: &str, path: &str, body: Option<Value>) -> Value {
    let reply = fixture.send_without_token(method, &format!("/_local/{path}"), &[], body);
    assert_eq!(reply.status, 200, "{method} {path}: {}", reply.text);
    reply.json()
}

fn refused(fixture: &Fixture, method: &str, path: &str, body: Option<Value>) -> String {
    let reply = fixture.send_without_token(method, &format!("/_local/{path}"), &[], body);
    assert!(matches!(reply.status, 400 | 404), "{method} {path}: {} {}", reply.status, reply.text);
    reply.json()["error"].as_str().unwrap().to_owned()
}

fn titles(fixture: &Fixture, titles: &[&str]) {
    for title in titles {
        assert_eq!(fixture.patch(&user(seed::ADELE), json!({ "jobtitle": title })).status, 204);
    }
}

fn numbers(entries: &Value) -> Vec<u64> {
    entries.as_array().unwrap().iter().map(|entry| entry["number"].as_u64().unwrap()).collect()
}

#[test]
fn the_ledger_is_read_on_from_a_number() {
    let fixture = Fixture::new();
    titles(&fixture, &["One", "Two", "Three"]);
    let part = control(&fixture, "GET", "ledger?after=1&top=1", None);
    assert_eq!((numbers(&part["entries"]), &part["last"]), (vec![2], &json!(3)));
    assert_eq!(part["entries"][0]["after"], json!({ "jobtitle": "Two" }));
    assert_eq!(numbers(&control(&fixture, "GET", "ledger?after=2", None)["entries"]), [3]);
    assert_eq!(control(&fixture, "GET", "ledger?after=3", None), json!({ "last": 3, "entries": [] }));
    assert!(refused(&fixture, "GET", "ledger?after=x", None).contains("after is 'x'"));
    assert!(refused(&fixture, "GET", "ledger?since=1", None).contains("'since'"));
}

#[test]
fn the_ledger_tells_the_names_of_its_rows_where_asked_for_them() {
    let fixture = Fixture::new();
    titles(&fixture, &["One"]);
    let role = json!({ "@odata.id": format!("{}api/data/v9.2/roles({})", fixture.server.url(), seed::role_id(seed::BASIC_USER, seed::SALES_UNIT)) });
    let path = format!("{}/systemuserroles_association/$ref", user(seed::ADELE));
    assert_eq!(fixture.send("POST", &path, &[], Some(role)).status, 204);
    let mut names = control(&fixture, "GET", "ledger?names=true", None)["names"].clone();
    let mut taken = |id: uuid::Uuid| names.as_object_mut().unwrap().remove(&id.to_string()).unwrap();
    assert_eq!(taken(seed::ADELE), "Adele Example");
    assert_eq!(taken(seed::role_id(seed::BASIC_USER, seed::SALES_UNIT)), "Basic User");
    assert_eq!(taken(seed::APPLICATION_USER), "Connector Local Dataverse");
    assert_eq!(names, json!({}));
    assert!(control(&fixture, "GET", "ledger", None).get("names").is_none());
}

#[test]
fn the_request_log_is_read_on_from_a_number() {
    let fixture = Fixture::new();
    titles(&fixture, &["One", "Two"]);
    let part = control(&fixture, "GET", "requests?after=1&top=1", None);
    assert_eq!((numbers(&part["requests"]), &part["last"]), (vec![2], &json!(3)));
    assert_eq!(numbers(&control(&fixture, "GET", "requests?after=2", None)["requests"]), [3]);
}

#[test]
fn a_reset_goes_back_to_a_snapshot() {
    let fixture = Fixture::new();
    titles(&fixture, &["One"]);
    control(&fixture, "PATCH", "settings", Some(json!({ "maxPageSize": 3 })));
    assert_eq!(
        control(&fixture, "POST", "snapshot", Some(json!({ "name": "one" }))),
        json!({ "snapshot": "one", "ledger": 1 })
    );
    titles(&fixture, &["Two"]);
    let new = fixture.create(json!({ "domainname": "erika@contoso.example" }));
    assert_eq!(new.status, 204, "{}", new.text);
    control(&fixture, "POST", "faults", Some(json!({ "action": { "status": 500 } })));
    control(&fixture, "PATCH", "settings", Some(json!({ "maxPageSize": 4 })));
    assert_eq!(control(&fixture, "POST", "reset", Some(json!({ "snapshot": "one" })))["snapshot"], "one");
    assert_eq!(fixture.get(&user(seed::ADELE)).json()["jobtitle"], "One");
    assert_eq!(fixture.get("systemusers?$filter=domainname eq 'erika@contoso.example'").rows().len(), 0);
    assert_eq!((fixture.server.ledger().len(), fixture.server.settings().max_page_size), (1, 3));
    assert!(fixture.server.faults().is_empty());
    // It can be come back to again, and what was changed since does not matter to it.
    titles(&fixture, &["Three"]);
    control(&fixture, "POST", "reset", Some(json!({ "snapshot": "one" })));
    assert_eq!(fixture.get(&user(seed::ADELE)).json()["jobtitle"], "One");
    let error = refused(&fixture, "POST", "reset", Some(json!({ "snapshot": "two" })));
    assert!(error.contains("'two'") && error.contains("there are: one"), "{error}");
    assert!(refused(&fixture, "POST", "reset", Some(json!({ "snapshto": "one" }))).contains("snapshto"));
    control(&fixture, "POST", "reset", None);
    assert!(fixture.get(&user(seed::ADELE)).json()["jobtitle"].is_null());
}

#[test]
fn a_snapshot_is_had_from_rust_too() {
    let fixture = Fixture::new();
    titles(&fixture, &["One"]);
    let snapshot = fixture.server.snapshot();
    titles(&fixture, &["Two"]);
    fixture.server.restore(&snapshot);
    assert_eq!(fixture.get(&user(seed::ADELE)).json()["jobtitle"], "One");
}

#[test]
fn a_snapshot_shows_all_data_and_tells_before_from_after() {
    let fixture = Fixture::with(Options { users: 1_001, ..Options::default() });
    let before = control(&fixture, "GET", "snapshot", None);
    let users = before["systemusers"].as_array().unwrap();
    let rows = control(&fixture, "GET", "status", None)["rows"].clone();
    assert_eq!(rows["systemusers"], users.len());
    assert!(users.len() > 1_001);
    for (set, count) in rows.as_object().unwrap() {
        assert_eq!(before[set].as_array().unwrap().len(), count.as_u64().unwrap() as usize, "{set}");
    }
    let adele = users.iter().find(|row| row["systemuserid"] == seed::ADELE.to_string()).unwrap();
    let read = fixture.get(&user(seed::ADELE)).json();
    assert_eq!((&adele["fullname"], &adele["jobtitle"]), (&read["fullname"], &Value::Null));
    control(&fixture, "POST", "snapshot", None);
    titles(&fixture, &["Clerk"]);
    assert_ne!(control(&fixture, "GET", "snapshot", None), before);
    assert_eq!(control(&fixture, "GET", "snapshot?name=snapshot", None), before);
    assert!(refused(&fixture, "GET", "snapshot?name=other", None).contains("there are: snapshot"));
}

#[test]
fn users_are_shown_with_names_in_place_of_ids() {
    let fixture = Fixture::new();
    let page = control(&fixture, "GET", "users?search=DORA", None);
    let users = page["users"].as_array().unwrap();
    assert_eq!((users.len(), &page["next"]), (1, &Value::Null));
    let dora = &users[0];
    assert_eq!((&dora["name"], &dora["businessUnit"]), (&json!("Dora Sample-O'Neil"), &json!("Contoso")));
    assert_eq!((&dora["roles"], &dora["state"]), (&json!(["System Administrator"]), &json!("enabled")));
    let chiara = &control(&fixture, "GET", &format!("users?search={}", seed::CHIARA), None)["users"][0];
    assert_eq!((&chiara["state"], &chiara["roles"]), (&json!("disabled"), &json!([])));
    let application = &control(&fixture, "GET", &format!("users?search={}", seed::APPLICATION_USER), None)["users"][0];
    assert_eq!(application["isApplication"], true);
    assert_eq!(control(&fixture, "GET", "users?search=nobody", None)["users"], json!([]));
}

#[test]
fn users_come_page_by_page_also_when_searched_for() {
    let fixture = Fixture::with(Options { users: 25_000, ..Options::default() });
    let all_of = |search: &str, top: usize| {
        let (mut ids, mut after) = (Vec::new(), String::new());
        loop {
            let page = control(&fixture, "GET", &format!("users?search={search}&top={top}&after={after}"), None);
            let users = page["users"].as_array().unwrap();
            assert!(users.len() <= top);
            ids.extend(users.iter().map(|user| user["id"].as_str().unwrap().to_owned()));
            match page["next"].as_str() {
                Some(next) => after = next.to_owned(),
                None => return ids,
            }
        }
    };
    let everybody = all_of("", 1000);
    assert_eq!(
        everybody.len() as u64,
        control(&fixture, "GET", "status", None)["rows"]["systemusers"].as_u64().unwrap()
    );
    // Found among the last, after many that do not match.
    let last = seed::generated_user_id(25_000).to_string();
    assert_eq!(all_of(&last, 1), [last]);
    assert_eq!(all_of("contoso.example", 3000).len(), everybody.len(), "a page has 1000 at most, and there are more");
    assert!(refused(&fixture, "GET", "users?after=x", None).contains("after is 'x'"));
}

#[test]
fn the_status_tells_what_there_is() {
    let fixture = Fixture::new();
    titles(&fixture, &["One"]);
    control(&fixture, "POST", "faults", Some(json!({ "path": "nowhere", "action": { "status": 500 } })));
    let status = control(&fixture, "GET", "status", None);
    assert_eq!(status["url"], fixture.server.url());
    assert_eq!((&status["ledger"], &status["requests"], &status["faults"]), (&json!(1), &json!(2), &json!(1)));
    assert!(status["connections"]["open"].as_u64().unwrap() >= 1);
    // This request has come, its reply has not gone.
    assert_eq!(status["bytes"]["received"], fixture.server.received_bytes());
    assert!(status["bytes"]["sent"].as_u64().unwrap() > 0);
}

#[test]
fn the_page_of_another_site_cannot_steer() {
    let fixture = Fixture::new();
    let own = fixture.server.url().trim_end_matches('/').to_owned();
    for (origin, status) in [("https://elsewhere.example", 403), ("null", 403), (own.as_str(), 200)] {
        let reply = fixture.send_without_token("POST", "/_local/reset", &[("Origin", origin)], None);
        assert_eq!(reply.status, status, "{origin}");
    }
}

#[test]
fn the_page_is_served_with_a_policy_and_is_no_request_of_the_log() {
    let fixture = Fixture::new();
    fixture.server.set_fault(FaultRule::new(Action { status: Some(503), ..Action::default() })).unwrap();
    let page = fixture.send_without_token("GET", "/", &[], None);
    assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
    assert!(page.header("content-security-policy").starts_with("default-src 'none';"));
    assert!(page.text.starts_with("<!doctype html>"));
    assert_eq!(fixture.send_without_token("GET", "/_local/page/main.js", &[], None).status, 200);
    assert_eq!(fixture.send_without_token("GET", "/_local/page/other.js", &[], None).status, 404);
    assert_eq!((fixture.server.requests().len(), fixture.server.faults().len()), (1, 1), "but for the sign-in");
}

#[test]
fn what_there_is_not_is_answered_with_what_there_is() {
    let fixture = Fixture::new();
    let error = refused(&fixture, "GET", "nothing", None);
    assert!(error.contains("/_local/nothing") && error.contains("POST /_local/reset"), "{error}");
    assert!(refused(&fixture, "DELETE", "ledger", None).contains("DELETE /_local/ledger"));
    let unreadable = fixture.post_form("_local/settings", &[]);
    assert_eq!(unreadable.status, 404);
    let text = fixture.send_without_token("POST", "/_local/faults", &[], Some(json!("x")));
    assert_eq!(text.status, 400);
}
