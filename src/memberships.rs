//! Who holds which role, teams' roles included: read in a few streamed requests, never one a user.

use std::borrow::Cow;
use std::collections::HashMap;

use uuid::Uuid;

use crate::business_units::{self, UnitRef};
use crate::client::Client;
use crate::error::{Error, Result, Status};
use crate::odata::{self, Batch, Column, Entity, Query};
use crate::pages::Pages;
use crate::roles::{ROLE, RoleRef};
use crate::teams::{self, TEAM};
use crate::users::USER;

/// The columns of [`members`], in their order. The last two are empty for a user who holds the role itself.
pub const MEMBER_COLUMNS: [&str; 10] = [
    "systemuserid",
    "fullname",
    "internalemailaddress",
    "businessunitid",
    "isdisabled",
    "roleid",
    "rolename",
    "rolebusinessunitid",
    "teamid",
    "teamname",
];

/// The columns of [`all`], in their order. The last two are empty for a user who holds the role itself.
pub const ASSIGNMENT_COLUMNS: [&str; 7] =
    ["systemuserid", "fullname", "roleid", "rolename", "rolebusinessunitid", "teamid", "teamname"];

pub(crate) const USER_ROLE: Entity = Entity {
    set: "systemuserrolescollection",
    name: "systemuserroles",
    lookups: &[],
    columns: &["systemuserid", "roleid"],
    missing: Status::NotFound,
};

pub(crate) const TEAM_ROLE: Entity =
    Entity { set: "teamrolescollection", name: "teamroles", columns: &["teamid", "roleid"], ..USER_ROLE };

pub(crate) const TEAM_MEMBER: Entity =
    Entity { set: "teammemberships", name: "teammembership", columns: &["teamid", "systemuserid"], ..USER_ROLE };

/// How many teams one request asks for at once.
const TEAMS_AT_ONCE: usize = 50;

/// Batches of rows, one after the other.
pub type Batches = Box<dyn Iterator<Item = Result<Batch>> + Send>;

/// The users who hold a role: each who holds it itself, and then the members of each team that holds it. A name means the roles of that
/// name in all business units, or in `unit`.
///
/// # Errors
/// `RoleNotFound`, `BusinessUnitNotFound`, before the first batch.
pub fn members(client: &Client, role: &RoleRef, unit: Option<&UnitRef>) -> Result<Batches> {
    let unit = unit.map(|unit| odata::id_of(&business_units::find(client, unit)?, "businessunitid")).transpose()?;
    let (own, in_lambda) = role_filters(client, role, unit)?;
    let options = format!("$select=roleid,name,_businessunitid_value;$filter={own}");
    let with_roles = |property: &str| Column::related("roles", property, options.clone(), None);

    let mut columns = odata::columns_of(&USER, &MEMBER_COLUMNS[..5])?;
    columns.push(with_roles("systemuserroles_association"));
    let filter = Some(format!("systemuserroles_association/any(r:{in_lambda})"));
    let users = client.pages_of(
        USER.set,
        &USER,
        columns,
        &Query { filter, ..Query::default() },
        "the members of the role".into(),
    );
    let direct = users.map(|batch| batch.and_then(|batch| direct_members(&batch)));

    let mut columns = odata::columns_of(&TEAM, &["teamid", "name"])?;
    columns.push(with_roles("teamroles_association"));
    let filter = Some(format!("teamroles_association/any(r:{in_lambda})"));
    let holders = client.pages_of(
        TEAM.set,
        &TEAM,
        columns,
        &Query { filter, ..Query::default() },
        "the teams of the role".into(),
    );
    let client = client.clone();
    let through_teams = holders.flat_map(move |batch| -> Batches {
        match batch.and_then(|batch| team_holders(&batch)) {
            Ok(teams) => {
                let client = client.clone();
                Box::new(teams.into_iter().flat_map(move |team| team_members(&client, team)))
            }
            Err(error) => Box::new(std::iter::once(Err(error))),
        }
    });
    Ok(Box::new(direct.chain(through_teams)))
}

/// What the role must be, as a filter of roles and as one inside of a lambda over `r`. That there is such a role is found out first, so
/// that a wrong name is an error and not an empty list.
fn role_filters(client: &Client, role: &RoleRef, unit: Option<Uuid>) -> Result<(String, String)> {
    let mut conditions = match role {
        RoleRef::Id(id) => vec![("roleid", id.to_string())],
        RoleRef::Name(name) if name.is_empty() => {
            return Err(Error::new(Status::InvalidArgument, "The role has neither an id nor a name."));
        }
        RoleRef::Name(name) => vec![("name", odata::quote(name))],
    };
    if let Some(unit) = unit {
        conditions.push(("_businessunitid_value", unit.to_string()));
    }
    let joined = |prefix: &str| {
        let parts: Vec<_> = conditions.iter().map(|(name, value)| format!("{prefix}{name} eq {value}")).collect();
        parts.join(" and ")
    };
    let own = joined("");
    let columns = vec!["roleid".to_owned()];
    let query = Query { columns, filter: Some(own.clone()), first: Some(1), ..Query::default() };
    if client.rows(ROLE.set, &ROLE, &query, "the roles".into())?.is_empty() {
        let shown = match role {
            RoleRef::Id(id) => id.to_string(),
            RoleRef::Name(name) => format!("'{}'", name.escape_debug()),
        };
        let place = if unit.is_some() { " in that business unit" } else { "" };
        return Err(Error::new(Status::RoleNotFound, format!("There is no role {shown}{place}."))
            .with_advice("Check the name or the id.")
            .with_target(format!("role {shown}")));
    }
    Ok((own, joined("r/")))
}

/// One of the roles that a row was read with.
#[derive(serde::Deserialize)]
struct Held {
    roleid: String,
    name: String,
    #[serde(rename = "_businessunitid_value")]
    unit: String,
}

fn held(json: &str) -> Result<Vec<Held>> {
    serde_json::from_str(json)
        .map_err(|error| Error::new(Status::UnexpectedResponse, format!("The roles of a row can't be read: {error}.")))
}

fn direct_members(read: &Batch) -> Result<Batch> {
    let mut batch = Batch::default();
    for fields in read.records() {
        for role in held(&fields[5])? {
            let user = fields[..5].iter().map(Cow::as_ref);
            batch.push_record(user.chain([role.roleid.as_str(), &role.name, &role.unit, "", ""]));
        }
    }
    Ok(batch)
}

struct TeamHolder {
    id: Uuid,
    name: String,
    roles: Vec<Held>,
}

fn team_holders(read: &Batch) -> Result<Vec<TeamHolder>> {
    let team = |fields: Vec<Cow<'_, str>>| {
        let id = Uuid::parse_str(&fields[0])
            .map_err(|_| Error::new(Status::UnexpectedResponse, "A team came without its teamid."))?;
        Ok(TeamHolder { id, name: fields[1].to_string(), roles: held(&fields[2])? })
    };
    read.records().map(team).collect()
}

fn team_members(client: &Client, team: TeamHolder) -> Batches {
    let columns = MEMBER_COLUMNS[..5].iter().map(|name| (*name).to_owned()).collect();
    match teams::members(client, team.id, &Query { columns, ..Query::default() }) {
        Ok(pages) => Box::new(pages.map(move |batch| {
            let mut marked = Batch::default();
            let id = team.id.to_string();
            for fields in batch?.records() {
                for role in &team.roles {
                    let user = fields.iter().map(Cow::as_ref);
                    marked.push_record(user.chain([role.roleid.as_str(), &role.name, &role.unit, &id, &team.name]));
                }
            }
            Ok(marked)
        })),
        Err(error) => Box::new(std::iter::once(Err(error))),
    }
}

/// Every role that any user holds in the whole environment: those held directly, and then those of teams, once for each member. It comes from
/// the intersect tables, 5,000 pairs a request. Names of users are empty unless `user_names` is set, which reads the table of users first.
///
/// # Errors
/// Whatever the requests fail with.
pub fn all(client: &Client, user_names: bool) -> Result<Batches> {
    let names = if user_names { names_of_users(client)? } else { HashMap::new() };
    let roles = Roles::read(client)?;
    let through_teams = team_assignments(client, roles.clone(), names.clone())?;
    let pages = pages(client, &USER_ROLE, None, "the roles of the users")?;
    let direct = pages.map(move |batch| {
        let mut named = Batch::default();
        for fields in batch?.records() {
            let (role, unit) = roles.of(&fields[1]);
            let name = names.get(fields[0].as_ref()).map_or("", String::as_str);
            named.push_record([fields[0].as_ref(), name, fields[1].as_ref(), role, unit, "", ""]);
        }
        Ok(named)
    });
    Ok(Box::new(direct.chain(through_teams)))
}

fn pages(client: &Client, entity: &'static Entity, filter: Option<String>, about: &str) -> Result<Pages> {
    client.pages(entity.set, entity, &Query { filter, ..Query::default() }, about.to_owned())
}

/// Name and business unit of each role, by its id.
#[derive(Clone, Default)]
struct Roles(HashMap<String, (String, String)>);

impl Roles {
    fn read(client: &Client) -> Result<Self> {
        let columns = ["roleid", "name", "businessunitid"].map(str::to_owned).to_vec();
        let mut roles = HashMap::new();
        for batch in client.pages(ROLE.set, &ROLE, &Query { columns, ..Query::default() }, "the roles".into())? {
            for fields in batch?.records() {
                roles.insert(fields[0].to_string(), (fields[1].to_string(), fields[2].to_string()));
            }
        }
        Ok(Roles(roles))
    }

    /// A role that was made after the roles were read has no name here.
    fn of(&self, id: &str) -> (&str, &str) {
        self.0.get(id).map_or(("", ""), |(name, unit)| (name.as_str(), unit.as_str()))
    }
}

fn names_of_users(client: &Client) -> Result<HashMap<String, String>> {
    let columns = ["systemuserid", "fullname"].map(str::to_owned).to_vec();
    let mut names = HashMap::new();
    for batch in client.pages(USER.set, &USER, &Query { columns, ..Query::default() }, "the users".into())? {
        names.extend(batch?.records().map(|fields| (fields[0].to_string(), fields[1].to_string())));
    }
    Ok(names)
}

/// The roles of teams, once for each of their members. Only teams that hold a role are looked at.
fn team_assignments(client: &Client, roles: Roles, names: HashMap<String, String>) -> Result<Batches> {
    let mut held: HashMap<String, (String, Vec<String>)> = HashMap::new();
    for batch in pages(client, &TEAM_ROLE, None, "the roles of the teams")? {
        for fields in batch?.records() {
            held.entry(fields[0].to_string()).or_default().1.push(fields[1].to_string());
        }
    }
    let mut ids: Vec<String> = held.keys().cloned().collect();
    ids.sort_unstable();
    let chunks: Vec<Vec<String>> = ids.chunks(TEAMS_AT_ONCE).map(<[String]>::to_vec).collect();
    for ids in &chunks {
        let columns = ["teamid", "name"].map(str::to_owned).to_vec();
        let query = Query { columns, filter: Some(odata::one_of("teamid", ids)), ..Query::default() };
        for batch in client.pages(TEAM.set, &TEAM, &query, "the teams".into())? {
            for fields in batch?.records() {
                if let Some((name, _)) = held.get_mut(fields[0].as_ref()) {
                    *name = fields[1].to_string();
                }
            }
        }
    }
    let client = client.clone();
    Ok(Box::new(chunks.into_iter().flat_map(move |ids| -> Batches {
        let pages = match pages(&client, &TEAM_MEMBER, Some(odata::one_of("teamid", &ids)), "the members of the teams")
        {
            Ok(pages) => pages,
            Err(error) => return Box::new(std::iter::once(Err(error))),
        };
        let (held, roles, names) = (held.clone(), roles.clone(), names.clone());
        Box::new(pages.map(move |batch| {
            let mut named = Batch::default();
            for fields in batch?.records() {
                let Some((team, ids)) = held.get(fields[0].as_ref()) else { continue };
                let name = names.get(fields[1].as_ref()).map_or("", String::as_str);
                for id in ids {
                    let (role, unit) = roles.of(id);
                    named.push_record([fields[1].as_ref(), name, id, role, unit, fields[0].as_ref(), team]);
                }
            }
            Ok(named)
        }))
    })))
}
