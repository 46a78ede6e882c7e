//! Updating users: only what differs is sent, and never twice in effect.

use dynamics365::Status;
use dynamics365::users::{self, Action as Done};
use local_dataverse::{Action, Close, seed};
use serde_json::{Value, json};

use crate::support::*;

fn update(server: &local_dataverse::Server, given: Value) -> dynamics365::Result<users::UserChange> {
    users::update(&client(server), seed::ADELE, &object(given), Options::default())
}

#[test]
fn only_what_differs_is_sent() {
    let server = server();
    let change = update(&server, json!({ "firstname": "Adele", "jobtitle": "Head of Sales" })).unwrap();
    assert_eq!((change.changed, change.action), (true, Done::Updated));
    assert_eq!(change.changes.len(), 1);
    assert_eq!((change.changes[0].attribute.as_str(), &change.changes[0].after), ("jobtitle", &json!("Head of Sales")));
    assert_eq!(change.user["jobtitle"], "Head of Sales");
    assert_eq!(wire(&server), ["GET 200", "PATCH 200"]);
    assert_eq!(server.ledger()[0].sent, ["jobtitle"]);
}

#[test]
fn where_nothing_differs_nothing_is_sent() {
    let server = server();
    let again = json!({ "jobtitle": "Head of Sales", "isdisabled": "False", "businessunitid": seed::SALES_UNIT.to_string().to_uppercase() });
    update(&server, json!({ "jobtitle": "Head of Sales" })).unwrap();
    let before = wire(&server).len();
    let change = update(&server, again).unwrap();
    assert_eq!((change.changed, change.action), (false, Done::Unchanged));
    assert_eq!(wire(&server)[before..], ["GET 200"]);
    assert_eq!(changes(&server).len(), 1);
}

#[test]
fn an_empty_value_clears_an_attribute() {
    let server = server();
    update(&server, json!({ "jobtitle": "Clerk", "skills": "Sales" })).unwrap();
    let change = update(&server, json!({ "jobtitle": "", "skills": null, "nickname": "" })).unwrap();
    assert_eq!((&change.user["jobtitle"], &change.user["skills"]), (&Value::Null, &Value::Null));
    assert_eq!(server.ledger()[1].sent.len(), 2, "the nickname was empty already");
}

#[test]
fn isdisabled_is_never_sent_as_null() {
    let server = server();
    let change = update(&server, json!({ "isdisabled": "", "title": "Dr" })).unwrap();
    assert_says_warning(&change, "isdisabled was left out");
    assert_eq!(server.ledger()[0].sent, ["title"]);
    assert_eq!(update(&server, json!({ "isdisabled": null })).unwrap().action, Done::Unchanged);
}

#[track_caller]
fn assert_says_warning(change: &users::UserChange, text: &str) {
    assert!(change.warnings.iter().any(|warning| warning.contains(text)), "{:?}", change.warnings);
}

#[test]
fn domainname_is_left_out_with_a_warning() {
    let server = server();
    let change = update(&server, json!({ "domainname": "other@contoso.example" })).unwrap();
    assert_eq!(change.action, Done::Unchanged);
    assert_says_warning(&change, "domainname was left out");
}

#[test]
fn an_unknown_attribute_is_refused_before_any_request() {
    let server = server();
    let error = update(&server, json!({ "systemuserid": NOBODY.to_string(), "title": "Dr" })).unwrap_err();
    assert_eq!(error.status(), Status::InvalidAttribute);
    assert!(server.requests().is_empty());
}

#[test]
fn a_missing_user_is_named_and_not_created() {
    let server = server();
    let error =
        users::update(&client(&server), NOBODY, &object(json!({ "title": "Dr" })), Options::default()).unwrap_err();
    assert_eq!((error.status(), error.code()), (Status::UserNotFound, Some("0x80040217")));
    assert_says(&error, &[&NOBODY.to_string(), "Check the id"]);
    assert!(changes(&server).is_empty());
}

#[test]
fn a_user_deleted_between_reading_and_changing_is_not_created_anew() {
    let server = server();
    let row = json!({ "systemuserid": NOBODY.to_string(), "title": null });
    fault(&server, "GET", "systemusers", Action { status: Some(200), body: Some(row), ..Action::default() });
    let error =
        users::update(&client(&server), NOBODY, &object(json!({ "title": "Dr" })), Options::default()).unwrap_err();
    assert_eq!(error.status(), Status::UserNotFound);
    assert_eq!(wire(&server), ["GET 200", "PATCH 404"]);
}

#[test]
fn a_broken_user_gives_the_documentations_500_with_cause_and_advice() {
    let server = server();
    let client = client(&server);
    let path = format!("systemusers({})", seed::ADELE);
    let body = Some(br#"{"isdisabled":null}"#.to_vec());
    dynamics365::requests::request(&client, "PATCH", &path, &object(json!({})), body).unwrap();
    let error =
        users::update(&client, seed::ADELE, &object(json!({ "isdisabled": "True" })), Options::default()).unwrap_err();
    assert_eq!((error.status(), error.http_status()), (Status::ServerError, Some(500)));
    let text = error.to_string();
    assert!(
        text.starts_with("Got API response status code - '500'. ErrorMessage - 'Server returned 'InternalServerError'"),
        "{text}"
    );
    assert_says(&error, &["Cause: ", "broken", "What to do: "]);
}

#[test]
fn a_change_whose_reply_is_lost_is_repeated_and_leaves_the_wanted_state() {
    for action in
        [close(Close::AfterApplied), close(Close::AfterRead), answer(503), Action { applied: true, ..answer(504) }]
    {
        let server = server();
        fault(&server, "PATCH", "systemusers", action);
        let change = update(&server, json!({ "jobtitle": "Clerk" })).unwrap();
        assert_eq!((change.action, &change.user["jobtitle"]), (Done::Updated, &json!("Clerk")));
    }
}

#[test]
fn a_change_that_stays_without_reply_ends_as_unknown() {
    let server = server();
    faults(&server, "PATCH", "systemusers", 0, close(Close::AfterApplied));
    let client = client_with(&server, &[("max_tries", "2")]);
    let error =
        users::update(&client, seed::ADELE, &object(json!({ "jobtitle": "Clerk" })), Options::default()).unwrap_err();
    assert_eq!(error.status(), Status::OutcomeUnknown);
    assert_says(&error, &["Tried 2 times", "compare before repeating"]);
}

#[test]
fn a_missing_privilege_is_named() {
    let server = server_with(|settings| settings.denied_privileges = vec!["prvWriteUser".into()]);
    let error = update(&server, json!({ "jobtitle": "Clerk" })).unwrap_err();
    assert_eq!((error.status(), error.privilege()), (Status::AccessDenied, Some("prvWriteUser")));
}

#[test]
fn a_plan_tells_the_differences_and_changes_nothing() {
    let server = server();
    let plan = Options { mode: Mode::Plan, ..Options::default() };
    let given = object(json!({ "jobtitle": "Clerk", "firstname": "Adele" }));
    let change = users::update(&client(&server), seed::ADELE, &given, plan).unwrap();
    assert_eq!((change.planned, change.changed, change.action), (true, false, Done::Updated));
    assert_eq!((change.changes.len(), change.changes[0].attribute.as_str()), (1, "jobtitle"));
    assert!(changes(&server).is_empty());
}

#[test]
fn other_attributes_are_set_where_the_caller_says_so_and_only_what_differs_is_sent() {
    let server = server();
    let client = client(&server);
    let any = Options { any_attribute: true, ..Options::default() };
    let manager = format!("/systemusers({})", seed::DORA);
    let given = object(json!({ "address1_city": "Ulm", "parentsystemuserid@odata.bind": manager, "accessmode": 0 }));
    let change = users::update(&client, seed::ADELE, &given, any).unwrap();
    let names: Vec<_> = change.changes.iter().map(|change| change.attribute.as_str()).collect();
    assert_eq!(names, ["address1_city", "parentsystemuserid"]);
    assert_eq!(users::update(&client, seed::ADELE, &given, any).unwrap().action, Done::Unchanged);
    assert_eq!(changes(&server).len(), 1);
    let unknown = object(json!({ "shoesize": 42 }));
    assert_eq!(users::update(&client, seed::ADELE, &unknown, any).unwrap_err().status(), Status::InvalidAttribute);
}
