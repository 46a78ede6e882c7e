//! Enabling, disabling, and moving users between business units.

use dynamics365::Status;
use dynamics365::users::{self, Action as Done};
use local_dataverse::{Action, Close, seed};

use crate::support::*;

#[test]
fn disabling_and_enabling_report_what_they_changed() {
    let server = server();
    let client = client(&server);
    let change = users::set_enabled(&client, seed::ADELE, false, Mode::Apply).unwrap();
    assert_eq!((change.action, change.user["isdisabled"].as_bool()), (Done::Disabled, Some(true)));
    assert_eq!(users::set_enabled(&client, seed::ADELE, false, Mode::Apply).unwrap().action, Done::Unchanged);
    let change = users::set_enabled(&client, seed::ADELE, true, Mode::Apply).unwrap();
    assert_eq!((change.action, change.user["isdisabled"].as_bool()), (Done::Enabled, Some(false)));
    assert_eq!(changes(&server).len(), 2);
    assert_eq!(users::set_enabled(&client, NOBODY, true, Mode::Apply).unwrap_err().status(), Status::UserNotFound);
}

#[test]
fn a_move_reports_the_roles_that_it_cost() {
    let server = server();
    let client = client(&server);
    let change = users::move_to(&client, seed::ADELE, &seed::SERVICE_UNIT.into(), false, Mode::Apply).unwrap();
    assert_eq!(
        (change.action, change.user["businessunitid"].as_str()),
        (Done::Moved, Some(seed::SERVICE_UNIT.to_string().as_str()))
    );
    assert_eq!(change.roles_removed.len(), 1);
    assert_eq!(change.roles_removed[0]["name"], "Salesperson");

    let again = users::move_to(&client, seed::ADELE, &seed::SERVICE_UNIT.into(), false, Mode::Apply).unwrap();
    assert_eq!((again.action, again.roles_removed.len()), (Done::Unchanged, 0));
}

#[test]
fn where_the_environment_keeps_roles_a_move_costs_none() {
    let server = server_with(|settings| {
        settings.record_ownership_across_business_units = true;
        settings.keep_roles_on_business_unit_change = true;
    });
    let change = users::move_to(&client(&server), seed::ADELE, &seed::SERVICE_UNIT.into(), false, Mode::Apply).unwrap();
    assert_eq!((change.action, change.roles_removed.len()), (Done::Moved, 0));
}

#[test]
fn moving_to_a_business_unit_that_is_none_changes_nothing() {
    let server = server();
    let error = users::move_to(&client(&server), seed::ADELE, &NOBODY.into(), false, Mode::Apply).unwrap_err();
    assert_eq!(error.status(), Status::BusinessUnitNotFound);
    assert_says(&error, &[&NOBODY.to_string()]);
    assert!(changes(&server).is_empty());
}

#[test]
fn where_the_roles_left_cannot_be_read_the_error_says_that_the_user_moved() {
    let server = server();
    let rule = local_dataverse::FaultRule {
        method: Some("GET".into()),
        path: Some("systemuserroles_association".into()),
        nth: 2,
        ..local_dataverse::FaultRule::new(answer(500))
    };
    server.set_fault(rule).unwrap();
    let error =
        users::move_to(&client(&server), seed::ADELE, &seed::SERVICE_UNIT.into(), false, Mode::Apply).unwrap_err();
    assert_says(&error, &["was moved", "could not be read"]);
    assert!(!changes(&server).is_empty());
}

#[test]
fn a_move_puts_the_same_named_roles_of_the_new_unit_in_the_place_of_the_old_ones() {
    let server = server();
    let client = client(&server);
    let plan = users::move_to(&client, seed::ADELE, &"Service".into(), true, Mode::Plan).unwrap();
    assert_eq!((plan.planned, plan.changed, plan.roles_removed.len(), plan.roles_restored.len()), (true, false, 1, 1));
    assert!(changes(&server).is_empty());
    let change = users::move_to(&client, seed::ADELE, &"Service".into(), true, Mode::Apply).unwrap();
    assert_eq!(change.roles_removed[0]["roleid"], seed::role_id(seed::SALESPERSON, seed::SALES_UNIT).to_string());
    assert_eq!(change.roles_restored[0]["roleid"], seed::role_id(seed::SALESPERSON, seed::SERVICE_UNIT).to_string());
    assert!(change.roles_without_copy.is_empty());
}

#[test]
fn a_role_without_a_copy_in_the_new_unit_is_told() {
    let server = server();
    let none = Action { status: Some(200), body: Some(serde_json::json!({ "value": [] })), ..Action::default() };
    faults(&server, "GET", "/roles?", 2, none);
    let change = users::move_to(&client(&server), seed::ADELE, &seed::SERVICE_UNIT.into(), true, Mode::Apply).unwrap();
    assert_eq!(change.roles_without_copy[0]["name"], "Salesperson");
    assert!(change.roles_restored.is_empty());
}

#[test]
fn a_role_that_can_not_be_put_back_is_told_with_what_was_done() {
    let server = server();
    let client = client(&server);
    fault(&server, "POST", "$ref", Action { status: Some(403), ..Action::default() });
    let error = users::move_to(&client, seed::ADELE, &"Service".into(), true, Mode::Apply).unwrap_err();
    assert_says(&error, &["was moved, which took its roles", "Put back: none; not put back: 'Salesperson'"]);
    let error = users::move_to(&client, seed::BRUNO, &"Nowhere".into(), true, Mode::Apply).unwrap_err();
    assert_eq!(error.status(), Status::BusinessUnitNotFound);
}

#[test]
fn users_are_deleted_only_where_the_environment_offers_it() {
    let server = server();
    let client = client(&server);
    let error = users::delete(&client, seed::CHIARA, Mode::Apply).unwrap_err();
    assert_eq!(error.status(), Status::NotSupported);
    assert_says(&error, &["not supported by this environment", "Disable the user instead"]);
    server.settings_mut(|settings| {
        settings.delete_disabled_users = true;
        settings.users_gone_from_entra.push(seed::CHIARA);
    });
    assert!(!users::delete(&client, seed::CHIARA, Mode::Plan).unwrap().changed);
    assert!(users::delete(&client, seed::CHIARA, Mode::Apply).unwrap().changed);
    let error = users::delete(&client, seed::ADELE, Mode::Apply).unwrap_err();
    assert_eq!((error.status(), error.code()), (Status::ConstraintViolation, Some("0x80048356")));
    fault(&server, "DELETE", "systemusers", close(Close::AfterApplied));
    assert_eq!(users::delete(&client, seed::CHIARA, Mode::Apply).unwrap_err().status(), Status::OutcomeUnknown);
}
