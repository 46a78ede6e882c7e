//! `$batch`: single requests, changesets, what is refused.

use local_dataverse::{Operation, seed};
use serde_json::json;

use crate::client::{Fixture, Reply, user};

/// A part with one request.
fn part(content_id: Option<u32>, method: &str, target: &str, body: Option<serde_json::Value>) -> String {
    let id = content_id.map(|id| format!("Content-ID: {id}\r\n")).unwrap_or_default();
    let body =
        body.map(|body| format!("Content-Type: application/json\r\n\r\n{body}")).unwrap_or_else(|| "\r\n".into());
    format!(
        "Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n{id}\r\n{method} {target} HTTP/1.1\r\n{body}\r\n"
    )
}

fn joined(boundary: &str, parts: &[String]) -> String {
    let all: String = parts.iter().map(|part| format!("--{boundary}\r\n{part}")).collect();
    format!("{all}--{boundary}--\r\n")
}

fn changeset(parts: &[String]) -> String {
    format!("Content-Type: multipart/mixed; boundary=\"changeset_1\"\r\n\r\n{}", joined("changeset_1", parts))
}

fn send(fixture: &Fixture, headers: &[(&str, &str)], parts: &[String]) -> Reply {
    let mut all = vec![("Content-Type", "multipart/mixed; boundary=\"batch_1\"")];
    all.extend_from_slice(headers);
    fixture.post_text("$batch", &all, &joined("batch_1", parts))
}

/// The status lines of the inner replies.
fn statuses(reply: &Reply) -> Vec<u16> {
    let lines = reply.text.lines().filter_map(|line| line.strip_prefix("HTTP/1.1 "));
    lines.map(|line| line[..3].parse().unwrap()).collect()
}

fn rename(id: uuid::Uuid, title: &str) -> String {
    part(None, "PATCH", &user(id), Some(json!({ "jobtitle": title })))
}

#[test]
fn single_requests_are_answered_one_by_one() {
    let fixture = Fixture::new();
    let whole = format!("{}api/data/v9.2/systemusers?$select=fullname&$top=1", fixture.server.url());
    let parts = [
        part(None, "GET", "WhoAmI()", None),
        part(None, "GET", "/api/data/v9.2/RetrieveVersion()", None),
        part(None, "GET", &whole, None),
        rename(seed::ADELE, "Clerk"),
    ];
    let reply = send(&fixture, &[], &parts);
    assert_eq!((reply.status, statuses(&reply)), (200, vec![200, 200, 200, 204]));
    assert!(reply.header("content-type").starts_with("multipart/mixed; boundary=batchresponse_"));
    assert!(reply.text.contains(&seed::APPLICATION_USER.to_string()) && reply.text.contains("\"Version\":\"9."));
    assert_eq!(fixture.server.ledger().len(), 1);
}

#[test]
fn the_first_failure_ends_a_batch_unless_it_is_to_go_on() {
    let fixture = Fixture::new();
    let parts =
        [part(None, "GET", "WhoAmI()", None), part(None, "GET", "unicorns", None), rename(seed::ADELE, "Clerk")];
    let reply = send(&fixture, &[], &parts);
    assert_eq!((reply.status, statuses(&reply)), (400, vec![200, 404]));
    assert!(fixture.server.ledger().is_empty());
    let reply = send(&fixture, &[("Prefer", "odata.continue-on-error")], &parts);
    assert_eq!((reply.status, statuses(&reply)), (200, vec![200, 404, 204]));
    assert_eq!(fixture.server.ledger().len(), 1);
}

#[test]
fn a_changeset_makes_rows_and_refers_to_them() {
    let fixture = Fixture::new();
    let role = seed::role_id(seed::SALESPERSON, seed::SALES_UNIT);
    let new = json!({ "internalemailaddress": "b@contoso.example", "businessunitid@odata.bind": format!("/businessunits({})", seed::SALES_UNIT) });
    let link = json!({ "@odata.id": format!("{}api/data/v9.2/roles({role})", fixture.server.url()) });
    let parts = [changeset(&[
        part(Some(1), "POST", "systemusers", Some(new)),
        part(Some(2), "POST", "$1/systemuserroles_association/$ref", Some(link)),
    ])];
    let reply = send(&fixture, &[], &parts);
    assert_eq!((reply.status, statuses(&reply)), (200, vec![204, 204]), "{}", reply.text);
    assert!(reply.text.contains("changesetresponse_") && reply.text.contains("Content-ID: 2"));
    let operations: Vec<_> = fixture.server.ledger().iter().map(|entry| entry.operation).collect();
    assert_eq!(operations, [Operation::Create, Operation::Associate]);
}

#[test]
fn of_a_changeset_that_fails_nothing_stays() {
    let fixture = Fixture::new();
    let role = seed::role_id(seed::SALESPERSON, seed::SALES_UNIT);
    let new = json!({ "internalemailaddress": "b@contoso.example", "domainname": "b@contoso.example", "businessunitid@odata.bind": format!("/businessunits({})", seed::SALES_UNIT) });
    let unit = json!({ "businessunitid@odata.bind": format!("/businessunits({})", seed::SERVICE_UNIT) });
    let parts = [
        changeset(&[
            part(Some(1), "POST", "systemusers", Some(new.clone())),
            rename(seed::BRUNO, "Clerk"),
            part(Some(3), "PATCH", &user(seed::ADELE), Some(unit)),
            part(Some(4), "PATCH", &user(seed::ADELE), Some(json!({ "shoesize": 42 }))),
        ]),
        rename(seed::BRUNO, "Boss"),
    ];
    let reply = send(&fixture, &[("Prefer", "odata.continue-on-error")], &parts);
    assert_eq!((reply.status, statuses(&reply)), (200, vec![400, 204]));
    assert_eq!(fixture.server.ledger().len(), 1, "only what came after it");
    assert_eq!(fixture.get("systemusers?$select=fullname").rows().len(), 5);
    let adele = fixture
        .get(&format!(
            "{}?$select=_businessunitid_value&$expand=systemuserroles_association($select=roleid)",
            user(seed::ADELE)
        ))
        .json();
    assert_eq!(adele["_businessunitid_value"], seed::SALES_UNIT.to_string());
    assert_eq!(adele["systemuserroles_association"][0]["roleid"], role.to_string());
    // The domain name is free again.
    assert_eq!(fixture.send("POST", "systemusers", &[], Some(new)).status, 204);
}

#[test]
fn what_a_batch_may_not_have_is_refused() {
    let fixture = Fixture::new();
    let get = || part(None, "GET", "WhoAmI()", None);
    assert_eq!(statuses(&send(&fixture, &[], &[changeset(&[get()])])), [400]);
    let twice = || part(Some(1), "PATCH", &user(seed::ADELE), Some(json!({ "title": "Dr" })));
    assert_eq!(statuses(&send(&fixture, &[], &[changeset(&[twice(), twice()])])), [400]);
    assert_eq!(send(&fixture, &[], &vec![get(); 1001]).status, 400);
    assert_eq!(statuses(&send(&fixture, &[], &vec![get(); 1000])).len(), 1000);
    assert_eq!(statuses(&send(&fixture, &[], &[part(None, "POST", "$batch", None)])), [400]);
    assert_eq!(statuses(&send(&fixture, &[], &[part(None, "GET", "$7/fullname", None)])), [400]);
    assert_eq!(statuses(&send(&fixture, &[], &[part(None, "GET", "https://elsewhere.example/x", None)])), [400]);
    assert_eq!(fixture.post_text("$batch", &[("Content-Type", "application/json")], "{}").status, 400);
    assert_eq!(fixture.post_text("$batch", &[("Content-Type", "multipart/mixed; boundary=b")], "nothing").status, 400);
    assert_eq!(fixture.get("$batch").status, 405);
    assert!(fixture.server.ledger().is_empty());
}

/// A changeset that fails after a hundred changes.
fn doomed() -> [String; 1] {
    let mut parts: Vec<String> = (0..100).map(|number| rename(seed::ADELE, &format!("Clerk {number}"))).collect();
    parts.push(rename(uuid::Uuid::from_u128(1), "Clerk"));
    [changeset(&parts)]
}

/// Does something again and again while changesets fail.
fn beside_changesets_that_fail(fixture: &Fixture, act: impl Fn()) {
    std::thread::scope(|scope| {
        let sender = scope.spawn(|| {
            for _ in 0..20 {
                assert_eq!(statuses(&send(fixture, &[], &doomed())), [400]);
            }
        });
        while !sender.is_finished() {
            act();
        }
    });
}

#[test]
fn nobody_sees_a_changeset_that_is_under_way() {
    let fixture = Fixture::new();
    let control = |path: &str| fixture.local("GET", path, None).json();
    beside_changesets_that_fail(&fixture, || {
        assert_eq!(fixture.server.ledger(), []);
        assert_eq!(control("ledger")["last"], 0);
        assert_eq!(control("status")["ledger"], 0);
    });
}

#[test]
fn a_setting_that_is_changed_beside_a_changeset_stays_when_that_fails() {
    let fixture = Fixture::new();
    beside_changesets_that_fail(&fixture, || {
        let keep = !fixture.server.settings().keep_roles_on_business_unit_change;
        fixture.server.settings_mut(|settings| settings.keep_roles_on_business_unit_change = keep);
        assert_eq!(fixture.server.settings().keep_roles_on_business_unit_change, keep);
    });
}
