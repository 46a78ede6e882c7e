//! Filters that are answered by indexes find what a look at every row would find, whatever was changed before.

use local_dataverse::{Options, seed};
use serde_json::json;

use crate::client::{Fixture, user};

/// The users that pass a filter, by two roads: one that the indexes show, and one that leads past every row.
fn found(fixture: &Fixture, filter: &str) -> Vec<String> {
    let ids = |filter: &str| {
        fixture.get(&format!("systemusers?$select=systemuserid&$filter={filter}")).column("systemuserid")
    };
    let by_index = ids(filter);
    // Of two sides of `or` one tells nothing about where to look.
    assert_eq!(by_index, ids(&format!("({filter}) or contains(lastname,'no such name')")), "{filter}");
    let count = fixture.get(&format!("systemusers/$count?$filter={filter}")).text;
    assert_eq!(count.trim_start_matches('\u{feff}'), by_index.len().to_string(), "{filter}");
    by_index
}

#[test]
fn users_are_found_by_their_names_as_these_change() {
    let fixture = Fixture::with(Options { users: 500, ..Options::default() });
    let id = seed::generated_user_id(77).to_string();
    let row = fixture.get(&user(seed::generated_user_id(77))).json();
    let text = |name: &str| row[name].as_str().unwrap().replace('\'', "''");
    for filter in [
        format!("systemuserid eq {id}"),
        format!("domainname eq '{}'", text("domainname").to_uppercase()),
        format!("internalemailaddress eq '{}'", text("internalemailaddress")),
        format!("azureactivedirectoryobjectid eq {}", text("azureactivedirectoryobjectid")),
        format!("employeeid eq '000077' and domainname eq '{}'", text("domainname")),
        format!("Microsoft.Dynamics.CRM.In(PropertyName='domainname',PropertyValues=['{}','x'])", text("domainname")),
    ] {
        assert_eq!(found(&fixture, &filter), [id.as_str()], "{filter}");
    }
    let mail = format!("internalemailaddress eq '{}'", text("internalemailaddress"));
    assert_eq!(
        fixture
            .patch(&user(seed::generated_user_id(77)), json!({ "internalemailaddress": "New@contoso.example" }))
            .status,
        204
    );
    assert_eq!(found(&fixture, &mail), [] as [&str; 0]);
    assert_eq!(found(&fixture, "internalemailaddress eq 'new@contoso.example'"), [id.as_str()]);
    let two = format!("internalemailaddress eq 'new@contoso.example' or systemuserid eq {}", seed::ADELE);
    assert_eq!(found(&fixture, &two), [seed::ADELE.to_string(), id]);
}

#[test]
fn what_has_no_value_is_found_too() {
    let fixture = Fixture::with(Options { users: 50, ..Options::default() });
    let path = user(seed::APPLICATION_USER);
    assert_eq!(fixture.patch(&path, json!({ "internalemailaddress": null })).status, 204);
    assert_eq!(found(&fixture, "internalemailaddress eq null"), [seed::APPLICATION_USER.to_string()]);
    assert_eq!(found(&fixture, "applicationid ne null"), [seed::APPLICATION_USER.to_string()]);
    assert_eq!(found(&fixture, "applicationid eq null").len(), 54);
    let filter =
        "Microsoft.Dynamics.CRM.In(PropertyName='internalemailaddress',PropertyValues=['adele@contoso.example'])";
    assert_eq!(found(&fixture, filter), [seed::ADELE.to_string()]);
}

#[test]
fn users_are_found_by_what_they_belong_to_as_that_changes() {
    let fixture = Fixture::with(Options { users: 3000, units: 40, ..Options::default() });
    let unit = seed::generated_unit_id(40);
    let of_unit = format!("_businessunitid_value eq {unit}");
    let before = found(&fixture, &of_unit);
    assert!(!before.is_empty() && before.len() < 300, "{}", before.len());
    let bind = json!({ "businessunitid@odata.bind": format!("/businessunits({unit})") });
    assert_eq!(fixture.patch(&user(seed::BRUNO), bind).status, 204);
    let bruno = seed::BRUNO.to_string();
    assert_eq!(found(&fixture, &of_unit), [vec![bruno.clone()], before.clone()].concat());
    assert_eq!(found(&fixture, &format!("{of_unit} and firstname eq 'Bruno'")), [bruno.as_str()]);

    let name = fixture.get(&format!("businessunits({unit})")).json()["name"].as_str().unwrap().replace('\'', "''");
    let of_team = format!("teammembership_association/any(t:t/name eq '{name}')");
    assert_eq!(found(&fixture, &of_team).len(), before.len() + 1);

    let role = seed::role_id(seed::SYSTEM_ADMINISTRATOR, unit);
    let with_role = format!("systemuserroles_association/any(r:r/roleid eq {role})");
    assert_eq!(found(&fixture, &with_role), [] as [&str; 0]);
    let reference = json!({ "@odata.id": format!("{}api/data/v9.2/roles({role})", fixture.server.url()) });
    let path = format!("{}/systemuserroles_association/$ref", user(seed::BRUNO));
    assert_eq!(fixture.send("POST", &path, &[], Some(reference)).status, 204);
    assert_eq!(found(&fixture, &with_role), [bruno.as_str()]);
    let administrators = "systemuserroles_association/any(r:r/name eq 'system administrator')";
    assert_eq!(found(&fixture, administrators).len(), 3);

    let reports = format!("_parentsystemuserid_value eq {}", seed::generated_user_id(1));
    assert!(found(&fixture, &reports).len() > 10);
    let managers = format!("user_parent_user/any(u:u/systemuserid eq {})", seed::generated_user_id(2));
    assert_eq!(found(&fixture, &managers), [seed::generated_user_id(1).to_string()]);
}

#[test]
fn pairs_are_found_from_both_sides() {
    let fixture = Fixture::with(Options { users: 4000, units: 60, ..Options::default() });
    let pairs = |filter: &str| fixture.get(&format!("systemuserrolescollection?$filter={filter}")).rows();
    let id = seed::generated_user_id(1234);
    let own = pairs(&format!("systemuserid eq {id}"));
    let roles = fixture.get(&format!("{}/systemuserroles_association", user(id))).column("roleid");
    let mut held: Vec<&str> = own.iter().map(|pair| pair["roleid"].as_str().unwrap()).collect();
    held.sort_unstable();
    assert_eq!(held, roles);
    let keys: Vec<&str> = own.iter().map(|pair| pair["systemuserroleid"].as_str().unwrap()).collect();
    assert!(keys.is_sorted());
    let holders = fixture.get(&format!("roles({})/systemuserroles_association?$select=systemuserid", roles[0]));
    let of_role = pairs(&format!("roleid eq {}", roles[0]));
    assert_eq!(of_role.len(), holders.rows().len());
    assert_eq!(pairs(&format!("roleid eq {} and systemuserid eq {id}", roles[0])).len(), 1);
    assert_eq!(pairs(&format!("roleid eq {} and systemuserid ne {id}", roles[0])).len(), of_role.len() - 1);
}
