//! Teams, their members and their roles.

use local_dataverse::{Operation, Options, seed};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::client::{Fixture, Reply};

const ROLES: &str = "teamroles_association";
const MEMBERS: &str = "teammembership_association";

/// A new owner team in Sales.
fn team(fixture: &Fixture, changed: Value) -> Reply {
    let mut body = json!({
        "name": "Field team",
        "businessunitid@odata.bind": format!("/businessunits({})", seed::SALES_UNIT),
    });
    body.as_object_mut().unwrap().extend(changed.as_object().unwrap().clone());
    fixture.send("POST", "teams", &[("Prefer", "return=representation")], Some(body))
}

fn new_team(fixture: &Fixture) -> String {
    let reply = team(fixture, json!({}));
    assert_eq!(reply.status, 201, "{}", reply.text);
    reply.json()["teamid"].as_str().unwrap().to_owned()
}

fn tie(fixture: &Fixture, path: &str, other: &str) -> Reply {
    let address = format!("{}api/data/v9.2/{other}", fixture.server.url());
    fixture.send("POST", &format!("{path}/$ref"), &[], Some(json!({ "@odata.id": address })))
}

#[test]
fn a_team_is_made_changed_and_deleted() {
    let fixture = Fixture::new();
    let row = team(&fixture, json!({ "description": "Outdoors" })).json();
    assert_eq!((&row["teamtype"], &row["isdefault"]), (&json!(0), &json!(false)));
    assert_eq!(row["teamid"], row["ownerid"]);
    assert_eq!(row["_administratorid_value"], json!(seed::APPLICATION_USER));
    let path = format!("teams({})", row["teamid"].as_str().unwrap());
    assert_eq!(fixture.patch(&path, json!({ "name": "Harbour team" })).status, 204);
    assert_eq!(fixture.get(&format!("{path}?$select=name")).json()["name"], "Harbour team");
    assert_eq!(fixture.send("DELETE", &path, &[], None).status, 204);
    assert_eq!(fixture.get(&path).status, 404);
    let operations: Vec<_> = fixture.server.ledger().iter().map(|entry| entry.operation).collect();
    assert_eq!(operations, [Operation::Create, Operation::Update, Operation::Delete]);
}

#[test]
fn a_team_needs_a_name_of_its_own_and_a_group_team_its_group() {
    let fixture = Fixture::new();
    new_team(&fixture);
    assert_eq!(team(&fixture, json!({})).code(), "0x8004022a", "the name is taken in this unit");
    assert_eq!(team(&fixture, json!({ "name": null })).code(), "0x80040200");
    assert_eq!(team(&fixture, json!({ "name": "Group", "teamtype": 2 })).code(), "0x80040200");
    let group = json!({ "name": "Group", "teamtype": 2, "azureactivedirectoryobjectid": Uuid::from_u128(7) });
    let group = team(&fixture, group).json();
    let path = format!("teams({})/{MEMBERS}", group["teamid"].as_str().unwrap());
    let reply = tie(&fixture, &path, &format!("systemusers({})", seed::ADELE));
    assert!(reply.message().contains("Microsoft Entra group"), "{}", reply.text);
    let reply = fixture.patch(&format!("teams({})", group["teamid"].as_str().unwrap()), json!({ "teamtype": 0 }));
    assert_eq!(reply.status, 400, "the type of a team never changes");
}

#[test]
fn members_come_and_go_from_both_sides() {
    let fixture = Fixture::new();
    let id = new_team(&fixture);
    let (team, user) = (format!("teams({id})"), format!("systemusers({})", seed::ADELE));
    assert_eq!(tie(&fixture, &format!("{team}/{MEMBERS}"), &user).status, 204);
    assert_eq!(fixture.get(&format!("{team}/{MEMBERS}?$select=fullname")).column("fullname"), ["Adele Example"]);
    let names = fixture.get(&format!("{user}/{MEMBERS}?$select=name")).column("name");
    assert!(names.contains(&"Field team".to_owned()), "{names:?}");
    let path = format!("{user}/{MEMBERS}({id})/$ref");
    assert_eq!(fixture.send("DELETE", &path, &[], None).status, 204);
    assert_eq!(tie(&fixture, &format!("{user}/{MEMBERS}"), &team).status, 204);
    let path = format!("{team}/{MEMBERS}/$ref?$id={}api/data/v9.2/{user}", fixture.server.url());
    assert_eq!(fixture.send("DELETE", &path, &[], None).status, 204);
    let entries = fixture.server.ledger();
    let of_members: Vec<_> = entries.iter().filter(|entry| entry.relationship == Some(MEMBERS)).collect();
    assert_eq!(of_members.len(), 4);
    assert!(of_members.iter().all(|entry| entry.entity_set == "teams" && entry.related_id == Some(seed::ADELE)));
}

#[test]
fn a_default_team_has_the_users_of_its_unit_and_nobody_else() {
    let fixture = Fixture::new();
    let team = format!("teams({})", seed::default_team_id(seed::SALES_UNIT));
    let members = |team: &str| {
        let mut names = fixture.get(&format!("{team}/{MEMBERS}?$select=fullname")).column("fullname");
        names.sort();
        names
    };
    assert_eq!(members(&team), ["Adele Example", "Chiara Example"]);
    assert_eq!(
        tie(&fixture, &format!("{team}/{MEMBERS}"), &format!("systemusers({})", seed::DORA)).code(),
        "0x8004830B"
    );
    let path = format!("{team}/{MEMBERS}({})/$ref", seed::ADELE);
    assert_eq!(fixture.send("DELETE", &path, &[], None).code(), "0x8004830C");
    assert_eq!(fixture.send("DELETE", &team, &[], None).status, 400);
    assert_eq!(fixture.patch(&team, json!({ "name": "Another" })).status, 400);

    let unit = json!({ "businessunitid@odata.bind": format!("/businessunits({})", seed::SERVICE_UNIT) });
    assert_eq!(fixture.patch(&format!("systemusers({})", seed::ADELE), unit).status, 204);
    assert_eq!(members(&team), ["Chiara Example"]);
    let service = format!("teams({})", seed::default_team_id(seed::SERVICE_UNIT));
    assert_eq!(members(&service), ["Adele Example", "Bruno Example"]);
    assert_eq!(fixture.create(json!({ "firstname": "Erika", "lastname": "Example" })).status, 204);
    assert_eq!(members(&team), ["Chiara Example", "Erika Example"]);
}

#[test]
fn a_new_unit_has_a_default_team_of_its_name_that_goes_with_it() {
    let fixture = Fixture::new();
    let unit =
        fixture.send("POST", "businessunits", &[("Prefer", "return=representation")], Some(json!({ "name": "Field" })));
    let id = unit.json()["businessunitid"].as_str().unwrap().to_owned();
    let teams = |select: &str| fixture.get(&format!("teams?$select=name&$filter={select}")).column("name");
    assert_eq!(teams(&format!("_businessunitid_value eq {id} and isdefault eq true")), ["Field"]);
    assert_eq!(
        fixture.patch(&format!("businessunits({id})"), json!({ "name": "Harbour", "isdisabled": true })).status,
        204
    );
    assert_eq!(teams(&format!("_businessunitid_value eq {id}")), ["Harbour"]);
    assert_eq!(fixture.send("DELETE", &format!("businessunits({id})"), &[], None).status, 204);
    assert!(teams(&format!("_businessunitid_value eq {id}")).is_empty());
}

#[test]
fn roles_of_teams_are_of_their_unit_and_do_not_show_among_those_of_users() {
    let fixture = Fixture::new();
    let id = new_team(&fixture);
    let role = |unit| format!("roles({})", seed::role_id(seed::SALES_MANAGER, unit));
    let path = format!("teams({id})/{ROLES}");
    assert_eq!(tie(&fixture, &path, &role(seed::SERVICE_UNIT)).code(), "0x80041409");
    assert_eq!(tie(&fixture, &path, &role(seed::SALES_UNIT)).status, 204);
    assert_eq!(tie(&fixture, &format!("teams({id})/{MEMBERS}"), &format!("systemusers({})", seed::ADELE)).status, 204);
    assert_eq!(fixture.get(&format!("{path}?$select=name")).column("name"), ["Sales Manager"]);
    let own = fixture.get(&format!("systemusers({})/systemuserroles_association?$select=name", seed::ADELE));
    assert_eq!(own.column("name"), ["Salesperson"]);
    let access = team(&fixture, json!({ "name": "Access", "teamtype": 1 })).json();
    let path = format!("teams({})/{ROLES}", access["teamid"].as_str().unwrap());
    assert!(tie(&fixture, &path, &role(seed::SALES_UNIT)).message().contains("access team"));
}

#[test]
fn a_team_that_moves_loses_its_roles_unless_the_environment_keeps_them() {
    for (keeps, left) in [(false, 0), (true, 1)] {
        let fixture = Fixture::new();
        fixture.server.settings_mut(|settings| settings.keep_roles_on_business_unit_change = keeps);
        let id = new_team(&fixture);
        let role = format!("roles({})", seed::role_id(seed::SALESPERSON, seed::SALES_UNIT));
        assert_eq!(tie(&fixture, &format!("teams({id})/{ROLES}"), &role).status, 204);
        let unit = json!({ "businessunitid@odata.bind": format!("/businessunits({})", seed::SERVICE_UNIT) });
        assert_eq!(fixture.patch(&format!("teams({id})"), unit).status, 204);
        assert_eq!(fixture.get(&format!("teams({id})/{ROLES}")).rows().len(), left);
    }
}

#[test]
fn intersect_tables_are_sets_that_only_associations_change() {
    let fixture = Fixture::with(Options { users: 50, ..Options::default() });
    let pairs = fixture.get("systemuserrolescollection").rows();
    assert!(pairs.len() > 54, "{}", pairs.len());
    assert!(pairs.iter().all(|pair| pair["@odata.etag"].is_string() && pair["systemuserroleid"].is_string()));
    let adele = format!("systemuserrolescollection?$filter=systemuserid eq {}", seed::ADELE);
    let pair = &fixture.get(&adele).rows()[0];
    assert_eq!(pair["roleid"], json!(seed::role_id(seed::SALESPERSON, seed::SALES_UNIT)));
    let path = format!("systemuserrolescollection({})", pair["systemuserroleid"].as_str().unwrap());
    assert_eq!(fixture.get(&path).json()["systemuserid"], json!(seed::ADELE));
    for method in ["DELETE", "PATCH"] {
        let body = (method == "PATCH").then(|| json!({ "roleid": seed::ADELE }));
        assert_eq!(fixture.send(method, &path, &[], body).status, 400, "{method}");
    }
    assert_eq!(fixture.send("POST", "teamrolescollection", &[], Some(json!({}))).code(), "0x80040800");
    assert_eq!(fixture.get("teammemberships/$count").text, "55");
    let mut all: Vec<String> = Vec::new();
    let mut next = Some("systemuserrolescollection".to_owned());
    while let Some(path) = next {
        let page = fixture.send("GET", &path, &[("Prefer", "odata.maxpagesize=10")], None);
        all.extend(page.column("systemuserroleid"));
        next = page.json()["@odata.nextLink"].as_str().map(|link| link.replace(fixture.server.url(), "/"));
    }
    all.sort();
    all.dedup();
    assert_eq!(all.len(), pairs.len());
}

#[test]
fn references_of_a_collection_are_listed_and_counted() {
    let fixture = Fixture::new();
    let path = format!("systemusers({})/systemuserroles_association", seed::ADELE);
    let rows = fixture.get(&format!("{path}/$ref")).rows();
    let role = seed::role_id(seed::SALESPERSON, seed::SALES_UNIT);
    assert_eq!(rows, [json!({ "@odata.id": format!("{}api/data/v9.2/roles({role})", fixture.server.url()) })]);
    assert_eq!(fixture.get(&format!("{path}/$count")).text, "1");
    assert_eq!(fixture.get(&format!("{path}/$count?$filter=name eq 'Sales Manager'")).text, "0");
    let nobody = Uuid::from_u128(9);
    assert_eq!(fixture.get(&format!("systemusers({nobody})/systemuserroles_association/$ref")).status, 404);
}

#[test]
fn members_of_a_role_are_given_it_from_the_roles_side_too() {
    let fixture = Fixture::new();
    let role = format!("roles({})", seed::role_id(seed::SALES_MANAGER, seed::SALES_UNIT));
    let path = format!("{role}/systemuserroles_association");
    assert_eq!(tie(&fixture, &path, &format!("systemusers({})", seed::ADELE)).status, 204);
    let entry = &fixture.server.ledger()[0];
    assert_eq!((entry.entity_set, entry.id), ("systemusers", seed::ADELE), "the ledger has one form for both sides");
    assert_eq!(tie(&fixture, &path, &role).status, 400, "a role is no user");
    assert_eq!(fixture.send("DELETE", &format!("{path}({})/$ref", seed::ADELE), &[], None).status, 204);
}
