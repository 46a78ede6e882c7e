//! Creating users: what is sent, what is refused before, and that a lost reply never makes two of one.

use dynamics365::Status;
use dynamics365::users::{self, Action as Done};
use local_dataverse::{Action, Close, seed};
use serde_json::json;

use crate::support::*;

fn minimal() -> serde_json::Map<String, serde_json::Value> {
    object(json!({
        "businessunitid": seed::SALES_UNIT.to_string(),
        "internalemailaddress": "erika@contoso.example",
        "firstname": "Erika",
        "lastname": "Example",
    }))
}

#[test]
fn a_user_is_created_with_one_request_and_comes_back_whole() {
    let server = server();
    let change = users::create(&client(&server), &minimal(), Options::default()).unwrap();
    assert_eq!((change.changed, change.action), (true, Done::Created));
    assert_eq!(change.user["fullname"], "Erika Example");
    assert_eq!(change.user["businessunitid"], seed::SALES_UNIT.to_string());
    assert_eq!(wire(&server), ["POST 201"]);
    assert_eq!(changes(&server), ["create systemusers"]);
}

#[test]
fn every_attribute_of_the_documentations_add_list_arrives() {
    let server = server();
    let id = "d1000000-0000-4000-8000-000000000001";
    let given = object(json!({
        "systemuserid": id, "domainname": "erika@contoso.example", "firstname": "Erika", "lastname": "Example",
        "businessunitid": seed::SERVICE_UNIT.to_string(), "isdisabled": "False", "internalemailaddress": "erika@contoso.example",
        "photourl": "https://contoso.example/erika.png", "employeeid": "E-1", "governmentid": "G-1", "homephone": "1",
        "jobtitle": "Clerk", "middlename": "M", "mobilephone": "2", "nickname": "Eri", "salutation": "Ms", "skills": "Rust",
        "title": "Dr",
    }));
    let change = users::create(&client(&server), &given, Options::default()).unwrap();
    for (name, value) in &given {
        let expected = if name == "isdisabled" { json!(false) } else { value.clone() };
        assert_eq!(change.user[name.as_str()], expected, "{name}");
    }
    assert_eq!(server.ledger()[0].id.to_string(), id);
}

#[test]
fn a_user_can_be_created_disabled() {
    let server = server();
    let mut given = minimal();
    given.insert("isdisabled".into(), json!("True"));
    let change = users::create(&client(&server), &given, Options::default()).unwrap();
    assert_eq!(change.user["isdisabled"], true);
}

#[test]
fn without_business_unit_the_documentations_text_comes_before_any_request() {
    let server = server();
    let mut given = minimal();
    given.remove("businessunitid");
    let error = users::create(&client(&server), &given, Options::default()).unwrap_err();
    assert_eq!(error.status(), Status::MissingAttribute);
    assert_says(
        &error,
        &[
            "Unable to retrieve attribute=businessunitid for entityLogicalName=systemuser",
            "No businessunitid was specified",
            "Specify businessunitid, or find out why the connector does not receive this value",
        ],
    );
    let mut given = minimal();
    given.insert("internalemailaddress".into(), json!(""));
    assert_eq!(
        users::create(&client(&server), &given, Options::default()).unwrap_err().status(),
        Status::MissingAttribute
    );
    assert!(server.requests().is_empty());
}

#[test]
fn an_unknown_attribute_is_refused_before_any_request() {
    let server = server();
    let mut given = minimal();
    given.insert("fullname".into(), json!("Erika Example"));
    let error = users::create(&client(&server), &given, Options::default()).unwrap_err();
    assert_eq!(error.status(), Status::InvalidAttribute);
    assert_says(&error, &["fullname is not an attribute", "systemuserid, domainname, firstname"]);
    assert!(server.requests().is_empty());
}

#[test]
fn an_unknown_business_unit_is_named() {
    let server = server();
    let mut given = minimal();
    given.insert("businessunitid".into(), json!(NOBODY.to_string()));
    let error = users::create(&client(&server), &given, Options::default()).unwrap_err();
    assert_eq!(error.status(), Status::BusinessUnitNotFound);
    assert_says(&error, &[&NOBODY.to_string()]);
    assert!(changes(&server).is_empty());
}

#[test]
fn a_systemuserid_that_is_taken_is_refused_and_nothing_is_sent() {
    let server = server();
    let mut given = minimal();
    given.insert("systemuserid".into(), json!(seed::ADELE.to_string()));
    let error = users::create(&client(&server), &given, Options::default()).unwrap_err();
    assert_eq!(error.status(), Status::AlreadyExists);
    assert_says(&error, &[&seed::ADELE.to_string(), "was not changed"]);
    assert_eq!(wire(&server), ["GET 200"]);
}

#[test]
fn a_domainname_that_is_taken_is_told() {
    let server = server();
    let mut given = minimal();
    given.insert("domainname".into(), json!("adele@contoso.example"));
    let error = users::create(&client(&server), &given, Options::default()).unwrap_err();
    assert_eq!((error.status(), error.code()), (Status::AlreadyExists, Some("0x80041d2c")));
}

/// A create whose reply is lost in this way ends well, with one user and so many POSTs.
#[track_caller]
fn survives(action: Action, posts: usize) {
    let server = server();
    fault(&server, "POST", "systemusers", action);
    let change = users::create(&client(&server), &minimal(), Options::default()).unwrap();
    assert_eq!(changes(&server), ["create systemusers"]);
    assert_eq!(change.user["systemuserid"], server.ledger()[0].id.to_string());
    let sent = server.requests().iter().filter(|r| r.method == "POST" && r.path.contains("systemusers")).count();
    assert_eq!(sent, posts);
}

#[test]
fn a_reply_lost_after_the_create_is_found_by_looking() {
    survives(close(Close::AfterApplied), 1);
    survives(Action { applied: true, ..answer(503) }, 1);
    survives(Action { truncate: Some(20), ..Action::default() }, 1);
}

#[test]
fn a_create_that_was_lost_on_the_way_is_sent_again_after_looking() {
    survives(close(Close::AfterRead), 2);
    survives(answer(503), 2);
    survives(answer(502), 2);
}

#[test]
fn a_throttled_create_waits_and_is_sent_again() {
    survives(answer(429), 2);
}

#[test]
fn a_create_that_is_lost_again_and_again_ends_as_unknown() {
    let server = server();
    faults(&server, "POST", "systemusers", 0, answer(503));
    let error = users::create(&client(&server), &minimal(), Options::default()).unwrap_err();
    assert_eq!(error.status(), Status::OutcomeUnknown);
    assert_says(&error, &["was not there each time", "sent 3 times"]);
    assert!(changes(&server).is_empty());
}

#[test]
fn where_looking_fails_too_the_error_says_both() {
    let server = server();
    fault(&server, "POST", "systemusers", close(Close::AfterApplied));
    faults(&server, "GET", "systemusers", 0, answer(500));
    let error = users::create(&client(&server), &minimal(), Options::default()).unwrap_err();
    assert_eq!(error.status(), Status::OutcomeUnknown);
    assert_says(&error, &["Looking for the systemuser", "status code - '500'"]);
}

#[test]
fn a_first_create_that_comes_through_late_is_recognized_by_its_key() {
    let server = server();
    fault(&server, "POST", "systemusers", close(Close::AfterApplied));
    // The first look is too early; the second create is refused because of the first one.
    let missing =
        json!({ "error": { "code": "0x80040217", "message": "Entity 'systemuser' With Id = x Does Not Exist" } });
    fault(&server, "GET", "systemusers", Action { status: Some(404), body: Some(missing), ..Action::default() });
    let mut given = minimal();
    given.insert("domainname".into(), json!("erika@contoso.example"));
    let change = users::create(&client(&server), &given, Options::default()).unwrap();
    assert_eq!(change.user["domainname"], "erika@contoso.example");
    assert_eq!(wire(&server), ["POST 0", "GET 404", "POST 412", "GET 200"]);
    assert_eq!(changes(&server), ["create systemusers"]);
}

#[test]
fn a_second_create_that_is_refused_for_a_reason_of_its_own_says_so() {
    let server = server();
    fault(&server, "POST", "systemusers", close(Close::AfterRead));
    let mut given = minimal();
    given.insert("domainname".into(), json!("adele@contoso.example"));
    let error = users::create(&client(&server), &given, Options::default()).unwrap_err();
    assert_eq!(error.status(), Status::AlreadyExists);
    assert_says(&error, &["sent twice", "the user is not there"]);
    assert!(changes(&server).is_empty());
}

#[test]
fn where_the_second_create_is_refused_and_looking_fails_the_outcome_is_unknown() {
    let server = server();
    fault(&server, "POST", "systemusers", close(Close::AfterApplied));
    let missing =
        json!({ "error": { "code": "0x80040217", "message": "Entity 'systemuser' With Id = x Does Not Exist" } });
    fault(&server, "GET", "systemusers", Action { status: Some(404), body: Some(missing), ..Action::default() });
    faults(&server, "GET", "systemusers", 0, answer(500));
    let error = users::create(&client(&server), &minimal(), Options::default()).unwrap_err();
    assert_eq!(error.status(), Status::OutcomeUnknown);
}

#[test]
fn a_plan_of_a_create_shows_the_row_and_makes_none() {
    let server = server();
    let plan = Options { mode: Mode::Plan, ..Options::default() };
    let given =
        object(json!({ "internalemailaddress": "e@contoso.example", "businessunitid": seed::SALES_UNIT.to_string() }));
    let change = users::create(&client(&server), &given, plan).unwrap();
    assert!(change.planned && !change.changed);
    assert_eq!(change.user["internalemailaddress"], "e@contoso.example");
    assert_eq!(change.user["businessunitid"], seed::SALES_UNIT.to_string());
    assert!(changes(&server).is_empty());
}

#[test]
fn an_application_user_is_made_from_its_application() {
    let server = server();
    let any = Options { any_attribute: true, ..Options::default() };
    let application = "66666666-6666-4666-8666-666666666666";
    let given = object(json!({ "applicationid": application, "businessunitid": seed::ROOT_UNIT.to_string() }));
    let change = users::create(&client(&server), &given, any).unwrap();
    assert_eq!((change.user["applicationid"].as_str(), &change.user["accessmode"]), (Some(application), &json!(4)));
    let again = users::create(&client(&server), &given, any).unwrap_err();
    assert_eq!(again.status(), Status::AlreadyExists, "{again}");
}
