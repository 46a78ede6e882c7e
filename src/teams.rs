//! Teams: read, their members, their roles.

use serde::Serialize;
use uuid::Uuid;

use crate::business_units::UnitRef;
use crate::change::{Action, Mode};
use crate::client::Client;
use crate::error::{Result, Status};
use crate::holder::Kind;
use crate::odata::{self, Entity, Query, Row};
use crate::pages::Pages;
use crate::roles::{self, RoleRef};
use crate::users::{self, USER};

pub(crate) const TEAM: Entity = Entity {
    set: "teams",
    name: "team",
    lookups: &["administratorid", "businessunitid", "createdby", "modifiedby"],
    columns: &["teamid", "name", "businessunitid", "teamtype", "isdefault", "administratorid", "description"],
    missing: Status::TeamNotFound,
};

/// A user in the list of a team's members: it is the team that is missing where there is none.
const MEMBER: Entity = Entity { missing: Status::TeamNotFound, ..USER };
/// A role in the list of a team's roles: the same.
const ROLE_OF_TEAM: Entity = Entity { missing: Status::TeamNotFound, ..roles::ROLE };

/// What assigning a role to a team or revoking it did.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TeamRoleChange {
    /// Whether anything was changed.
    pub changed: bool,
    /// Whether the change was only worked out.
    pub planned: bool,
    /// `Added`, `Removed` or `Unchanged`.
    pub action: Action,
    /// The team: `teamid`, `name`, `businessunitid`.
    pub team: Row,
    /// The role: `roleid`, `name`, `businessunitid`.
    pub role: Row,
}

/// One team. `columns` are logical names; none means the usual ones.
///
/// # Errors
/// `TeamNotFound` where there is no such team.
pub fn get(client: &Client, id: Uuid, columns: &[String]) -> Result<Row> {
    client.row(&TEAM, id, &odata::columns_of(&TEAM, columns)?)
}

/// Teams, page by page.
pub fn list(client: &Client, query: &Query) -> Result<Pages> {
    client.pages(TEAM.set, &TEAM, query, "the teams".into())
}

/// The users who belong to a team; with the column `businessunitname` beside those of the table.
///
/// # Errors
/// The first page is `TeamNotFound` where there is no such team.
pub fn members(client: &Client, id: Uuid, query: &Query) -> Result<Pages> {
    let columns = users::columns_of(&query.columns, &[users::UNIT_NAME])?;
    let path = format!("teams({id})/teammembership_association");
    Ok(client.pages_of(&path, &MEMBER, columns, query, format!("team {id}")))
}

/// The roles that a team holds.
///
/// # Errors
/// The first page is `TeamNotFound` where there is no such team.
pub fn roles(client: &Client, id: Uuid, query: &Query) -> Result<Pages> {
    client.pages(&format!("teams({id})/teamroles_association"), &ROLE_OF_TEAM, query, format!("team {id}"))
}

/// Assigns a role to a team; as [`roles::assign`], but a name means the role of the team's own business unit.
///
/// # Errors
/// `TeamNotFound`, `RoleNotFound`, `AmbiguousName`; `ConstraintViolation` where the role belongs to another business unit, or the team
/// is an access team.
pub fn assign_role(
    client: &Client,
    team: Uuid,
    role: &RoleRef,
    unit: Option<&UnitRef>,
    mode: Mode,
) -> Result<TeamRoleChange> {
    roles::assign_to(client, Kind::Team, team, role, unit, mode).map(TeamRoleChange::from)
}

/// Revokes a role from a team.
///
/// # Errors
/// `TeamNotFound`, `RoleNotFound`, `AmbiguousName`.
pub fn revoke_role(
    client: &Client,
    team: Uuid,
    role: &RoleRef,
    unit: Option<&UnitRef>,
    mode: Mode,
) -> Result<TeamRoleChange> {
    roles::revoke_from(client, Kind::Team, team, role, unit, mode).map(TeamRoleChange::from)
}

impl From<roles::Change> for TeamRoleChange {
    fn from(change: roles::Change) -> Self {
        let roles::Change { changed, planned, action, holder, role } = change;
        TeamRoleChange { changed, planned, action, team: holder, role }
    }
}
