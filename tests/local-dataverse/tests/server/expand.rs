//! `$expand`: related rows within a row.

use local_dataverse::seed;
use serde_json::json;

use crate::client::{Fixture, user};

#[test]
fn a_lookup_expands_to_the_row_that_it_names() {
    let fixture = Fixture::new();
    let row =
        fixture.get(&format!("{}?$select=fullname&$expand=businessunitid($select=name)", user(seed::ADELE))).json();
    assert_eq!(row["fullname"], "Adele Example");
    assert_eq!(row["businessunitid"]["name"], "Sales");
    assert_eq!(row["businessunitid"]["businessunitid"], seed::SALES_UNIT.to_string());
    assert!(row["businessunitid"]["@odata.etag"].is_string());
    assert!(
        row["@odata.context"].as_str().unwrap().ends_with("#systemusers(fullname,businessunitid(name))/$entity"),
        "{row}"
    );
}

#[test]
fn a_lookup_that_is_empty_expands_to_null() {
    let fixture = Fixture::new();
    let row = fixture
        .get(&format!("businessunits({})?$select=name&$expand=parentbusinessunitid($select=name)", seed::ROOT_UNIT))
        .json();
    assert!(row["parentbusinessunitid"].is_null());
    let row =
        fixture.get(&format!("businessunits({})?$expand=parentbusinessunitid($select=name)", seed::SALES_UNIT)).json();
    assert_eq!(row["parentbusinessunitid"]["name"], "Contoso");
}

#[test]
fn the_roles_of_users_expand_with_options_of_their_own() {
    let fixture = Fixture::new();
    let rows = fixture
        .get("systemusers?$select=firstname&$orderby=firstname&$expand=systemuserroles_association($select=name)")
        .rows();
    let roles = |index: usize| rows[index]["systemuserroles_association"].as_array().unwrap().clone();
    assert_eq!((roles(0)[0]["name"].as_str(), roles(2).len()), (Some("Salesperson"), 0));

    let path = "systemusers?$select=firstname&$filter=firstname eq 'Adele'&$expand=businessunitid($select=name),systemuserroles_association($select=name;$filter=startswith(name,'Approver''s, ;(');$orderby=name desc;$top=1)";
    let row = &fixture.get(path).rows()[0];
    assert_eq!((&row["businessunitid"]["name"], &row["systemuserroles_association"]), (&json!("Sales"), &json!([])));
}

#[test]
fn the_members_of_a_role_expand_too() {
    let fixture = Fixture::new();
    let role = seed::role_id(seed::SALESPERSON, seed::SALES_UNIT);
    let row = fixture
        .get(&format!("roles({role})?$select=name&$expand=systemuserroles_association($select=fullname)"))
        .json();
    assert_eq!(row["systemuserroles_association"][0]["fullname"], "Adele Example");
}

#[test]
fn a_long_collection_has_a_link_to_its_rest() {
    let fixture = Fixture::with(local_dataverse::Options { users: 16_000, ..Default::default() });
    let unit = seed::SALES_UNIT;
    let holders = fixture.get(&format!("roles?$select=name&$filter=_businessunitid_value eq {unit}&$expand=systemuserroles_association($select=fullname)"));
    let rows = holders.rows();
    let long = rows.iter().find(|row| row["systemuserroles_association@odata.nextLink"].is_string());
    let Some(long) = long else {
        let most = rows.iter().map(|row| row["systemuserroles_association"].as_array().unwrap().len()).max();
        panic!("no role has more than 5000 holders: {most:?}");
    };
    let link = long["systemuserroles_association@odata.nextLink"].as_str().unwrap();
    let rest = fixture.get(&format!("/{}", link.strip_prefix(fixture.server.url()).unwrap()));
    assert!(!rest.rows().is_empty());
    assert_ne!(rest.rows()[0]["systemuserid"], long["systemuserroles_association"][0]["systemuserid"]);
}

#[test]
fn what_can_not_be_expanded_is_refused() {
    let fixture = Fixture::new();
    for (expand, status) in [
        ("unicorns", 400),
        ("fullname", 400),
        ("businessunitid($select=shoesize)", 400),
        ("businessunitid($select=name", 400),
        ("businessunitid)", 400),
        ("businessunitid($top=1)", 400),
        ("businessunitid($expand=parentbusinessunitid)", 501),
        ("", 400),
    ] {
        let reply = fixture.get(&format!("systemusers?$expand={expand}"));
        assert_eq!(reply.status, status, "{expand}: {}", reply.text);
    }
    let many = vec!["businessunitid"; 16].join(",");
    assert_eq!(fixture.get(&format!("systemusers?$expand={many}")).status, 400);
}
