//! Alternate keys: rows named by other columns than their primary key.

use local_dataverse::seed;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::client::{Fixture, user};

const GROUP: &str = "77777777-7777-4777-8777-777777777777";

fn object_of(fixture: &Fixture, id: Uuid) -> String {
    fixture.get(&user(id)).json()["azureactivedirectoryobjectid"].as_str().unwrap().to_owned()
}

fn by_object(object: &str) -> String {
    format!("systemusers(azureactivedirectoryobjectid={object})")
}

fn by_group(kind: u32) -> String {
    format!("teams(azureactivedirectoryobjectid={GROUP},membershiptype={kind})")
}

fn address(fixture: &Fixture, path: &str) -> Value {
    json!({ "@odata.id": format!("{}api/data/v9.2/{path}", fixture.server.url()) })
}

#[test]
fn a_row_is_read_and_changed_by_its_alternate_key() {
    let fixture = Fixture::new();
    let adele = by_object(&object_of(&fixture, seed::ADELE));
    assert_eq!(fixture.get(&format!("{adele}?$select=fullname")).json()["systemuserid"], seed::ADELE.to_string());
    assert_eq!(fixture.get(&format!("{adele}/fullname")).json()["value"], "Adele Example");
    let roles = fixture.get(&format!("{adele}/systemuserroles_association?$select=name"));
    assert_eq!(roles.column("name"), ["Salesperson"]);
    let reply = fixture.patch(&adele, json!({ "jobtitle": "Clerk" }));
    assert_eq!(reply.status, 204, "{}", reply.text);
    assert!(reply.header("odata-entityid").ends_with(&format!("systemusers({})", seed::ADELE)));
    assert_eq!(fixture.get(&user(seed::ADELE)).json()["jobtitle"], "Clerk");
    let alias = format!("systemusers(azureactivedirectoryobjectid=@p1)?@p1={}", object_of(&fixture, seed::ADELE));
    assert_eq!(fixture.get(&alias).json()["fullname"], "Adele Example");
}

#[test]
fn a_row_that_is_not_there_is_told_in_the_services_words() {
    let fixture = Fixture::new();
    let nobody = by_object(GROUP);
    for reply in [
        fixture.get(&nobody),
        fixture.get(&format!("{nobody}/fullname")),
        fixture.send("DELETE", &nobody, &[], None),
        fixture.send("PATCH", &nobody, &[("If-Match", "*")], Some(json!({ "jobtitle": "Clerk" }))),
    ] {
        assert_eq!((reply.status, reply.code().as_str()), (404, "0x80060891"), "{}", reply.text);
        assert_eq!(reply.message(), "A record with the specified key values does not exist in systemuser entity");
    }
    assert!(fixture.server.ledger().is_empty());
    for (path, status) in [
        ("systemusers(domainname='adele@contoso.example')", 400),
        ("systemusers(azureactivedirectoryobjectid='x')", 400),
        (&format!("teams(azureactivedirectoryobjectid={GROUP})"), 400),
        (&format!("roles(azureactivedirectoryobjectid={GROUP})"), 400),
    ] {
        assert_eq!(fixture.get(path).status, status, "{path}");
    }
}

#[test]
fn references_name_rows_by_alternate_keys() {
    let fixture = Fixture::new();
    let (adele, dora) = (by_object(&object_of(&fixture, seed::ADELE)), by_object(&object_of(&fixture, seed::DORA)));
    let body = json!({ "parentsystemuserid@odata.bind": format!("/{dora}") });
    assert_eq!(fixture.patch(&user(seed::ADELE), body).status, 204);
    assert_eq!(fixture.get(&user(seed::ADELE)).json()["_parentsystemuserid_value"], seed::DORA.to_string());
    let members =
        format!("roles({})/systemuserroles_association", seed::role_id(seed::SALES_MANAGER, seed::SALES_UNIT));
    assert_eq!(fixture.send("POST", &format!("{members}/$ref"), &[], Some(address(&fixture, &adele))).status, 204);
    assert_eq!(fixture.get(&format!("{members}?$select=firstname")).column("firstname"), ["Adele"]);
    let object = object_of(&fixture, seed::ADELE);
    let removed = fixture.send("DELETE", &format!("{members}(azureactivedirectoryobjectid={object})/$ref"), &[], None);
    assert_eq!(removed.status, 204, "{}", removed.text);
    assert_eq!(fixture.get(&members).rows(), [] as [Value; 0]);
    let nobody = by_object(GROUP);
    let missing = fixture.patch(&user(seed::ADELE), json!({ "parentsystemuserid@odata.bind": format!("/{nobody}") }));
    assert_eq!((missing.status, missing.code().as_str()), (404, "0x80060891"));
    let missing = fixture.send("POST", &format!("{members}/$ref"), &[], Some(address(&fixture, &nobody)));
    assert_eq!((missing.status, missing.code().as_str()), (404, "0x80060891"));
}

#[test]
fn an_upsert_by_an_alternate_key_makes_the_row_once() {
    let fixture = Fixture::new();
    let body = json!({ "name": "Group of Sales", "teamtype": 2 });
    let made = fixture.patch(&by_group(0), body.clone());
    assert_eq!(made.status, 204, "{}", made.text);
    let team = fixture.get(&by_group(0)).json();
    assert_eq!((&team["azureactivedirectoryobjectid"], &team["membershiptype"]), (&json!(GROUP), &json!(0)));
    assert!(made.header("odata-entityid").ends_with(&format!("teams({})", team["teamid"].as_str().unwrap())));
    assert_eq!(fixture.patch(&by_group(0), json!({ "name": "Renamed" })).status, 204);
    assert_eq!(fixture.get(&by_group(0)).json()["name"], "Renamed");
    assert_eq!(fixture.server.ledger().len(), 2);
    assert_eq!(fixture.send("PATCH", &by_group(0), &[("If-None-Match", "*")], Some(body.clone())).status, 412);
    // The owners of the same group are another key.
    assert_eq!(fixture.patch(&by_group(2), json!({ "name": "Owners", "teamtype": 2 })).status, 204);
    let both =
        fixture.get(&format!("teams?$filter=azureactivedirectoryobjectid eq {GROUP}&$orderby=name&$select=name"));
    assert_eq!(both.column("name"), ["Owners", "Renamed"]);
    // No second row gets the key in another way.
    let again = json!({ "name": "Again", "teamtype": 2, "azureactivedirectoryobjectid": GROUP });
    let reply = fixture.send("POST", "teams", &[], Some(again));
    assert_eq!((reply.status, reply.code().as_str()), (412, "0x80060892"), "{}", reply.text);
    assert_eq!(fixture.patch(&by_group(2), json!({ "membershiptype": 0 })).code(), "0x80060892");
}

#[test]
fn a_user_made_by_his_object_id_has_it() {
    let fixture = Fixture::new();
    let path = by_object(GROUP);
    let unit = format!("/businessunits({})", seed::SALES_UNIT);
    let body = json!({ "internalemailaddress": "erika@contoso.example", "businessunitid@odata.bind": unit });
    let reply = fixture.send("PATCH", &path, &[("Prefer", "return=representation")], Some(body));
    assert_eq!((reply.status, &reply.json()["azureactivedirectoryobjectid"]), (201, &json!(GROUP)), "{}", reply.text);
    assert_eq!(fixture.get(&path).json()["internalemailaddress"], "erika@contoso.example");
    // In no other way can it be written.
    let refused = fixture.create(json!({ "azureactivedirectoryobjectid": GROUP }));
    assert_eq!((refused.status, refused.code().as_str()), (400, "0x80040203"));
}
