//! The operations of the matrix: how each is run on the seed, and what it changes when all goes well.

use dynamics365::users::{self, Mode, Options};
use dynamics365::{Client, Query, Result, business_units, changes, memberships, requests, roles, teams};
use local_dataverse::seed;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// What a caller was told of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// Something was changed.
    Changed,
    /// All was already as asked for; or something was read.
    Unchanged,
}

/// One operation.
pub struct Operation {
    /// The name in the matrix.
    pub name: &'static str,
    /// The method and a part of the path of the request that changes something; a read has those of its first request.
    pub request: (&'static str, &'static str),
    /// How many entries of the ledger it makes when all goes well.
    pub entries: usize,
    /// Runs it.
    pub run: fn(&Client) -> Result<Told>,
}

fn told(changed: bool) -> Told {
    if changed { Told::Changed } else { Told::Unchanged }
}

fn object(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

fn drain<B>(batches: impl Iterator<Item = Result<B>>) -> Result<Told> {
    for batch in batches {
        batch?;
    }
    Ok(Told::Unchanged)
}

/// A team.
pub fn sales_team() -> Uuid {
    seed::default_team_id(seed::SALES_UNIT)
}

/// The name of a role that the team holds before the operation.
pub const ROLE_OF_TEAM: &str = "Basic User";

/// All of them: the operations of the library that reach the environment.
pub const OPERATIONS: [Operation; 27] = [
    Operation {
        name: "user_get",
        request: ("GET", "systemusers("),
        entries: 0,
        run: |client| users::get(client, seed::ADELE, &[]).map(|_| Told::Unchanged),
    },
    Operation {
        name: "user_list",
        request: ("GET", "systemusers?"),
        entries: 0,
        run: |client| drain(users::list(client, &Query::default())?),
    },
    Operation {
        name: "user_roles",
        request: ("GET", "systemuserroles_association"),
        entries: 0,
        run: |client| drain(users::roles(client, seed::ADELE, &Query::default())?),
    },
    Operation {
        name: "role_get",
        request: ("GET", "roles("),
        entries: 0,
        run: |client| {
            roles::get(client, seed::role_id(seed::SALESPERSON, seed::SALES_UNIT), &[]).map(|_| Told::Unchanged)
        },
    },
    Operation {
        name: "role_list",
        request: ("GET", "roles?"),
        entries: 0,
        run: |client| drain(roles::list(client, &Query::default())?),
    },
    Operation {
        name: "business_unit_list",
        request: ("GET", "businessunits?"),
        entries: 0,
        run: |client| drain(business_units::list(client, &Query::default())?),
    },
    Operation {
        name: "team_list",
        request: ("GET", "teams?"),
        entries: 0,
        run: |client| drain(teams::list(client, &Query::default())?),
    },
    Operation {
        name: "team_members",
        request: ("GET", "teammembership_association"),
        entries: 0,
        run: |client| drain(teams::members(client, sales_team(), &Query::default())?),
    },
    Operation {
        name: "team_roles",
        request: ("GET", "teamroles_association"),
        entries: 0,
        run: |client| drain(teams::roles(client, sales_team(), &Query::default())?),
    },
    Operation {
        name: "role_members",
        request: ("GET", "systemusers?"),
        entries: 0,
        run: |client| drain(memberships::members(client, &"Salesperson".into(), None)?),
    },
    Operation {
        name: "role_assignments",
        request: ("GET", "systemuserrolescollection"),
        entries: 0,
        run: |client| drain(memberships::all(client, true)?),
    },
    Operation {
        name: "changes",
        request: ("GET", "systemusers?"),
        entries: 0,
        run: |client| drain(changes::since(client, "systemuser", &[], None, Default::default())?),
    },
    Operation {
        name: "who_am_i",
        request: ("GET", "WhoAmI"),
        entries: 0,
        run: |client| requests::who_am_i(client).map(|_| Told::Unchanged),
    },
    Operation {
        name: "user_create",
        request: ("POST", "systemusers"),
        entries: 1,
        run: |client| {
            let given = json!({
                "internalemailaddress": "erika@contoso.example", "businessunitid": seed::SALES_UNIT.to_string(), "lastname": "Example",
            });
            users::create(client, &object(given), Options::default()).map(|change| told(change.changed))
        },
    },
    Operation {
        name: "user_create (own id)",
        request: ("POST", "systemusers"),
        entries: 1,
        run: |client| {
            let given = json!({
                "systemuserid": "c9000000-0000-4000-8000-000000000001",
                "internalemailaddress": "erika@contoso.example", "businessunitid": seed::SALES_UNIT.to_string(),
            });
            users::create(client, &object(given), Options::default()).map(|change| told(change.changed))
        },
    },
    Operation {
        name: "user_update",
        request: ("PATCH", "systemusers("),
        entries: 1,
        run: |client| {
            let given = object(json!({ "jobtitle": "Clerk" }));
            users::update(client, seed::ADELE, &given, Options::default()).map(|change| told(change.changed))
        },
    },
    Operation {
        name: "user_set_enabled",
        request: ("PATCH", "systemusers("),
        entries: 1,
        run: |client| users::set_enabled(client, seed::ADELE, false, Mode::Apply).map(|change| told(change.changed)),
    },
    Operation {
        name: "user_move",
        request: ("PATCH", "systemusers("),
        entries: 2,
        run: |client| {
            users::move_to(client, seed::ADELE, &seed::SERVICE_UNIT.into(), false, Mode::Apply)
                .map(|change| told(change.changed))
        },
    },
    Operation {
        name: "user_move (roles restored)",
        request: ("POST", "$ref"),
        entries: 3,
        run: |client| {
            users::move_to(client, seed::ADELE, &"Service".into(), true, Mode::Apply).map(|change| told(change.changed))
        },
    },
    Operation {
        name: "user_delete",
        request: ("DELETE", "systemusers("),
        entries: 1,
        run: |client| users::delete(client, seed::CHIARA, Mode::Apply).map(|change| told(change.changed)),
    },
    Operation {
        name: "role_assign",
        request: ("POST", "$ref"),
        entries: 1,
        run: |client| {
            roles::assign(client, seed::ADELE, &"Sales Manager".into(), None, Mode::Apply)
                .map(|change| told(change.changed))
        },
    },
    Operation {
        name: "role_revoke",
        request: ("DELETE", "$ref"),
        entries: 1,
        run: |client| {
            roles::revoke(client, seed::ADELE, &"Salesperson".into(), None, Mode::Apply)
                .map(|change| told(change.changed))
        },
    },
    Operation {
        name: "user_set_roles",
        request: ("POST", "$ref"),
        entries: 2,
        run: |client| {
            roles::set(client, seed::ADELE, &["Sales Manager".into()], None, Mode::Apply).map(|set| told(set.changed))
        },
    },
    Operation {
        name: "team_role_assign",
        request: ("POST", "$ref"),
        entries: 1,
        run: |client| {
            teams::assign_role(client, sales_team(), &"Salesperson".into(), None, Mode::Apply)
                .map(|change| told(change.changed))
        },
    },
    Operation {
        name: "team_role_revoke",
        request: ("DELETE", "$ref"),
        entries: 1,
        run: |client| {
            teams::revoke_role(client, sales_team(), &ROLE_OF_TEAM.into(), None, Mode::Apply)
                .map(|change| told(change.changed))
        },
    },
    Operation {
        name: "request (GET)",
        request: ("GET", "businessunits"),
        entries: 0,
        run: |client| requests::request(client, "GET", "businessunits", &Map::new(), None).map(|_| Told::Unchanged),
    },
    Operation {
        name: "request (POST)",
        request: ("POST", "teams"),
        entries: 1,
        run: |client| {
            let body = json!({ "name": "Field team" }).to_string().into_bytes();
            requests::request(client, "POST", "teams", &Map::new(), Some(body)).map(|_| Told::Changed)
        },
    },
];
