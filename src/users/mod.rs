//! Users (`systemuser`): read, create, update, enable, disable, move, delete.

mod create;
mod delete;
mod movement;
mod update;

use serde::Serialize;
use uuid::Uuid;

use crate::client::Client;
use crate::error::{Result, Status};
use crate::odata::{self, Column, Entity, Query, Row};
use crate::pages::Pages;
use crate::roles;

pub use crate::change::{Action, AttributeChange, Mode};
pub use create::create;
pub use delete::delete;
pub use movement::move_to;
pub use update::{set_enabled, update};

pub(crate) const USER: Entity = Entity {
    set: "systemusers",
    name: "systemuser",
    lookups: &["businessunitid", "parentsystemuserid", "createdby", "modifiedby"],
    columns: &[
        "systemuserid",
        "fullname",
        "domainname",
        "internalemailaddress",
        "firstname",
        "lastname",
        "businessunitid",
        "isdisabled",
        "accessmode",
        "applicationid",
        "photourl",
        "employeeid",
        "governmentid",
        "homephone",
        "jobtitle",
        "middlename",
        "mobilephone",
        "nickname",
        "salutation",
        "skills",
        "title",
    ],
    missing: Status::UserNotFound,
};

/// A column of lists that is none of the table: the names of the roles that a user holds of its own, separated by GS (0x1D).
const ROLE_NAMES: &str = "roles";
/// Likewise, of one user as well: the name of its business unit.
pub(crate) const UNIT_NAME: &str = "businessunitname";

/// How a user is created or changed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Whether the change is made, or only worked out.
    pub mode: Mode,
    /// Whether attributes beyond those of the connector's documentation may be set. They are sent as they are, under their logical names; a
    /// lookup as `<name>@odata.bind` with `/<entity set>(<id>)`.
    pub any_attribute: bool,
}

/// What a change of a user did.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UserChange {
    /// Whether anything was changed.
    pub changed: bool,
    /// Whether the change was only worked out.
    pub planned: bool,
    /// What was done.
    pub action: Action,
    /// The user as it is afterwards, with the usual columns.
    pub user: Row,
    /// What differs from before; empty for a new user.
    pub changes: Vec<AttributeChange>,
    /// What was left out, and why.
    pub warnings: Vec<String>,
    /// The roles that a move to another business unit cost.
    pub roles_removed: Vec<Row>,
    /// The roles of the new business unit that the user got in their place.
    pub roles_restored: Vec<Row>,
    /// Those that have no copy in the new business unit.
    pub roles_without_copy: Vec<Row>,
}

impl UserChange {
    /// A change that did nothing yet.
    fn of(user: Row, action: Action, warnings: Vec<String>) -> Self {
        let (changes, roles_removed, roles_restored, roles_without_copy) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        UserChange {
            changed: false,
            planned: false,
            action,
            user,
            changes,
            warnings,
            roles_removed,
            roles_restored,
            roles_without_copy,
        }
    }
}

/// One user. `columns` are logical names; none means the usual ones. Beside those of the table there is the column `businessunitname`: the
/// name of the user's business unit.
///
/// # Errors
/// `UserNotFound` where there is no such user.
pub fn get(client: &Client, id: Uuid, columns: &[String]) -> Result<Row> {
    client.row(&USER, id, &columns_of(columns, &[UNIT_NAME])?)
}

/// Users, page by page. Beside those of the table there are the columns `roles`, the names of the roles that the user holds of its own,
/// separated by GS (0x1D), and `businessunitname`.
pub fn list(client: &Client, query: &Query) -> Result<Pages> {
    let columns = columns_of(&query.columns, &[ROLE_NAMES, UNIT_NAME])?;
    Ok(client.pages_of(USER.set, &USER, columns, query, "the users".into()))
}

/// The columns of users that were asked for, or the usual ones; those in `beyond` are none of the table.
pub(crate) fn columns_of(names: &[String], beyond: &[&str]) -> Result<Vec<Column>> {
    let is_beyond = |name: &str| beyond.iter().any(|beyond| name.trim().eq_ignore_ascii_case(beyond));
    let own: Vec<&String> = names.iter().filter(|name| !is_beyond(name)).collect();
    let mut columns = match own.is_empty() && !names.is_empty() {
        true => Vec::new(),
        false => odata::columns_of(&USER, &own)?,
    };
    for (place, name) in names.iter().enumerate().filter(|(_, name)| is_beyond(name)) {
        let property =
            if name.trim().eq_ignore_ascii_case(UNIT_NAME) { "businessunitid" } else { "systemuserroles_association" };
        let column = Column::related(name.trim(), property, "$select=name".to_owned(), Some("name"));
        columns.insert(place.min(columns.len()), column);
    }
    Ok(columns)
}

/// The roles that a user holds of its own (those of its teams are not among them).
///
/// # Errors
/// The first page is `UserNotFound` where there is no such user.
pub fn roles(client: &Client, id: Uuid, query: &Query) -> Result<Pages> {
    client.pages(
        &format!("systemusers({id})/systemuserroles_association"),
        &roles::ROLE_OF_USER,
        query,
        format!("systemuser {id}"),
    )
}
