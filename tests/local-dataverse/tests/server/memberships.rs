//! Roles of users: `$ref`, and the rules of business units.

use local_dataverse::{DuplicateAssociation, MissingDisassociation, Operation, seed};
use serde_json::json;

use crate::client::{Fixture, Reply, user};

const PATH: &str = "systemuserroles_association";

fn assign(fixture: &Fixture, to: uuid::Uuid, role: uuid::Uuid) -> Reply {
    let address = format!("{}api/data/v9.2/roles({role})", fixture.server.url());
    fixture.send("POST", &format!("{}/{PATH}/$ref", user(to)), &[], Some(json!({ "@odata.id": address })))
}

fn sales_manager() -> uuid::Uuid {
    seed::role_id(seed::SALES_MANAGER, seed::SALES_UNIT)
}

#[test]
fn a_role_is_given_and_taken_in_both_forms() {
    let fixture = Fixture::new();
    let role = sales_manager();
    let by_path = format!("{}/{PATH}({role})/$ref", user(seed::ADELE));
    let by_id = format!("{}/{PATH}/$ref?$id={}api/data/v9.2/roles({role})", user(seed::ADELE), fixture.server.url());
    for path in [by_path, by_id] {
        assert_eq!(assign(&fixture, seed::ADELE, role).status, 204);
        assert!(
            fixture
                .get(&format!("{}/{PATH}?$select=name", user(seed::ADELE)))
                .column("name")
                .contains(&"Sales Manager".to_owned())
        );
        assert_eq!(fixture.send("DELETE", &path, &[], None).status, 204, "{path}");
    }
    let operations: Vec<_> = fixture.server.ledger().iter().map(|entry| entry.operation).collect();
    assert_eq!(
        operations,
        [Operation::Associate, Operation::Disassociate, Operation::Associate, Operation::Disassociate]
    );
}

#[test]
fn what_is_missing_is_named() {
    let fixture = Fixture::new();
    let nobody = "ffff0000-0000-4000-8000-000000000009".parse().unwrap();
    for reply in [assign(&fixture, seed::ADELE, nobody), assign(&fixture, nobody, sales_manager())] {
        assert_eq!((reply.status, reply.code().as_str()), (404, "0x80040217"));
        assert!(reply.message().contains("ffff0000"));
    }
    assert_eq!(fixture.get(&format!("{}/{PATH}", user(nobody))).status, 404);
}

#[test]
fn a_reference_must_be_whole_and_name_a_role_of_this_environment() {
    let fixture = Fixture::new();
    for body in [
        json!({}),
        json!({ "@odata.id": 5 }),
        json!({ "@odata.id": "roles" }),
        json!({ "@odata.id": "https://elsewhere.example/api/data/v9.2/roles(a0000004-0000-4000-8000-000000000002)" }),
    ] {
        let reply = fixture.send("POST", &format!("{}/{PATH}/$ref", user(seed::ADELE)), &[], Some(body.clone()));
        assert_eq!(reply.status, 400, "{body}: {}", reply.text);
    }
    assert!(fixture.server.ledger().is_empty());
}

#[test]
fn a_role_of_another_business_unit_is_refused_with_all_ids() {
    let fixture = Fixture::new();
    let role = seed::role_id(seed::SALES_MANAGER, seed::SERVICE_UNIT);
    let reply = assign(&fixture, seed::ADELE, role);
    assert_eq!((reply.status, reply.code().as_str()), (400, "0x80041409"));
    assert_eq!(
        reply.message(),
        format!(
            "Cannot associate security role because the security role's Business Unit is not the same as the user's Business Unit. \
             Details: userid={}, userBU={}, roleId={role}, roleBU={}",
            seed::ADELE,
            seed::SALES_UNIT,
            seed::SERVICE_UNIT
        )
    );
}

#[test]
fn roles_of_a_disabled_user_are_a_setting() {
    let fixture = Fixture::new();
    let role = seed::role_id(seed::SALESPERSON, seed::SALES_UNIT);
    assert_eq!(assign(&fixture, seed::CHIARA, role).status, 400);
    fixture.server.settings_mut(|settings| settings.allow_role_assignment_on_disabled_users = true);
    assert_eq!(assign(&fixture, seed::CHIARA, role).status, 204);
}

#[test]
fn a_role_given_twice_and_one_taken_in_vain_are_settings() {
    let role = seed::role_id(seed::SALESPERSON, seed::SALES_UNIT);
    for (setting, status) in [
        (DuplicateAssociation::Ignore, 204),
        (DuplicateAssociation::Conflict412, 412),
        (DuplicateAssociation::Conflict409, 409),
    ] {
        let fixture = Fixture::new();
        fixture.server.settings_mut(|settings| settings.duplicate_association = setting);
        assert_eq!(assign(&fixture, seed::ADELE, role).status, status);
        assert!(fixture.server.ledger().is_empty());
    }
    for (setting, status) in [(MissingDisassociation::Ignore, 204), (MissingDisassociation::NotFound, 404)] {
        let fixture = Fixture::new();
        fixture.server.settings_mut(|settings| settings.missing_disassociation = setting);
        assert_eq!(
            fixture
                .send("DELETE", &format!("{}/{PATH}({})/$ref", user(seed::ADELE), sales_manager()), &[], None)
                .status,
            status
        );
    }
}

#[test]
fn every_business_unit_has_its_own_copy_of_every_role() {
    let fixture = Fixture::new();
    let roles = fixture
        .get("roles?$select=name,_businessunitid_value,_parentrootroleid_value&$filter=name eq 'Sales Manager'")
        .rows();
    assert_eq!(roles.len(), 3);
    let root = seed::role_id(seed::SALES_MANAGER, seed::ROOT_UNIT).to_string();
    assert!(roles.iter().all(|role| role["_parentrootroleid_value"] == root.as_str()));

    let unit =
        json!({ "name": "Field", "parentbusinessunitid@odata.bind": format!("/businessunits({})", seed::SALES_UNIT) });
    let created = fixture.send("POST", "businessunits", &[("Prefer", "return=representation")], Some(unit)).json();
    let id = created["businessunitid"].as_str().unwrap();
    let copies = fixture.get(&format!("roles?$select=name&$filter=_businessunitid_value eq {id}")).rows();
    assert_eq!(copies.len(), seed::ROLE_NAMES.len());
}

#[test]
fn the_root_unit_is_the_one_without_parent() {
    let fixture = Fixture::new();
    assert_eq!(
        fixture.get("businessunits?$select=name&$filter=parentbusinessunitid eq null").column("name"),
        ["Contoso"]
    );
}
