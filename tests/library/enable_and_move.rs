//! Enabling, disabling, and moving users between business units.

use dynamics365::Status;
use dynamics365::users::{self, Action as Done};
use local_dataverse::seed;

use crate::support::*;

#[test]
fn disabling_and_enabling_report_what_they_changed() {
    let server = server();
    let client = client(&server);
    let change = users::set_enabled(&client, seed::ADELE, false).unwrap();
    assert_eq!((change.action, change.user["isdisabled"].as_bool()), (Done::Disabled, Some(true)));
    assert_eq!(users::set_enabled(&client, seed::ADELE, false).unwrap().action, Done::Unchanged);
    let change = users::set_enabled(&client, seed::ADELE, true).unwrap();
    assert_eq!((change.action, change.user["isdisabled"].as_bool()), (Done::Enabled, Some(false)));
    assert_eq!(changes(&server).len(), 2);
    assert_eq!(users::set_enabled(&client, NOBODY, true).unwrap_err().status(), Status::UserNotFound);
}

#[test]
fn a_move_reports_the_roles_that_it_cost() {
    let server = server();
    let client = client(&server);
    let change = users::move_to(&client, seed::ADELE, seed::SERVICE_UNIT).unwrap();
    assert_eq!(
        (change.action, change.user["businessunitid"].as_str()),
        (Done::Moved, Some(seed::SERVICE_UNIT.to_string().as_str()))
    );
    assert_eq!(change.roles_removed.len(), 1);
    assert_eq!(change.roles_removed[0]["name"], "Salesperson");

    let again = users::move_to(&client, seed::ADELE, seed::SERVICE_UNIT).unwrap();
    assert_eq!((again.action, again.roles_removed.len()), (Done::Unchanged, 0));
}

#[test]
fn where_the_environment_keeps_roles_a_move_costs_none() {
    let server = server_with(|settings| {
        settings.record_ownership_across_business_units = true;
        settings.keep_roles_on_business_unit_change = true;
    });
    let change = users::move_to(&client(&server), seed::ADELE, seed::SERVICE_UNIT).unwrap();
    assert_eq!((change.action, change.roles_removed.len()), (Done::Moved, 0));
}

#[test]
fn moving_to_a_business_unit_that_is_none_changes_nothing() {
    let server = server();
    let error = users::move_to(&client(&server), seed::ADELE, NOBODY).unwrap_err();
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
    let error = users::move_to(&client(&server), seed::ADELE, seed::SERVICE_UNIT).unwrap_err();
    assert_says(&error, &["was moved", "could not be read"]);
    assert!(!changes(&server).is_empty());
}
