//! Roles: read, find by name, assign, revoke, set.

mod assign;
mod resolve;
mod set;

use serde::Serialize;
use uuid::Uuid;

use crate::business_units::UnitRef;
use crate::change::{Action, Mode};
use crate::client::Client;
use crate::error::{Result, Status};
use crate::holder::{Holder, Kind};
use crate::odata::{self, Entity, Query, Row};
use crate::pages::Pages;

pub(crate) use assign::{Change, assign_to, revoke_from};
pub(crate) use resolve::RoleCache;
pub use resolve::RoleRef;
pub use set::{RoleSet, RoleStep, set};

pub(crate) const ROLE: Entity = Entity {
    set: "roles",
    name: "role",
    lookups: &["businessunitid", "parentroleid", "parentrootroleid", "roletemplateid"],
    columns: &["roleid", "name", "businessunitid", "parentrootroleid", "ismanaged"],
    missing: Status::RoleNotFound,
};

/// A role in the list of a user's roles: it is the user that is missing where there is none.
pub(crate) const ROLE_OF_USER: Entity = Entity { missing: Status::UserNotFound, ..ROLE };

/// What assigning or revoking a role did.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RoleChange {
    /// Whether anything was changed.
    pub changed: bool,
    /// Whether the change was only worked out.
    pub planned: bool,
    /// `Added`, `Removed` or `Unchanged`.
    pub action: Action,
    /// The user: `systemuserid`, `fullname`, `businessunitid`.
    pub user: Row,
    /// The role: `roleid`, `name`, `businessunitid`.
    pub role: Row,
}

impl From<Change> for RoleChange {
    fn from(change: Change) -> Self {
        let Change { changed, planned, action, holder, role } = change;
        RoleChange { changed, planned, action, user: holder, role }
    }
}

/// One role. `columns` are logical names; none means the usual ones.
///
/// # Errors
/// `RoleNotFound` where there is no such role.
pub fn get(client: &Client, id: Uuid, columns: &[String]) -> Result<Row> {
    client.row(&ROLE, id, &odata::columns_of(&ROLE, columns)?)
}

/// Roles, page by page.
pub fn list(client: &Client, query: &Query) -> Result<Pages> {
    client.pages(ROLE.set, &ROLE, query, "the roles".into())
}

/// Assigns a role to a user. A user who holds it already is left as is, and the result says so.
///
/// A name means the role of that name in the user's own business unit, or in `unit` where one is given.
///
/// # Errors
/// `UserNotFound`, `RoleNotFound`, `BusinessUnitNotFound`, `AmbiguousName`; `ConstraintViolation` where the role belongs to another
/// business unit than the user, or the user is disabled; `OutcomeUnknown`.
pub fn assign(client: &Client, user: Uuid, role: &RoleRef, unit: Option<&UnitRef>, mode: Mode) -> Result<RoleChange> {
    assign_to(client, Kind::User, user, role, unit, mode).map(RoleChange::from)
}

/// The role of this name in a business unit: `roleid`, `name`, `businessunitid`.
pub(crate) fn find_in(client: &Client, role: &RoleRef, user: Uuid, unit: Uuid) -> Result<Row> {
    let holder = Holder::read(client, Kind::User, user)?;
    resolve::find(client, role, &holder, Some(&unit.into())).map(|found| found.row)
}

/// Revokes a role from a user. A user who does not hold it is left as is, and the result says so.
///
/// # Errors
/// `UserNotFound`, `RoleNotFound`, `BusinessUnitNotFound`, `AmbiguousName`; `ConstraintViolation`; `OutcomeUnknown`.
pub fn revoke(client: &Client, user: Uuid, role: &RoleRef, unit: Option<&UnitRef>, mode: Mode) -> Result<RoleChange> {
    revoke_from(client, Kind::User, user, role, unit, mode).map(RoleChange::from)
}
