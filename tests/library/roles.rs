//! Assigning and revoking roles, by id and by name.

use dynamics365::roles::{self, RoleChange, RoleRef, RoleSet};
use dynamics365::users::Action as Done;
use dynamics365::{Client, Status};
use local_dataverse::{Action, Close, DuplicateAssociation, FaultRule, MissingDisassociation, seed};
use serde_json::json;
use uuid::Uuid;

use crate::support::*;

fn sales_manager() -> Uuid {
    seed::role_id(seed::SALES_MANAGER, seed::SALES_UNIT)
}

/// Adele's row with these roles, as a client reads it.
fn adele_with(roles: serde_json::Value) -> serde_json::Value {
    json!({ "systemuserid": seed::ADELE, "_businessunitid_value": seed::SALES_UNIT, "systemuserroles_association": roles })
}

fn assign(client: &Client, role: &str) -> dynamics365::Result<RoleChange> {
    roles::assign(client, seed::ADELE, &role.into(), None, Mode::Apply)
}

#[test]
fn a_role_is_assigned_and_revoked_once_and_repeats_are_unchanged() {
    let server = server();
    let client = client(&server);
    let role = RoleRef::Id(sales_manager());
    let outcomes = [
        roles::assign(&client, seed::ADELE, &role, None, Mode::Apply).unwrap(),
        roles::assign(&client, seed::ADELE, &role, None, Mode::Apply).unwrap(),
        roles::revoke(&client, seed::ADELE, &role, None, Mode::Apply).unwrap(),
        roles::revoke(&client, seed::ADELE, &role, None, Mode::Apply).unwrap(),
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
    let error = roles::assign(&client, NOBODY, &RoleRef::Id(sales_manager()), None, Mode::Apply).unwrap_err();
    assert_eq!(error.status(), Status::UserNotFound);
    assert_says(&error, &[&format!("systemuser {NOBODY}")]);
    for act in [roles::assign, roles::revoke] {
        let error = act(&client, seed::ADELE, &RoleRef::Id(NOBODY), None, Mode::Apply).unwrap_err();
        assert_eq!(error.status(), Status::RoleNotFound);
        assert_says(&error, &[&format!("role {NOBODY}")]);
        let error = act(&client, seed::ADELE, &"Astronaut".into(), None, Mode::Apply).unwrap_err();
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
    let error = roles::assign(&client(&server), seed::ADELE, &role, None, Mode::Apply).unwrap_err();
    assert_eq!((error.status(), error.code()), (Status::ConstraintViolation, Some("0x80041409")));
    assert_says(&error, &["Business Unit is not the same", "own copy of every role", "give the role by name"]);
}

#[test]
fn with_record_ownership_across_business_units_it_is_allowed() {
    let server = server_with(|settings| settings.record_ownership_across_business_units = true);
    let role = RoleRef::Id(seed::role_id(seed::SALES_MANAGER, seed::SERVICE_UNIT));
    assert_eq!(roles::assign(&client(&server), seed::ADELE, &role, None, Mode::Apply).unwrap().action, Done::Added);
}

#[test]
fn roles_of_a_disabled_user_are_refused() {
    let server = server();
    let error = roles::assign(&client(&server), seed::CHIARA, &"Salesperson".into(), None, Mode::Apply).unwrap_err();
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
        let none = Action { status: Some(200), body: Some(adele_with(json!([]))), ..Action::default() };
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
    let held = adele_with(json!([{ "roleid": sales_manager().to_string(), "name": "Sales Manager" }]));
    fault(
        &server,
        "GET",
        "systemuserroles_association",
        Action { status: Some(200), body: Some(held), ..Action::default() },
    );
    let change = roles::revoke(&client(&server), seed::ADELE, &"Sales Manager".into(), None, Mode::Apply).unwrap();
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
    let change = roles::revoke(&client(&server), seed::ADELE, &"Salesperson".into(), None, Mode::Apply).unwrap();
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

#[test]
fn a_plan_tells_what_would_be_and_changes_nothing() {
    let server = server();
    let client = client(&server);
    let plan = |role: &str| roles::assign(&client, seed::ADELE, &role.into(), None, Mode::Plan).unwrap();
    let added = plan("Sales Manager");
    assert_eq!((added.action, added.changed, added.planned), (Done::Added, false, true));
    assert_eq!(plan("Salesperson").action, Done::Unchanged);
    let removed = roles::revoke(&client, seed::ADELE, &"Salesperson".into(), None, Mode::Plan).unwrap();
    assert_eq!((removed.action, removed.changed), (Done::Removed, false));
    assert!(changes(&server).is_empty());
}

#[test]
fn a_name_that_only_other_units_have_is_an_error_that_lists_them() {
    let server = server();
    let client = client(&server);
    let own = format!("roles({})", seed::role_id(seed::SALES_MANAGER, seed::SALES_UNIT));
    // The copy of the user's own unit gets another name, behind the service's back.
    fault(
        &server,
        "GET",
        "*/roles?*_businessunitid_value eq*",
        Action { status: Some(200), body: Some(json!({ "value": [] })), ..Action::default() },
    );
    let error = assign(&client, "Sales Manager").unwrap_err();
    assert_eq!(error.status(), Status::RoleNotFound, "{own}");
    let root = seed::role_id(seed::SALES_MANAGER, seed::ROOT_UNIT).to_string();
    assert_says(&error, &["own business unit", &root, "in 'Contoso'", "in 'Service'"]);
    assert_says(&assign(&client, "Astronaut").unwrap_err(), &["no business unit has a role that is called so"]);
}

#[test]
fn a_role_of_another_unit_is_named_with_the_unit() {
    let server = server_with(|settings| settings.record_ownership_across_business_units = true);
    let client = client(&server);
    let role = RoleRef::from("Sales Manager");
    let service = seed::role_id(seed::SALES_MANAGER, seed::SERVICE_UNIT).to_string();
    for unit in ["Service".into(), seed::SERVICE_UNIT.into()] {
        let change = roles::assign(&client, seed::ADELE, &role, Some(&unit), Mode::Apply).unwrap();
        assert_eq!(change.role["roleid"], service.as_str());
    }
    let error = roles::assign(&client, seed::ADELE, &role, Some(&"Nowhere".into()), Mode::Apply).unwrap_err();
    assert_eq!(error.status(), Status::BusinessUnitNotFound);
    let error = roles::assign(&client, seed::ADELE, &role, Some(&"".into()), Mode::Apply).unwrap_err();
    assert_eq!(error.status(), Status::InvalidArgument);
}

#[test]
fn a_role_that_is_remembered_but_gone_is_looked_up_anew() {
    let server = server();
    let client = client(&server);
    assign(&client, "Sales Manager").unwrap();
    roles::revoke(&client, seed::ADELE, &"Sales Manager".into(), None, Mode::Apply).unwrap();
    let gone = json!({ "error": { "code": "0x80040217", "message": "Entity 'role' With Id = 1 Does Not Exist" } });
    fault(&server, "POST", "$ref", Action { status: Some(404), body: Some(gone), ..Action::default() });
    assert_eq!(assign(&client, "Sales Manager").unwrap().action, Done::Added);
}

#[test]
fn a_role_is_read_once_for_many_users() {
    let server = server();
    let client = client(&server);
    for user in [seed::ADELE, seed::ADELE, seed::ADELE] {
        roles::assign(&client, user, &"Sales Manager".into(), None, Mode::Apply).unwrap();
    }
    let reads = server.requests().into_iter().filter(|request| request.path.contains("/roles?")).count();
    assert_eq!(reads, 1);
    assert_eq!(wire(&server).len(), 5, "one read of the role, one of the user each, and one change");
}

fn names(set: &RoleSet) -> Vec<(Done, String)> {
    set.roles.iter().map(|step| (step.action, step.role["name"].as_str().unwrap().to_owned())).collect()
}

#[test]
fn a_set_adds_first_then_removes_and_repeats_as_unchanged() {
    let server = server();
    let client = client(&server);
    let wanted = ["Sales Manager".into(), "Basic User".into(), "sales manager".into()];
    let plan = roles::set(&client, seed::ADELE, &wanted, None, Mode::Plan).unwrap();
    assert!(plan.planned && !plan.changed && changes(&server).is_empty());
    let set = roles::set(&client, seed::ADELE, &wanted, None, Mode::Apply).unwrap();
    assert_eq!(names(&set), names(&plan), "the plan is what is done");
    assert_eq!(
        names(&set),
        [
            (Done::Added, "Sales Manager".into()),
            (Done::Added, "Basic User".into()),
            (Done::Removed, "Salesperson".into())
        ]
    );
    assert_eq!(changes(&server), ["associate systemusers", "associate systemusers", "disassociate systemusers"]);
    let again = roles::set(&client, seed::ADELE, &wanted, None, Mode::Apply).unwrap();
    assert!(!again.changed && names(&again).iter().all(|(action, _)| *action == Done::Unchanged));
    let none = roles::set(&client, seed::ADELE, &[], None, Mode::Apply).unwrap();
    assert_eq!(none.roles.len(), 2);
}

#[test]
fn a_set_that_fails_half_way_leaves_the_old_roles_and_says_what_was_done() {
    let server = server();
    let client = client(&server);
    let error = roles::set(&client, seed::ADELE, &["Astronaut".into()], None, Mode::Apply).unwrap_err();
    assert_eq!((error.status(), changes(&server).len()), (Status::RoleNotFound, 0), "all are found first");
    let refused = json!({ "error": { "code": "0x80040220", "message": "is missing prvAssignRole privilege" } });
    let action = Action { status: Some(403), body: Some(refused), ..Action::default() };
    server.set_fault(FaultRule { method: Some("POST".into()), nth: 2, ..FaultRule::new(action) }).unwrap();
    let wanted = ["Sales Manager".into(), "Basic User".into()];
    let error = roles::set(&client, seed::ADELE, &wanted, None, Mode::Apply).unwrap_err();
    assert_says(&error, &["prvAssignRole", "'Sales Manager' was added and nothing removed"]);
    assert_eq!(changes(&server), ["associate systemusers"]);
}
