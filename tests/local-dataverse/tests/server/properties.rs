//! Single properties of rows, and the rows that lookups refer to.

use local_dataverse::seed;
use serde_json::json;
use uuid::Uuid;

use crate::client::{Fixture, user};

#[test]
fn a_value_is_read_set_and_cleared() {
    let fixture = Fixture::new();
    let path = format!("{}/jobtitle", user(seed::ADELE));
    assert_eq!(fixture.get(&path).status, 204, "null has no content");
    assert_eq!(fixture.send("PUT", &path, &[], Some(json!({ "value": "Clerk" }))).status, 204);
    assert_eq!(fixture.get(&path).json()["value"], "Clerk");
    assert_eq!(fixture.get(&format!("{path}/$value")).text, "Clerk");
    assert_eq!(fixture.get(&format!("{}/isdisabled/$value", user(seed::ADELE))).text, "false");
    assert_eq!(fixture.send("DELETE", &path, &[], None).status, 204);
    assert_eq!(fixture.get(&path).status, 204);
    assert_eq!(fixture.server.ledger().len(), 2);
}

#[test]
fn a_value_that_does_not_fit_is_refused() {
    let fixture = Fixture::new();
    let path = |name: &str| format!("{}/{name}", user(seed::ADELE));
    for (name, body) in [
        ("shoesize", json!({ "value": 42 })),
        ("jobtitle", json!({ "value": 42 })),
        ("jobtitle", json!({ "other": "Clerk" })),
        ("fullname", json!({ "value": "Somebody" })),
    ] {
        let reply = fixture.send("PUT", &path(name), &[], Some(body));
        assert!((400..=404).contains(&reply.status), "{name}: {}", reply.text);
    }
    assert_eq!(fixture.send("DELETE", &path("businessunitid/$ref"), &[], None).status, 400, "it is required");
    let stale = [("If-Match", "W/\"1\"")];
    assert_eq!(fixture.send("PUT", &path("jobtitle"), &stale, Some(json!({ "value": "Clerk" }))).status, 412);
    assert!(fixture.server.ledger().is_empty());
}

#[test]
fn a_lookup_leads_to_its_row() {
    let fixture = Fixture::new();
    let path = format!("{}/businessunitid", user(seed::ADELE));
    let unit = fixture.get(&format!("{path}?$select=name"));
    assert_eq!(unit.json()["name"], "Sales", "{}", unit.text);
    let reference = fixture.get(&format!("{path}/$ref")).json();
    let address = format!("{}api/data/v9.2/businessunits({})", fixture.server.url(), seed::SALES_UNIT);
    assert_eq!(reference["@odata.id"], address.as_str());
    assert_eq!(fixture.get(&format!("{}/parentsystemuserid", user(seed::ADELE))).status, 204, "it refers to nothing");
    assert_eq!(fixture.get(&format!("{}/parentsystemuserid", user(Uuid::from_u128(9)))).status, 404);
    assert_eq!(fixture.get(&format!("{}/calendarid", user(seed::ADELE))).status, 501);
}

#[test]
fn a_lookup_is_set_and_cleared_by_its_reference() {
    let fixture = Fixture::new();
    let path = format!("{}/parentsystemuserid/$ref", user(seed::ADELE));
    let address = format!("{}api/data/v9.2/{}", fixture.server.url(), user(seed::DORA));
    assert_eq!(fixture.send("PUT", &path, &[], Some(json!({ "@odata.id": address }))).status, 204);
    let manager = format!("{}/parentsystemuserid?$select=firstname", user(seed::ADELE));
    assert_eq!(fixture.get(&manager).json()["firstname"], "Dora");
    assert_eq!(fixture.send("PUT", &path, &[], Some(json!({ "@odata.id": "roles(1)" }))).status, 400);
    assert_eq!(fixture.send("DELETE", &path, &[], None).status, 204);
    assert_eq!(fixture.get(&manager).status, 204);
}
