//! Bodies of rows, properties and references.

use local_dataverse::seed;
use serde_json::json;
use uuid::Uuid;

use crate::client::{Fixture, user};
use crate::wire::{Wire, request};

/// The status and the text of the reply to a body that `serde_json` would not write.
fn answer(fixture: &Fixture, method: &str, path: &str, body: &str) -> (u16, String) {
    let mut wire = Wire::connect(&fixture.server);
    let text = request(fixture, method, path, Some(body)).replacen("\r\n", "\r\nConnection: close\r\n", 1);
    wire.send(&text);
    wire.until_the_end();
    let reply = String::from_utf8(std::mem::take(&mut wire.received)).unwrap();
    (reply.split(' ').nth(1).unwrap().parse().unwrap(), reply)
}

#[test]
fn a_member_that_is_there_twice_is_refused_wherever_it_is() {
    let fixture = Fixture::new();
    let adele = user(seed::ADELE);
    let (role, unit) = (seed::role_id(seed::SALESPERSON, seed::SALES_UNIT), seed::SALES_UNIT);
    let address = format!("{}api/data/v9.2/roles({role})", fixture.server.url());
    for (method, path, body) in [
        ("PATCH", adele.clone(), r#"{"nickname":"a","nickname":"b"}"#.to_owned()),
        ("PATCH", adele.clone(), r#"{"nickname":"a","nick\u006eame":"b"}"#.to_owned()),
        ("POST", "systemusers".to_owned(), r#"{"lastname":"a","lastname":"a"}"#.to_owned()),
        ("PUT", format!("{adele}/nickname"), r#"{"value":"a","value":"b"}"#.to_owned()),
        (
            "POST",
            format!("{adele}/systemuserroles_association/$ref"),
            format!(r#"{{"@odata.id":"{address}","@odata.id":"{address}"}}"#),
        ),
        (
            "POST",
            format!("{adele}/Microsoft.Dynamics.CRM.SetBusinessSystemUser"),
            format!(
                r#"{{"BusinessUnit":{{"businessunitid":"{unit}","businessunitid":"{unit}"}},"ReassignPrincipal":{{"systemuserid":"{}"}}}}"#,
                seed::ADELE
            ),
        ),
    ] {
        let (status, reply) = answer(&fixture, method, &path, &body);
        assert_eq!(status, 400, "{body}: {reply}");
        assert!(reply.contains("Multiple properties with the name"), "{reply}");
    }
    assert!(fixture.server.ledger().is_empty());
}

#[test]
fn a_member_that_is_there_twice_is_refused_in_a_changeset_with_references() {
    let fixture = Fixture::new();
    let part = |id: u8, target: &str, body: &str| {
        format!(
            "--c\r\nContent-Type: application/http\r\nContent-ID: {id}\r\n\r\nPATCH {target} HTTP/1.1\r\nContent-Type: \
             application/json\r\n\r\n{body}\r\n"
        )
    };
    let batch = format!(
        "--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n{}{}--c--\r\n--b--\r\n",
        part(1, &user(seed::ADELE), r#"{"nickname":"a"}"#),
        part(2, &user(seed::DORA), r#"{"parentsystemuserid@odata.bind":"$1","nickname":"a","nickname":"b"}"#),
    );
    let reply = fixture.post_text("$batch", &[("Content-Type", "multipart/mixed; boundary=b")], &batch);
    assert!(reply.status == 400 && reply.text.contains("Multiple properties"), "{}", reply.text);
    assert!(fixture.server.ledger().is_empty());
}

#[test]
fn a_body_of_another_type_than_the_table_is_refused() {
    let fixture = Fixture::new();
    let path = user(seed::ADELE);
    for (kind, says) in [
        (
            json!("Microsoft.Dynamics.CRM.team"),
            "not assignable to the expected type 'Microsoft.Dynamics.CRM.systemuser'",
        ),
        (json!("#Microsoft.Dynamics.CRM.team"), "not assignable"),
        (json!("Microsoft.Dynamics.CRM.unicorn"), "could not be resolved by the model"),
        (json!("systemuser"), "could not be resolved"),
        (json!(1), "must be a string"),
    ] {
        let reply = fixture.patch(&path, json!({ "@odata.type": kind, "nickname": "a" }));
        assert_eq!(reply.status, 400, "{kind}");
        assert!(reply.message().contains(says), "{kind}: {}", reply.message());
    }
    assert!(fixture.server.ledger().is_empty());
    for kind in ["Microsoft.Dynamics.CRM.systemuser", "#Microsoft.Dynamics.CRM.systemuser"] {
        assert_eq!(fixture.patch(&path, json!({ "@odata.type": kind, "nickname": kind })).status, 204);
    }
}

#[test]
fn an_empty_key_makes_no_row_by_its_address_and_is_none_in_a_body() {
    let fixture = Fixture::new();
    let body = json!({
        "domainname": "erika@contoso.example",
        "internalemailaddress": "erika@contoso.example",
        "businessunitid@odata.bind": format!("/businessunits({})", seed::SALES_UNIT),
    });
    let reply = fixture.patch(&user(Uuid::nil()), body.clone());
    assert_eq!((reply.status, reply.message().as_str()), (400, "Expected non-empty Guid."));
    assert!(fixture.server.ledger().is_empty());
    let mut with_key = body;
    with_key["systemuserid"] = json!(Uuid::nil());
    let reply = fixture.send("POST", "systemusers", &[], Some(with_key));
    assert_eq!(reply.status, 204, "{}", reply.text);
    assert!(!reply.header("odata-entityid").contains("00000000-0000-0000-0000-000000000000"));
}

#[test]
fn a_key_in_the_body_of_an_upsert_is_that_of_the_address() {
    let fixture = Fixture::new();
    let body = |id: u128| {
        json!({
            "systemuserid": Uuid::from_u128(id),
            "domainname": "erika@contoso.example",
            "internalemailaddress": "erika@contoso.example",
            "businessunitid@odata.bind": format!("/businessunits({})", seed::SALES_UNIT),
        })
    };
    assert_eq!(fixture.patch(&user(Uuid::from_u128(7)), body(8)).status, 400);
    assert!(fixture.server.ledger().is_empty());
    assert_eq!(fixture.patch(&user(Uuid::from_u128(7)), body(7)).status, 204);
}

#[test]
fn a_column_that_is_set_in_two_ways_is_refused() {
    let fixture = Fixture::new();
    let reply = fixture.patch(
        &user(seed::ADELE),
        json!({ "parentsystemuserid": null, "parentsystemuserid@odata.bind": format!("/{}", user(seed::DORA)) }),
    );
    assert!(reply.status == 400 && reply.message().contains("in two ways"), "{}", reply.text);
}

#[test]
fn annotations_have_a_name_space_and_say_nothing_that_is_stored() {
    let fixture = Fixture::new();
    let path = user(seed::ADELE);
    let fits =
        json!({ "nickname": "a", "@odata.etag": "W/\"1\"", "nickname@OData.Community.Display.V1.FormattedValue": "x" });
    assert_eq!(fixture.patch(&path, fits).status, 204);
    for name in ["@type", "nickname@x", "@"] {
        let reply = fixture.patch(&path, json!({ (name): "x" }));
        assert!(reply.status == 400 && reply.message().contains("Invalid property"), "{name}: {}", reply.text);
    }
}

#[test]
fn nothing_stands_beside_the_value_of_a_property() {
    let fixture = Fixture::new();
    let path = format!("{}/nickname", user(seed::ADELE));
    let reply = fixture.send("PUT", &path, &[], Some(json!({ "value": "a", "other": 1 })));
    assert_eq!(reply.status, 400);
    assert!(reply.message().contains("A top-level property with name 'other'"), "{}", reply.message());
    assert!(fixture.server.ledger().is_empty());
    let annotated = json!({ "@odata.context": "x", "value": "a" });
    assert_eq!(fixture.send("PUT", &path, &[], Some(annotated)).status, 204);
}

#[test]
fn nothing_stands_beside_the_address_of_a_reference() {
    let fixture = Fixture::new();
    let base = format!("{}api/data/v9.2/", fixture.server.url());
    let role = format!("{base}roles({})", seed::role_id(seed::SALESPERSON, seed::SALES_UNIT));
    let roles = format!("{}/systemuserroles_association/$ref", user(seed::ADELE));
    let manager = format!("{}/parentsystemuserid/$ref", user(seed::ADELE));
    let dora = format!("{base}{}", user(seed::DORA));
    for (method, path, address) in [("POST", &roles, &role), ("PUT", &manager, &dora)] {
        let reply = fixture.send(method, path, &[], Some(json!({ "@odata.id": address, "name": "x" })));
        assert!(reply.status == 400 && reply.message().contains("entity reference link"), "{}", reply.text);
    }
    assert!(fixture.server.ledger().is_empty());
    let annotated = json!({ "@odata.context": "x", "@odata.id": role });
    assert_eq!(fixture.send("POST", &roles, &[], Some(annotated)).status, 204);
}

#[test]
fn what_is_no_object_of_json_is_refused() {
    let fixture = Fixture::new();
    for body in
        ["[]", "1", "null", "{}x", "{} {}", "{'nickname':'a'}", "{\"nickname\":\"a\",}", "{\"nickname\":NaN}", "{"]
    {
        let (status, reply) = answer(&fixture, "PATCH", &user(seed::ADELE), body);
        assert_eq!(status, 400, "{body}: {reply}");
    }
    assert!(fixture.server.ledger().is_empty());
}

#[test]
fn a_value_is_of_the_type_of_its_column() {
    let fixture = Fixture::new();
    for (name, value) in [
        ("nickname", json!(5)),
        ("nickname", json!("x".repeat(51))),
        ("nickname", json!({})),
        ("isdisabled", json!("false")),
        ("isdisabled", json!(0)),
        ("accessmode", json!(99)),
        ("accessmode", json!("1")),
        ("accessmode", json!(1.5)),
        ("accessmode", json!(1e30)),
        ("applicationid", json!(1)),
        ("applicationid", json!("x")),
        ("applicationid", json!(format!("urn:uuid:{}", seed::ADELE))),
        ("systemuserid", json!(seed::DORA)),
        ("fullname", json!("x")),
        ("createdon", json!("2024-01-01T00:00:00Z")),
        ("versionnumber", json!(1)),
        ("_businessunitid_value", json!(seed::SALES_UNIT)),
        ("NickName", json!("a")),
        ("shoesize", json!(42)),
    ] {
        let reply = fixture.patch(&user(seed::ADELE), json!({ (name): value }));
        assert_eq!(reply.status, 400, "{name}: {value}: {}", reply.text);
    }
    assert!(fixture.server.ledger().is_empty());
}

#[test]
fn an_address_in_a_body_is_one_of_a_row_in_a_version_that_is_there() {
    let fixture = Fixture::new();
    let unit = seed::SERVICE_UNIT;
    for address in [
        format!("//businessunits({unit})"),
        format!("/api/data/v9.7/businessunits({unit})"),
        format!("/businessunits({unit})/name"),
        format!("/businessunits({unit})?x=1"),
        format!("/businessunits({{{unit}}})"),
        format!("/roles({unit})"),
        "http://contoso.example/api/data/v9.2/businessunits(1)".to_owned(),
        String::new(),
    ] {
        let reply = fixture.patch(&user(seed::ADELE), json!({ "businessunitid@odata.bind": address }));
        assert_eq!(reply.status, 400, "{address}: {}", reply.text);
    }
    assert!(fixture.server.ledger().is_empty());
}

#[test]
fn a_new_user_without_a_domainname_has_the_mail_address_or_is_refused_where_a_setting_says_so() {
    let fixture = Fixture::new();
    let body = json!({
        "internalemailaddress": "erika@contoso.example",
        "businessunitid@odata.bind": format!("/businessunits({})", seed::SALES_UNIT),
    });
    fixture.local("PATCH", "settings", Some(json!({ "missingDomainName": "refuse" })));
    let reply = fixture.send("POST", "systemusers", &[], Some(body.clone()));
    assert_eq!((reply.status, reply.code().as_str()), (400, "0x80040200"));
    assert!(reply.message().contains("'domainname'"), "{}", reply.message());
    assert!(fixture.server.ledger().is_empty());
    fixture.local("PATCH", "settings", Some(json!({ "missingDomainName": "fromMail" })));
    let reply = fixture.send("POST", "systemusers", &[("Prefer", "return=representation")], Some(body));
    assert_eq!(reply.json()["domainname"], "erika@contoso.example", "{}", reply.text);
}
