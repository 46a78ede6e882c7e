//! Teams: lists, members, roles.

use dynamics365::teams::{self, TeamRoleChange};
use dynamics365::{Action as Done, Client, Query, Status};
use local_dataverse::{Server, seed};
use uuid::Uuid;

use crate::support::*;

fn sales() -> Uuid {
    seed::default_team_id(seed::SALES_UNIT)
}

fn names(pages: dynamics365::Pages, field: usize) -> Vec<String> {
    let mut names: Vec<String> = pages
        .flat_map(|batch| batch.unwrap().records().map(|fields| fields[field].to_string()).collect::<Vec<_>>())
        .collect();
    names.sort();
    names
}

fn assign(client: &Client, role: &str, mode: Mode) -> dynamics365::Result<TeamRoleChange> {
    teams::assign_role(client, sales(), &role.into(), None, mode)
}

fn fixture() -> (Server, Client) {
    let server = server();
    let client = client(&server);
    (server, client)
}

#[test]
fn teams_their_members_and_their_roles_are_listed() {
    let (_server, client) = fixture();
    assert_eq!(names(teams::list(&client, &Query::default()).unwrap(), 1), ["Contoso", "Sales", "Service"]);
    let query = Query { columns: columns(&["fullname"]), ..Query::default() };
    assert_eq!(names(teams::members(&client, sales(), &query).unwrap(), 0), ["Adele Example", "Chiara Example"]);
    assert!(names(teams::roles(&client, sales(), &Query::default()).unwrap(), 1).is_empty());
    assert_eq!(teams::get(&client, sales(), &columns(&["name"])).unwrap()["name"], "Sales");
}

#[test]
fn a_role_of_the_teams_own_unit_is_assigned_and_revoked_by_name() {
    let (server, client) = fixture();
    assert_eq!(assign(&client, "Salesperson", Mode::Plan).unwrap().action, Done::Added);
    assert!(changes(&server).is_empty());
    let change = assign(&client, "Salesperson", Mode::Apply).unwrap();
    assert_eq!((change.changed, change.action, change.team["name"].as_str()), (true, Done::Added, Some("Sales")));
    assert_eq!(change.role["roleid"], seed::role_id(seed::SALESPERSON, seed::SALES_UNIT).to_string());
    assert_eq!(assign(&client, "Salesperson", Mode::Apply).unwrap().action, Done::Unchanged);
    let revoked = teams::revoke_role(&client, sales(), &"Salesperson".into(), None, Mode::Apply).unwrap();
    assert_eq!(revoked.action, Done::Removed);
    assert_eq!(changes(&server), ["associate teams", "disassociate teams"]);
}

#[test]
fn a_team_that_is_not_there_is_named() {
    let (_server, client) = fixture();
    for error in [
        teams::get(&client, NOBODY, &[]).unwrap_err(),
        teams::members(&client, NOBODY, &Query::default()).unwrap().next().unwrap().unwrap_err(),
        teams::roles(&client, NOBODY, &Query::default()).unwrap().next().unwrap().unwrap_err(),
        teams::assign_role(&client, NOBODY, &"Salesperson".into(), None, Mode::Apply).unwrap_err(),
    ] {
        assert_eq!(error.status(), Status::TeamNotFound, "{error}");
        assert_says(&error, &[&NOBODY.to_string()]);
    }
}

#[test]
fn a_role_of_another_unit_is_refused_by_the_environment() {
    let (_server, client) = fixture();
    let error = teams::assign_role(&client, sales(), &"Salesperson".into(), Some(&"Service".into()), Mode::Apply);
    assert_eq!(error.unwrap_err().status(), Status::ConstraintViolation);
}
