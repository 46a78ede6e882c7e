//! Requests in the name of another user.

use local_dataverse::{UnknownCaller, seed};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::client::{Fixture, Reply, user};

const NOBODY: &str = "99999999-9999-4999-8999-999999999999";

/// A request in the name of a user, by systemuserid.
fn as_user(fixture: &Fixture, id: Uuid, method: &str, path: &str, body: Option<Value>) -> Reply {
    fixture.send(method, path, &[("MSCRMCallerID", &id.to_string())], body)
}

/// The object of a user in Microsoft Entra.
fn object_of(fixture: &Fixture, id: Uuid) -> String {
    let row = fixture.get(&format!("{}?$select=azureactivedirectoryobjectid", user(id))).json();
    row["azureactivedirectoryobjectid"].as_str().unwrap().to_owned()
}

fn who_am_i(fixture: &Fixture, headers: &[(&str, &str)]) -> Reply {
    fixture.send("GET", "WhoAmI()", headers, None)
}

fn users_role(role: u32) -> Uuid {
    seed::role_id(role, seed::ROOT_UNIT)
}

/// The application user loses System Administrator and gets a role with these privileges.
fn make_delegate(fixture: &Fixture, privileges: &[&str]) {
    let privileges = privileges.iter().map(|name| (*name).to_owned()).collect();
    fixture.server.settings_mut(|settings| {
        settings.role_privileges.insert("Approver's Deputy & Reviewer".into(), privileges);
    });
    let roles = format!("{}/systemuserroles_association", user(seed::APPLICATION_USER));
    let role = format!("{}api/data/v9.2/roles({})", fixture.server.url(), users_role(seed::APPROVERS_DEPUTY));
    let given = fixture.send("POST", &format!("{roles}/$ref"), &[], Some(json!({ "@odata.id": role })));
    let taken = fixture.send("DELETE", &format!("{roles}({})/$ref", users_role(seed::SYSTEM_ADMINISTRATOR)), &[], None);
    assert_eq!((given.status, taken.status), (204, 204));
}

#[test]
fn who_am_i_gives_the_impersonated_user() {
    let fixture = Fixture::new();
    let (dora, object) = (seed::DORA.to_string(), object_of(&fixture, seed::DORA));
    let braced = format!("{{{dora}}}");
    for header in [("MSCRMCallerID", &dora), ("mscrmcallerid", &braced), ("CallerObjectId", &object)] {
        let me = who_am_i(&fixture, &[(header.0, header.1)]).json();
        assert_eq!((&me["UserId"], &me["BusinessUnitId"]), (&json!(dora), &json!(seed::ROOT_UNIT.to_string())));
    }
    let adele = seed::ADELE.to_string();
    let both = who_am_i(&fixture, &[("MSCRMCallerID", &adele), ("CallerObjectId", &object)]).json();
    assert_eq!(both["UserId"], dora, "the object counts");
    assert_eq!(who_am_i(&fixture, &[]).json()["UserId"], seed::APPLICATION_USER.to_string());
}

#[test]
fn a_change_is_that_of_the_impersonated_user_and_tells_who_made_it() {
    let fixture = Fixture::new();
    let title = |title: &str| Some(json!({ "jobtitle": title }));
    assert_eq!(as_user(&fixture, seed::DORA, "PATCH", &user(seed::ADELE), title("Clerk")).status, 204);
    let entry = &fixture.server.ledger()[0];
    assert_eq!((entry.caller, entry.impersonator), (seed::DORA, Some(seed::APPLICATION_USER)));
    assert_eq!(Value::from(entry.after.clone().unwrap()), json!({ "jobtitle": "Clerk" }));
    let expand = "modifiedby($select=fullname),modifiedonbehalfby($select=systemuserid)";
    let path = format!("{}?$select=jobtitle&$expand={expand}", user(seed::ADELE));
    let row = fixture.get(&path).json();
    assert_eq!(row["modifiedby"]["fullname"], "Dora Sample-O'Neil");
    assert_eq!(row["modifiedonbehalfby"]["systemuserid"], seed::APPLICATION_USER.to_string());

    assert_eq!(fixture.patch(&user(seed::ADELE), json!({ "jobtitle": "Baker" })).status, 204);
    let row = fixture.get(&path).json();
    assert_eq!(
        (&row["modifiedonbehalfby"], &row["modifiedby"]["fullname"]),
        (&Value::Null, &json!("Connector Local Dataverse"))
    );
    let shown = fixture.local("GET", "ledger", None).json();
    assert_eq!(shown["entries"][0]["impersonator"], seed::APPLICATION_USER.to_string());
    assert_eq!(shown["entries"][1].get("impersonator"), None);
}

#[test]
fn a_row_tells_in_whose_name_it_was_created() {
    let fixture = Fixture::new();
    let unit = format!("/businessunits({})", seed::SALES_UNIT);
    let body = json!({ "internalemailaddress": "erika@contoso.example", "businessunitid@odata.bind": unit });
    let created = as_user(&fixture, seed::DORA, "POST", "systemusers", Some(body));
    let address = created.header("odata-entityid").rsplit('/').next().unwrap().to_owned();
    let row = fixture.get(&address).json();
    let names = ["_createdby_value", "_createdonbehalfby_value", "_modifiedby_value", "_modifiedonbehalfby_value"];
    let (dora, own) = (seed::DORA.to_string(), seed::APPLICATION_USER.to_string());
    assert_eq!(names.map(|name| row[name].as_str().unwrap()), [&*dora, &*own, &*dora, &*own]);
    let filter = format!("systemusers?$select=systemuserid&$filter=_createdonbehalfby_value eq {own}");
    assert_eq!(fixture.get(&filter).rows().len(), 1);
    let usual = fixture.create(json!({ "internalemailaddress": "fritz@contoso.example" }));
    let row = fixture.get(usual.header("odata-entityid").rsplit('/').next().unwrap()).json();
    assert_eq!((&row["_createdonbehalfby_value"], &row["_createdby_value"]), (&Value::Null, &json!(own)));
}

#[test]
fn units_teams_and_roles_tell_it_too() {
    let fixture = Fixture::new();
    let unit = format!("/businessunits({})", seed::ROOT_UNIT);
    let bodies = [
        ("businessunits", json!({ "name": "Purchasing", "parentbusinessunitid@odata.bind": unit })),
        ("teams", json!({ "name": "Auditors", "businessunitid@odata.bind": unit })),
        ("roles", json!({ "name": "Auditor", "businessunitid@odata.bind": unit })),
    ];
    for (set, body) in bodies {
        let created = as_user(&fixture, seed::DORA, "POST", set, Some(body));
        assert_eq!(created.status, 204, "{set}: {}", created.text);
        let row = fixture.get(created.header("odata-entityid").rsplit('/').next().unwrap()).json();
        let (by, on_behalf) = (&row["_createdby_value"], &row["_createdonbehalfby_value"]);
        let (dora, own) = (seed::DORA.to_string(), seed::APPLICATION_USER.to_string());
        assert_eq!((by, on_behalf), (&json!(dora), &json!(own)), "{set}");
    }
}

#[test]
fn who_names_himself_acts_for_nobody() {
    let fixture = Fixture::new();
    make_delegate(&fixture, &["prvReadUser", "prvWriteUser"]);
    let own = seed::APPLICATION_USER;
    let changed = as_user(&fixture, own, "PATCH", &user(seed::ADELE), Some(json!({ "jobtitle": "Clerk" })));
    assert_eq!(changed.status, 204, "it needs no privilege: {}", changed.text);
    let ledger = fixture.server.ledger();
    assert_eq!((ledger[2].caller, ledger[2].impersonator), (own, None));
}

#[test]
fn both_users_need_the_privilege() {
    let fixture = Fixture::new();
    let title = || Some(json!({ "jobtitle": "Clerk" }));
    assert_eq!(as_user(&fixture, seed::ADELE, "GET", &user(seed::ADELE), None).status, 200);
    let refused = as_user(&fixture, seed::ADELE, "PATCH", &user(seed::ADELE), title());
    assert_eq!((refused.status, refused.code().as_str()), (403, "0x80040220"));
    let lacking = |id: Uuid| format!("Principal user (Id={id}, type=8,");
    assert!(refused.message().starts_with(&lacking(seed::ADELE)), "{}", refused.message());
    assert!(refused.message().contains("is missing prvWriteUser privilege"));

    make_delegate(&fixture, &["prvReadUser", "prvActOnBehalfOfAnotherUser"]);
    assert_eq!(as_user(&fixture, seed::DORA, "GET", &user(seed::ADELE), None).status, 200);
    let refused = as_user(&fixture, seed::DORA, "PATCH", &user(seed::ADELE), title());
    assert_eq!((refused.status, refused.code().as_str()), (403, "0x80040220"));
    assert!(refused.message().starts_with(&lacking(seed::APPLICATION_USER)), "{}", refused.message());
    assert!(refused.message().ends_with(&format!("context.Caller={}", seed::DORA)), "{}", refused.message());
}

#[test]
fn acting_for_others_needs_a_privilege_of_ones_own() {
    let fixture = Fixture::new();
    let team = seed::default_team_id(seed::ROOT_UNIT);
    let role = format!("{}api/data/v9.2/roles({})", fixture.server.url(), users_role(seed::SYSTEM_ADMINISTRATOR));
    let path = format!("teams({team})/teamroles_association/$ref");
    assert_eq!(fixture.send("POST", &path, &[], Some(json!({ "@odata.id": role }))).status, 204);
    make_delegate(&fixture, &["prvReadUser"]);
    assert_eq!(fixture.patch(&user(seed::ADELE), json!({ "jobtitle": "Clerk" })).status, 204, "the team's role counts");
    let refused = as_user(&fixture, seed::DORA, "GET", "WhoAmI()", None);
    assert_eq!((refused.status, refused.code().as_str()), (403, "0x8004A110"));
    assert_eq!(refused.message(), "User does not have the privilege to act on behalf another user.");
}

#[test]
fn the_privilege_to_act_for_others_can_be_denied() {
    let fixture = Fixture::new();
    fixture.server.settings_mut(|settings| settings.denied_privileges = vec!["prvActOnBehalfOfAnotherUser".into()]);
    assert_eq!(as_user(&fixture, seed::DORA, "GET", "WhoAmI()", None).code(), "0x8004A110");
}

#[test]
fn a_user_who_is_not_there_disabled_or_no_id_is_refused() {
    let fixture = Fixture::new();
    let unknown = who_am_i(&fixture, &[("MSCRMCallerID", NOBODY)]);
    assert_eq!((unknown.status, unknown.code().as_str()), (404, "0x80040217"));
    assert!(unknown.message().contains(NOBODY), "{}", unknown.message());
    let unknown = who_am_i(&fixture, &[("CallerObjectId", NOBODY)]);
    assert_eq!((unknown.status, unknown.code().as_str()), (403, "0x80072560"));
    // An id is no object.
    assert_eq!(who_am_i(&fixture, &[("CallerObjectId", &seed::DORA.to_string())]).status, 403);
    let disabled = as_user(&fixture, seed::CHIARA, "GET", "WhoAmI()", None);
    assert_eq!((disabled.status, disabled.code().as_str()), (403, "0x80040225"));
    for name in ["MSCRMCallerID", "CallerObjectId"] {
        let wrong = who_am_i(&fixture, &[(name, "adele")]);
        assert_eq!((wrong.status, wrong.code().as_str()), (400, "0x80040203"));
        assert!(wrong.message().contains(name) && wrong.message().contains("'adele'"), "{}", wrong.message());
        assert_eq!(who_am_i(&fixture, &[(name, "")]).status, 200, "an empty header names nobody");
    }
}

#[test]
fn a_user_who_is_not_there_is_passed_over_where_a_setting_says_so() {
    let fixture = Fixture::new();
    fixture.server.settings_mut(|settings| settings.unknown_caller = UnknownCaller::Ignore);
    for name in ["MSCRMCallerID", "CallerObjectId"] {
        let me = who_am_i(&fixture, &[(name, NOBODY)]).json();
        assert_eq!(me["UserId"], seed::APPLICATION_USER.to_string());
    }
}

#[test]
fn a_batch_runs_as_the_user_that_it_names_and_each_request_of_it_as_its_own() {
    let fixture = Fixture::new();
    let part = |header: &str| {
        let head = "--b\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n";
        format!("{head}GET WhoAmI() HTTP/1.1\r\n{header}\r\n\r\n")
    };
    let own = format!("MSCRMCallerID: {}\r\n", seed::BRUNO);
    let body = format!("{}{}--b--\r\n", part(""), part(&own));
    let dora = seed::DORA.to_string();
    let headers = [("Content-Type", "multipart/mixed; boundary=b"), ("MSCRMCallerID", dora.as_str())];
    let reply = fixture.post_text("$batch", &headers, &body);
    assert_eq!(reply.status, 200, "{}", reply.text);
    let place = |id: Uuid| reply.text.find(&format!("\"UserId\":\"{id}\"")).unwrap();
    assert!(place(seed::DORA) < place(seed::BRUNO), "{}", reply.text);
    let refused = fixture.post_text("$batch", &[headers[0], ("MSCRMCallerID", NOBODY)], &body);
    assert_eq!(refused.status, 404);
}

#[test]
fn the_limits_are_those_of_who_signed_in() {
    let fixture = Fixture::new();
    fixture.server.settings_mut(|settings| settings.limit_requests = Some(1));
    assert_eq!(as_user(&fixture, seed::DORA, "GET", "WhoAmI()", None).status, 200);
    assert_eq!(as_user(&fixture, seed::ADELE, "GET", "WhoAmI()", None).status, 429);
}
