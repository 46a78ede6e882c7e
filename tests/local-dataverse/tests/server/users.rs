//! Changing users, and the rules about it.

use local_dataverse::{Disputed, seed};
use serde_json::json;

use crate::client::{Fixture, user};

#[test]
fn a_create_answers_204_with_the_address_or_201_with_the_row() {
    let fixture = Fixture::new();
    let reply = fixture.create(json!({ "firstname": "Erika", "lastname": "Example" }));
    assert_eq!((reply.status, reply.text.as_str()), (204, ""));
    let address = reply.header("odata-entityid").to_owned();
    assert!(address.starts_with(&format!("{}api/data/v9.2/systemusers(", fixture.server.url())), "{address}");
    let path = address.strip_prefix(fixture.server.url()).unwrap();
    let row = fixture.get(&format!("/{path}")).json();
    assert_eq!((row["fullname"].as_str(), row["isdisabled"].as_bool()), (Some("Erika Example"), Some(false)));

    let body = json!({ "internalemailaddress": "f@contoso.example", "businessunitid@odata.bind": format!("/businessunits({})", seed::ROOT_UNIT) });
    let reply = fixture.send(
        "POST",
        "systemusers?$select=internalemailaddress",
        &[("Prefer", "return=representation")],
        Some(body),
    );
    assert_eq!((reply.status, reply.json()["internalemailaddress"].as_str()), (201, Some("f@contoso.example")));
    assert!(reply.header("preference-applied").contains("return=representation"));
}

#[test]
fn a_create_without_business_unit_has_the_documented_text() {
    let fixture = Fixture::new();
    let reply = fixture.send("POST", "systemusers", &[], Some(json!({ "internalemailaddress": "x@contoso.example" })));
    assert_eq!((reply.status, reply.code().as_str()), (400, "0x80040530"));
    assert!(
        reply.message().starts_with("Unable to retrieve attribute=businessunitid for entityLogicalName=systemuser."),
        "{}",
        reply.text
    );
    assert!(fixture.server.ledger().is_empty());
}

#[test]
fn values_are_checked_before_anything_is_changed() {
    let fixture = Fixture::new();
    for (body, code) in [
        (json!({ "shoesize": 42 }), "0x80048d19"),
        (json!({ "salutation": "x".repeat(21) }), "0x80044331"),
        (json!({ "isdisabled": "maybe" }), "0x80048d19"),
        (json!({ "firstname": 5 }), "0x80048d19"),
        (json!({ "businessunitid@odata.bind": "/businessunits(nonsense)" }), "0x80048d19"),
        (json!({ "businessunitid@odata.bind": "/businessunits(ffff0000-0000-4000-8000-000000000009)" }), "0x80040217"),
    ] {
        let reply = fixture.patch(&user(seed::ADELE), body.clone());
        assert!(reply.status >= 400, "{body}");
        assert_eq!(reply.code(), code, "{body}: {}", reply.text);
    }
    assert_eq!(fixture.send("POST", "systemusers", &[("Content-Type", "application/json")], None).status, 400);
    assert!(fixture.server.ledger().is_empty());
}

#[test]
fn an_update_is_an_upsert_unless_a_precondition_says_otherwise() {
    let fixture = Fixture::new();
    let new = "c2000000-0000-4000-8000-000000000001".parse().unwrap();
    let body = json!({ "internalemailaddress": "u@contoso.example", "businessunitid@odata.bind": format!("/businessunits({})", seed::ROOT_UNIT) });
    let reply = fixture.send("PATCH", &user(new), &[("If-Match", "*")], Some(body.clone()));
    assert_eq!((reply.status, reply.code().as_str()), (404, "0x80040217"));
    assert!(fixture.patch(&user(new), body.clone()).status < 300);
    assert_eq!(fixture.get(&user(new)).status, 200);
    let reply = fixture.send("PATCH", &user(new), &[("If-None-Match", "*")], Some(body));
    assert_eq!((reply.status, reply.code().as_str()), (412, "0x80040237"));
}

#[test]
fn a_stale_etag_is_refused_and_a_fresh_one_accepted() {
    let fixture = Fixture::new();
    let tag = fixture.get(&user(seed::ADELE)).json()["@odata.etag"].as_str().unwrap().to_owned();
    assert_eq!(
        fixture.send("PATCH", &user(seed::ADELE), &[("If-Match", &tag)], Some(json!({ "title": "Dr" }))).status,
        204
    );
    let reply = fixture.send("PATCH", &user(seed::ADELE), &[("If-Match", &tag)], Some(json!({ "title": "Prof" })));
    assert_eq!((reply.status, reply.code().as_str()), (412, "0x80060882"));
    assert_eq!(fixture.get(&user(seed::ADELE)).json()["title"], "Dr");
}

#[test]
fn a_key_and_a_domainname_are_unique() {
    let fixture = Fixture::new();
    assert_eq!(fixture.create(json!({ "systemuserid": seed::ADELE.to_string() })).code(), "0x80040237");
    let reply = fixture.create(json!({ "domainname": "ADELE@contoso.example" }));
    assert_eq!(reply.code(), "0x80041d2c");
    assert_eq!(reply.message(), "The specified Active Directory user already exists as a Dynamics 365 user.");
}

#[test]
fn a_domainname_in_an_update_is_a_setting() {
    for (setting, status, after) in [
        (Disputed::Refuse, 400, "adele@contoso.example"),
        (Disputed::Ignore, 204, "adele@contoso.example"),
        (Disputed::Accept, 204, "new@contoso.example"),
    ] {
        let fixture = Fixture::new();
        fixture.server.settings_mut(|settings| settings.domain_name_on_update = setting);
        assert_eq!(
            fixture.patch(&user(seed::ADELE), json!({ "domainname": "new@contoso.example" })).status,
            status,
            "{setting:?}"
        );
        assert_eq!(fixture.get(&user(seed::ADELE)).json()["domainname"], after, "{setting:?}");
    }
}

#[test]
fn a_null_isdisabled_breaks_the_user_and_later_changes_answer_500() {
    let fixture = Fixture::new();
    assert_eq!(fixture.patch(&user(seed::ADELE), json!({ "isdisabled": null })).status, 204);
    for body in [json!({ "isdisabled": true }), json!({ "isdisabled": false })] {
        assert_eq!(fixture.patch(&user(seed::ADELE), body).status, 500);
    }
}

#[test]
fn the_last_administrator_stays_enabled() {
    let fixture = Fixture::new();
    assert_eq!(fixture.patch(&user(seed::DORA), json!({ "isdisabled": true })).status, 204);
    let reply = fixture.patch(&user(seed::APPLICATION_USER), json!({ "isdisabled": true }));
    assert!(reply.status == 400 || reply.status == 403, "{}", reply.text);
    assert_eq!(reply.code(), "0x80041d2f");
}

#[test]
fn a_move_takes_the_roles_unless_the_environment_keeps_them() {
    let unit = json!({ "businessunitid@odata.bind": format!("/businessunits({})", seed::SERVICE_UNIT) });
    let roles = |fixture: &Fixture| {
        fixture.get(&format!("{}/systemuserroles_association?$select=name", user(seed::ADELE))).rows().len()
    };
    let fixture = Fixture::new();
    assert_eq!(fixture.patch(&user(seed::ADELE), unit.clone()).status, 204);
    assert_eq!(roles(&fixture), 0);
    assert_eq!(fixture.get(&user(seed::ADELE)).json()["_businessunitid_value"], seed::SERVICE_UNIT.to_string());

    let fixture = Fixture::new();
    fixture.server.settings_mut(|settings| {
        settings.record_ownership_across_business_units = true;
        settings.keep_roles_on_business_unit_change = true;
    });
    assert_eq!(fixture.patch(&user(seed::ADELE), unit).status, 204);
    assert_eq!(roles(&fixture), 1);
}

#[test]
fn users_are_not_deleted() {
    let fixture = Fixture::new();
    let reply = fixture.send("DELETE", &user(seed::ADELE), &[], None);
    assert!((400..500).contains(&reply.status), "{}", reply.text);
    assert_eq!(fixture.get(&user(seed::ADELE)).status, 200);
}

#[test]
fn missing_privileges_are_named() {
    let fixture = Fixture::new();
    fixture.server.settings_mut(|settings| settings.denied_privileges = vec!["prvReadUser".into()]);
    let reply = fixture.get("systemusers");
    assert_eq!((reply.status, reply.code().as_str()), (403, "0x80040220"));
    assert!(reply.message().contains("prvReadUser"));
}
