//! Assigning and revoking roles, by id and by name.

use dynamics365::roles::{self, RoleChange, RoleRef};
use dynamics365::users::Action as Done;
use dynamics365::{Client, Status};
use local_dataverse::{Action, Close, DuplicateAssociation, MissingDisassociation, seed};
use serde_json::json;
use uuid::Uuid;

use crate::support::*;

fn sales_manager() -> Uuid {
    seed::role_id(seed::SALES_MANAGER, seed::SALES_UNIT)
}

fn assign(client: &Client, role: &str) -> dynamics365::Result<RoleChange> {
    roles::assign(client, seed::ADELE, &role.into())
}

#[test]
fn a_role_is_assigned_and_revoked_once_and_repeats_are_unchanged() {
    let server = server();
    let client = client(&server);
    let role = RoleRef::Id(sales_manager());
    let outcomes = [
        roles::assign(&client, seed::ADELE, &role).unwrap(),
        roles::assign(&client, seed::ADELE, &role).unwrap(),
        roles::revoke(&client, seed::ADELE, &role).unwrap(),
        roles::revoke(&client, seed::ADELE, &role).unwrap(),
    ];
    let actions = outcomes.each_ref().map(|change| (change.changed, change.action));
    assert_eq!(
        actions,
        [(true, Done::Added), (false, Done::Unchanged), (true, Done::Removed), (false, Done::Unchanged)]
    );
    assert_eq!(outcomes[0].user["fullname"], "Adele Example");
    assert_eq!(outcomes[0].role["name"], "Sales Manager");
    assert_eq!(changes(&server), ["associate systemusers", "disassociate systemusers"]);
}

#[test]
fn a_name_means_the_role_of_the_users_own_business_unit() {
    let server = server();
    let change = assign(&client(&server), "sales manager").unwrap();
    assert_eq!(change.role["roleid"], sales_manager().to_string());
}

#[test]
fn a_name_with_apostrophe_and_ampersand_is_found() {
    let server = server();
    let change = assign(&client(&server), "Approver's Deputy & Reviewer").unwrap();
    assert_eq!((change.action, change.role["name"].as_str()), (Done::Added, Some("Approver's Deputy & Reviewer")));
}

#[test]
fn a_missing_user_and_a_missing_role_are_told_apart() {
    let server = server();
    let client = client(&server);
    let error = roles::assign(&client, NOBODY, &RoleRef::Id(sales_manager())).unwrap_err();
    assert_eq!(error.status(), Status::UserNotFound);
    assert_says(&error, &[&format!("systemuser {NOBODY}")]);
    for act in [roles::assign, roles::revoke] {
        let error = act(&client, seed::ADELE, &RoleRef::Id(NOBODY)).unwrap_err();
        assert_eq!(error.status(), Status::RoleNotFound);
        assert_says(&error, &[&format!("role {NOBODY}")]);
        let error = act(&client, seed::ADELE, &"Astronaut".into()).unwrap_err();
        assert_eq!(error.status(), Status::RoleNotFound);
        assert_says(&error, &["'Astronaut'", &seed::SALES_UNIT.to_string()]);
    }
    assert_eq!(assign(&client, " ").unwrap_err().status(), Status::InvalidArgument);
    assert!(changes(&server).is_empty());
}

#[test]
fn a_name_that_fits_two_roles_lists_their_ids() {
    let server = server();
    let two = json!({ "value": [
        { "roleid": "a0000003-0000-4000-8000-000000000002", "name": "Twin" },
        { "roleid": "a0000004-0000-4000-8000-000000000002", "name": "Twin" },
    ]});
    fault(&server, "GET", "/roles?", Action { status: Some(200), body: Some(two), ..Action::default() });
    let error = assign(&client(&server), "Twin").unwrap_err();
    assert_eq!(error.status(), Status::AmbiguousName);
    assert_says(&error, &["2 roles", "a0000003-0000-4000-8000-000000000002, a0000004-0000-4000-8000-000000000002"]);
}

#[test]
fn a_role_of_another_business_unit_is_refused_with_advice() {
    let server = server();
    let role = RoleRef::Id(seed::role_id(seed::SALES_MANAGER, seed::SERVICE_UNIT));
    let error = roles::assign(&client(&server), seed::ADELE, &role).unwrap_err();
    assert_eq!((error.status(), error.code()), (Status::ConstraintViolation, Some("0x80041409")));
    assert_says(&error, &["Business Unit is not the same", "own copy of every role", "give the role by name"]);
}

#[test]
fn with_record_ownership_across_business_units_it_is_allowed() {
    let server = server_with(|settings| settings.record_ownership_across_business_units = true);
    let role = RoleRef::Id(seed::role_id(seed::SALES_MANAGER, seed::SERVICE_UNIT));
    assert_eq!(roles::assign(&client(&server), seed::ADELE, &role).unwrap().action, Done::Added);
}

#[test]
fn roles_of_a_disabled_user_are_refused() {
    let server = server();
    let error = roles::assign(&client(&server), seed::CHIARA, &"Salesperson".into()).unwrap_err();
    assert_eq!(error.status(), Status::ConstraintViolation);
    assert_says(&error, &["disabled"]);
}

#[test]
fn an_environment_that_refuses_duplicates_still_counts_as_unchanged() {
    for setting in [DuplicateAssociation::Conflict412, DuplicateAssociation::Conflict409, DuplicateAssociation::Ignore]
    {
        let server = server_with(|settings| settings.duplicate_association = setting);
        let client = client(&server);
        assign(&client, "Sales Manager").unwrap();
        // Somebody else was quicker: the look saw no role.
        let none = Action { status: Some(200), body: Some(json!({ "value": [] })), ..Action::default() };
        fault(&server, "GET", "systemuserroles_association", none);
        let change = assign(&client, "Sales Manager").unwrap();
        let expected = if setting == DuplicateAssociation::Ignore { Done::Added } else { Done::Unchanged };
        assert_eq!(change.action, expected, "{setting:?}");
        assert_eq!(changes(&server).len(), 1);
    }
}

#[test]
fn an_environment_that_misses_what_is_revoked_counts_as_unchanged() {
    let server = server_with(|settings| settings.missing_disassociation = MissingDisassociation::NotFound);
    let held = json!({ "value": [{ "roleid": sales_manager().to_string() }] });
    fault(
        &server,
        "GET",
        "systemuserroles_association",
        Action { status: Some(200), body: Some(held), ..Action::default() },
    );
    let change = roles::revoke(&client(&server), seed::ADELE, &"Sales Manager".into()).unwrap();
    assert_eq!(change.action, Done::Unchanged);
}

#[test]
fn an_assignment_whose_reply_is_lost_is_repeated_and_counts_as_added() {
    for action in
        [close(Close::AfterApplied), close(Close::AfterRead), answer(503), Action { applied: true, ..answer(503) }]
    {
        let server = server_with(|settings| settings.duplicate_association = DuplicateAssociation::Conflict412);
        fault(&server, "POST", "$ref", action);
        assert_eq!(assign(&client(&server), "Sales Manager").unwrap().action, Done::Added);
        assert_eq!(changes(&server), ["associate systemusers"]);
    }
}

#[test]
fn a_revocation_whose_reply_is_lost_is_repeated_and_counts_as_removed() {
    let server = server_with(|settings| settings.missing_disassociation = MissingDisassociation::NotFound);
    fault(&server, "DELETE", "$ref", close(Close::AfterApplied));
    let change = roles::revoke(&client(&server), seed::ADELE, &"Salesperson".into()).unwrap();
    assert_eq!(change.action, Done::Removed);
    assert_eq!(changes(&server), ["disassociate systemusers"]);
}

#[test]
fn one_role_is_read_by_its_id() {
    let server = server();
    let client = client(&server);
    let role = roles::get(&client, sales_manager(), &[]).unwrap();
    assert_eq!(role.keys().collect::<Vec<_>>(), ["roleid", "name", "businessunitid", "parentrootroleid", "ismanaged"]);
    assert_eq!(role["parentrootroleid"], seed::role_id(seed::SALES_MANAGER, seed::ROOT_UNIT).to_string());
    assert_eq!(roles::get(&client, NOBODY, &[]).unwrap_err().status(), Status::RoleNotFound);
}
