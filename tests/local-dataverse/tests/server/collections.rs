//! Collections of one to many: the rows whose lookup names a row.

use local_dataverse::{MissingDisassociation, Options, seed};
use serde_json::{Value, json};

use crate::client::{Fixture, user};

fn unit(id: uuid::Uuid) -> String {
    format!("businessunits({id})")
}

fn address(fixture: &Fixture, path: &str) -> Value {
    json!({ "@odata.id": format!("{}api/data/v9.2/{path}", fixture.server.url()) })
}

#[test]
fn every_row_has_the_collections_of_the_rows_that_name_it() {
    let fixture = Fixture::new();
    fixture.patch(
        &user(seed::ADELE),
        json!({ "parentsystemuserid@odata.bind": format!("/{}", user(seed::DORA)), "jobtitle": "Clerk" }),
    );
    let team = fixture.send("POST", "teams", &[], Some(json!({ "name": "Night shift" })));
    assert_eq!(team.status, 204, "{}", team.text);
    let root_role = seed::role_id(seed::SALESPERSON, seed::ROOT_UNIT);
    let organization = format!("organizations({})", seed::ORGANIZATION_ID);
    for (path, column, expected) in [
        (format!("{}/business_unit_system_users", unit(seed::SALES_UNIT)), "firstname", vec!["Adele", "Chiara"]),
        (format!("{}/business_unit_teams", unit(seed::SALES_UNIT)), "name", vec!["Sales"]),
        (format!("{}/business_unit_parent_business_unit", unit(seed::ROOT_UNIT)), "name", vec!["Sales", "Service"]),
        (format!("{organization}/organization_business_units"), "name", vec!["Contoso", "Sales", "Service"]),
        (format!("roles({root_role})/role_parent_role"), "name", vec!["Salesperson", "Salesperson"]),
        (format!("roles({root_role})/role_parent_root_role"), "name", vec!["Salesperson"; 3]),
        (format!("{}/user_parent_user", user(seed::DORA)), "firstname", vec!["Adele"]),
        (format!("{}/lk_systemuserbase_modifiedby", user(seed::APPLICATION_USER)), "firstname", vec!["Adele"]),
        (format!("{}/lk_teambase_createdby", user(seed::APPLICATION_USER)), "name", vec!["Night shift"]),
        (format!("{}/lk_teambase_administratorid", user(seed::APPLICATION_USER)), "name", vec!["Night shift"]),
        (format!("{}/lk_systemuserbase_createdby", user(seed::ADELE)), "firstname", vec![]),
    ] {
        let reply = fixture.get(&path);
        let mut found = reply.column(column);
        found.sort();
        assert_eq!(found, expected, "{path}");
        assert_eq!(fixture.get(&format!("{path}/$count")).text, expected.len().to_string(), "{path}");
        assert_eq!(fixture.get(&format!("{path}/$ref")).rows().len(), expected.len(), "{path}");
    }
    let roles = fixture.get(&format!("{}/business_unit_roles", unit(seed::SALES_UNIT)));
    assert_eq!(roles.rows().len(), seed::ROLE_NAMES.len());
    assert!(roles.json()["@odata.context"].as_str().unwrap().ends_with("$metadata#roles"), "{}", roles.text);
    let nobody = "businessunits(00000000-0000-4000-8000-00000000dead)/business_unit_system_users";
    assert_eq!(fixture.get(nobody).code(), "0x80040217");
    assert_eq!(fixture.get(&format!("{}/business_unit_system_users", user(seed::ADELE))).status, 404);
}

#[test]
fn a_collection_takes_all_options_of_a_list() {
    let fixture = Fixture::with(Options { users: 60, ..Options::default() });
    let path = format!("{}/business_unit_system_users", unit(seed::SALES_UNIT));
    let reply = fixture
        .get(&format!("{path}?$select=fullname&$filter=isdisabled eq false&$orderby=fullname desc&$top=3&$count=true"));
    let names = reply.column("fullname");
    assert_eq!(names.len(), 3);
    assert!(names.is_sorted_by(|one, other| one >= other), "{names:?}");
    let own = format!("systemusers?$select=systemuserid&$filter=_businessunitid_value eq {}", seed::SALES_UNIT);
    let enabled = fixture.get(&format!("{own} and isdisabled eq false")).rows().len();
    assert_eq!(reply.json()["@odata.count"], enabled);

    let (mut next, mut seen) = (format!("{path}?$select=systemuserid"), Vec::new());
    loop {
        let page = fixture.send("GET", &next, &[("Prefer", "odata.maxpagesize=8")], None);
        seen.extend(page.column("systemuserid"));
        match page.json()["@odata.nextLink"].as_str() {
            Some(link) => next = format!("/{}", link.strip_prefix(fixture.server.url()).unwrap()),
            None => break,
        }
    }
    assert!(seen.len() > enabled, "Chiara is disabled");
    assert_eq!(seen, fixture.get(&own).column("systemuserid"));
    assert!(seen.is_sorted());
}

#[test]
fn a_collection_expands_with_options_of_its_own_and_a_link_to_its_rest() {
    let fixture = Fixture::new();
    let rows = fixture
        .get("businessunits?$select=name&$orderby=name&$expand=business_unit_system_users($select=firstname;$filter=isdisabled eq false;$orderby=firstname),business_unit_parent_business_unit($select=name;$orderby=name desc;$top=1)")
        .rows();
    let firsts = |row: &Value| -> Vec<String> {
        let users = row["business_unit_system_users"].as_array().unwrap();
        users.iter().map(|user| user["firstname"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(rows.iter().map(firsts).collect::<Vec<_>>(), [vec!["Connector", "Dora"], vec!["Adele"], vec!["Bruno"]]);
    let below = rows[0]["business_unit_parent_business_unit"].as_array().unwrap();
    assert_eq!((below.len(), &below[0]["name"]), (1, &json!("Service")));
    assert_eq!(rows[1]["business_unit_parent_business_unit"], json!([]));

    let fixture = Fixture::with(Options { users: 16_000, ..Options::default() });
    let path = format!(
        "{}?$select=name&$expand=business_unit_system_users($select=fullname;$filter=isdisabled eq false)",
        unit(seed::SALES_UNIT)
    );
    let row = fixture.get(&path).json();
    assert_eq!(row["business_unit_system_users"].as_array().unwrap().len(), 5000);
    let link = row["business_unit_system_users@odata.nextLink"].as_str().unwrap();
    let rest = fixture.get(&format!("/{}", link.strip_prefix(fixture.server.url()).unwrap()));
    let all = fixture.get(&format!(
        "{}/business_unit_system_users?$select=fullname&$filter=isdisabled eq false&$count=true&$top=1",
        unit(seed::SALES_UNIT)
    ));
    assert_eq!(all.json()["@odata.count"], 5000);
    let filter = format!("_businessunitid_value eq {} and isdisabled eq false", seed::SALES_UNIT);
    let own = fixture.get(&format!("systemusers?$select=systemuserid&$filter={filter}")).json();
    let own_link = own["@odata.nextLink"].as_str().unwrap().strip_prefix(fixture.server.url()).unwrap();
    assert_eq!(rest.column("systemuserid"), fixture.get(&format!("/{own_link}")).column("systemuserid"));
}

#[test]
fn many_rows_expand_in_one_pass() {
    let fixture = Fixture::with(Options { users: 20_000, units: 900, ..Options::default() });
    let rows = fixture.get("businessunits?$select=name&$expand=business_unit_system_users($select=employeeid)").rows();
    let users: usize = rows.iter().map(|row| row["business_unit_system_users"].as_array().unwrap().len()).sum();
    assert_eq!((rows.len(), users), (903, 20_005));
    let busy = fixture
        .get("businessunits?$select=name&$filter=business_unit_system_users/any(u:endswith(u/employeeid,'00007'))");
    assert!(busy.rows().len() == 1, "{}", busy.rows().len());
}

#[test]
fn a_filter_asks_for_any_or_all_of_a_collection() {
    let fixture = Fixture::new();
    for (filter, expected) in [
        ("business_unit_system_users/any(u:u/isdisabled eq true)", vec!["Sales"]),
        ("business_unit_system_users/all(u:u/isdisabled eq false)", vec!["Contoso", "Service"]),
        ("business_unit_parent_business_unit/any()", vec!["Contoso"]),
        ("not business_unit_parent_business_unit/any()", vec!["Sales", "Service"]),
        ("business_unit_roles/any(r:startswith(r/name,'Approver') and r/ismanaged eq true)", vec![]),
        ("business_unit_teams/any(t:t/isdefault eq true) and name ne 'Sales'", vec!["Contoso", "Service"]),
    ] {
        let rows = fixture.get(&format!("businessunits?$select=name&$orderby=name&$filter={filter}"));
        assert_eq!(rows.column("name"), expected, "{filter}");
    }
    assert_eq!(fixture.get("businessunits?$filter=business_unit_system_users/any(u:u/shoesize eq 1)").status, 400);
    assert_eq!(fixture.get("businessunits?$filter=user_parent_user/any()").status, 400);
}

#[test]
fn a_collection_follows_what_its_rows_name() {
    let fixture = Fixture::new();
    let users =
        |id| fixture.get(&format!("{}/business_unit_system_users?$select=firstname", unit(id))).column("firstname");
    let service = format!("/{}", unit(seed::SERVICE_UNIT));
    fixture.patch(&user(seed::ADELE), json!({ "businessunitid@odata.bind": service }));
    assert_eq!(
        (users(seed::SALES_UNIT), users(seed::SERVICE_UNIT)),
        (vec!["Chiara".into()], vec!["Adele".into(), "Bruno".into()])
    );

    let made = fixture.send("POST", "businessunits", &[], Some(json!({ "name": "Night" })));
    let id = made.header("odata-entityid").split(['(', ')']).nth(1).unwrap().to_owned();
    let roles = fixture.get(&format!("businessunits({id})/business_unit_roles?$select=name"));
    assert_eq!(roles.rows().len(), seed::ROLE_NAMES.len());
    fixture.patch(&format!("businessunits({id})"), json!({ "isdisabled": true }));
    assert_eq!(fixture.send("DELETE", &format!("businessunits({id})"), &[], None).status, 204);
    let below = fixture.get(&format!("{}/business_unit_parent_business_unit?$select=name", unit(seed::ROOT_UNIT)));
    assert_eq!(below.column("name"), ["Sales", "Service"]);
}

#[test]
fn a_reference_that_is_added_or_removed_changes_the_lookup() {
    let fixture = Fixture::new();
    let path = format!("{}/user_parent_user", user(seed::DORA));
    let manager = || fixture.get(&user(seed::ADELE)).json()["_parentsystemuserid_value"].clone();
    let body = || Some(address(&fixture, &user(seed::ADELE)));
    assert_eq!(fixture.send("POST", &format!("{path}/$ref"), &[], body()).status, 204);
    assert_eq!(manager(), seed::DORA.to_string());
    assert_eq!(fixture.server.ledger().len(), 1);
    assert_eq!(fixture.send("DELETE", &format!("{path}({})/$ref", seed::ADELE), &[], None).status, 204);
    assert!(manager().is_null());
    // It is not there any more.
    assert_eq!(fixture.send("DELETE", &format!("{path}({})/$ref", seed::ADELE), &[], None).status, 204);
    assert_eq!(fixture.server.ledger().len(), 2);
    fixture.server.settings_mut(|settings| settings.missing_disassociation = MissingDisassociation::NotFound);
    assert_eq!(fixture.send("DELETE", &format!("{path}({})/$ref", seed::ADELE), &[], None).code(), "0x80040217");

    // A lookup that must not be null keeps its row where it is.
    let users = format!("{}/business_unit_system_users", unit(seed::SALES_UNIT));
    let refused = fixture.send("DELETE", &format!("{users}({})/$ref", seed::ADELE), &[], None);
    assert_eq!((refused.status, refused.code().as_str()), (400, "0x80040200"));
    assert_eq!(
        fixture.send("POST", &format!("{users}/$ref"), &[], Some(address(&fixture, &user(seed::BRUNO)))).status,
        204
    );
    assert_eq!(fixture.get(&user(seed::BRUNO)).json()["_businessunitid_value"], seed::SALES_UNIT.to_string());
    let wrong = address(&fixture, &unit(seed::SALES_UNIT));
    assert_eq!(fixture.send("POST", &format!("{users}/$ref"), &[], Some(wrong)).status, 400);
}
