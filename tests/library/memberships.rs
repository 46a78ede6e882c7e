//! Who holds which role, teams' roles included.

use dynamics365::memberships::{self, ASSIGNMENT_COLUMNS, MEMBER_COLUMNS};
use dynamics365::{Client, Result, Status, UnitRef, teams};
use local_dataverse::{Server, seed};

use crate::support::*;

/// A server on which the default team of Sales (Adele, Chiara) holds the role Sales Manager, and Adele the same role herself.
fn fixture() -> (Server, Client) {
    let server = server();
    let client = client(&server);
    let sales = seed::default_team_id(seed::SALES_UNIT);
    teams::assign_role(&client, sales, &"Sales Manager".into(), None, Mode::Apply).unwrap();
    dynamics365::roles::assign(&client, seed::ADELE, &"Sales Manager".into(), None, Mode::Apply).unwrap();
    (server, client)
}

fn records(batches: memberships::Batches, width: usize) -> Vec<Vec<String>> {
    let mut records: Vec<Vec<String>> = Vec::new();
    for batch in batches {
        records.extend(batch.unwrap().records().map(|fields| fields.iter().map(ToString::to_string).collect()));
    }
    assert!(records.iter().all(|fields| fields.len() == width));
    records.sort();
    records
}

fn members(client: &Client, role: &str, unit: Option<&str>) -> Result<Vec<(String, String)>> {
    let unit = unit.map(UnitRef::from);
    let batches = memberships::members(client, &role.into(), unit.as_ref())?;
    let records = records(batches, MEMBER_COLUMNS.len());
    Ok(records.into_iter().map(|fields| (fields[1].clone(), fields[9].clone())).collect())
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(user, team)| ((*user).to_owned(), (*team).to_owned())).collect()
}

#[test]
fn members_of_a_role_are_marked_by_the_team_that_they_hold_it_through() {
    let (_server, client) = fixture();
    let expected = pairs(&[("Adele Example", ""), ("Adele Example", "Sales"), ("Chiara Example", "Sales")]);
    assert_eq!(members(&client, "Sales Manager", None).unwrap(), expected);
    assert_eq!(members(&client, "sales manager", Some("Sales")).unwrap(), expected);
    let id = seed::role_id(seed::SALES_MANAGER, seed::SALES_UNIT).to_string();
    assert_eq!(members(&client, &id, None).unwrap(), expected);
    assert!(members(&client, "Sales Manager", Some("Service")).unwrap().is_empty());
}

#[test]
fn a_role_or_a_unit_that_is_not_there_is_an_error_and_not_an_empty_list() {
    let (_server, client) = fixture();
    for role in ["Astronaut", &NOBODY.to_string()] {
        assert_eq!(members(&client, role, None).unwrap_err().status(), Status::RoleNotFound, "{role}");
    }
    assert_eq!(members(&client, "Sales Manager", Some("Moon")).unwrap_err().status(), Status::BusinessUnitNotFound);
    assert_eq!(members(&client, " ", None).unwrap_err().status(), Status::InvalidArgument);
}

#[test]
fn all_assignments_come_from_the_intersect_tables_in_a_few_requests() {
    let options = local_dataverse::Options { users: 2000, ..Default::default() };
    let server = Server::start(options).unwrap();
    let client = client(&server);
    let sales = seed::default_team_id(seed::SALES_UNIT);
    teams::assign_role(&client, sales, &"Sales Manager".into(), None, Mode::Apply).unwrap();
    let held = server.requests().len();
    let all = records(memberships::all(&client, false).unwrap(), ASSIGNMENT_COLUMNS.len());
    let requests = server.requests().len() - held;
    assert!(requests <= 6, "{requests}");
    let direct = all.iter().filter(|fields| fields[5].is_empty()).count();
    assert!(direct >= 2000 && all.len() > direct, "{direct} of {}", all.len());
    assert!(all.iter().all(|fields| fields[1].is_empty() && !fields[3].is_empty() && !fields[4].is_empty()));
}

#[test]
fn names_of_users_come_where_they_are_asked_for() {
    let (_server, client) = fixture();
    let all = records(memberships::all(&client, true).unwrap(), ASSIGNMENT_COLUMNS.len());
    let of = |user: &str| {
        let mut lines: Vec<_> = all
            .iter()
            .filter(|fields| fields[1] == user)
            .map(|fields| format!("{} {}", fields[3], fields[6]).trim().to_owned())
            .collect();
        lines.sort();
        lines
    };
    assert_eq!(of("Adele Example"), ["Sales Manager", "Sales Manager Sales", "Salesperson"]);
    assert_eq!(of("Chiara Example"), ["Sales Manager Sales"]);
}
