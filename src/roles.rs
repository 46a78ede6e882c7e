//! Roles: read, assign, revoke.

use reqwest::Method;
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::client::{Client, Pages};
use crate::error::{Error, Result, Status};
use crate::http::{Effect, Request, Response};
use crate::odata::{self, Entity, Query, Row};
use crate::users::{Action, USER};

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
pub struct RoleChange {
    /// Whether anything was changed.
    pub changed: bool,
    /// `Added`, `Removed` or `Unchanged`.
    pub action: Action,
    /// The user: `systemuserid`, `fullname`, `businessunitid`.
    pub user: Row,
    /// The role: `roleid`, `name`, `businessunitid`.
    pub role: Row,
}

/// A role by its id or by its name.
///
/// Every business unit has its own copy of every role, with an id of its own. A name means the copy in the user's business unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoleRef {
    /// The role with this `roleid`.
    Id(Uuid),
    /// The role of this name in the user's business unit.
    Name(String),
}

impl From<&str> for RoleRef {
    fn from(text: &str) -> Self {
        Uuid::parse_str(text.trim()).map_or_else(|_| RoleRef::Name(text.trim().to_owned()), RoleRef::Id)
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
/// # Errors
/// `UserNotFound`, `RoleNotFound`, `AmbiguousName`; `ConstraintViolation` where the role belongs to another business unit than the
/// user, or the user is disabled.
pub fn assign(client: &Client, user: Uuid, role: &RoleRef) -> Result<RoleChange> {
    let pair = Pair::read(client, user, role)?;
    if pair.is_held(client)? {
        return Ok(pair.change(Action::Unchanged));
    }
    let url = pair.url(client, "/systemuserroles_association/$ref");
    let link = json!({ "@odata.id": odata::row_url(client.api(), &ROLE, pair.role_id, "", &[]).as_str() });
    let request = Request::new(Method::POST, url, Effect::RepeatableChange)
        .body("application/json", link.to_string().into_bytes());
    let response = client.send(request)?;
    // Some environments answer so where another was quicker; after a repeated try it is this client's own first one.
    let is_held_now = matches!(response.status, 409 | 412) && odata::is_code(&response, "0x80040237");
    pair.conclude(response, is_held_now, Action::Added)
}

/// Revokes a role from a user. A user who does not hold it is left as is, and the result says so.
///
/// # Errors
/// `UserNotFound`, `RoleNotFound`, `AmbiguousName`.
pub fn revoke(client: &Client, user: Uuid, role: &RoleRef) -> Result<RoleChange> {
    let pair = Pair::read(client, user, role)?;
    if !pair.is_held(client)? {
        return Ok(pair.change(Action::Unchanged));
    }
    let url = pair.url(client, &format!("/systemuserroles_association({})/$ref", pair.role_id));
    let response = client.send(Request::new(Method::DELETE, url, Effect::RepeatableChange))?;
    // User and role were just seen: what is not found is the assignment.
    let is_gone = response.status == 404;
    pair.conclude(response, is_gone, Action::Removed)
}

/// A user and a role that both exist.
struct Pair {
    user_id: Uuid,
    user: Row,
    role_id: Uuid,
    role: Row,
}

impl Pair {
    fn read(client: &Client, user_id: Uuid, role: &RoleRef) -> Result<Self> {
        let names = |list: [&str; 3]| list.map(str::to_owned).to_vec();
        let user = client.row(
            &USER,
            user_id,
            &odata::columns_of(&USER, &names(["systemuserid", "fullname", "businessunitid"]))?,
        )?;
        let columns = names(["roleid", "name", "businessunitid"]);
        let (role_id, role) = match role {
            RoleRef::Id(id) => (*id, get(client, *id, &columns)?),
            RoleRef::Name(name) => find(client, name, &user, columns)?,
        };
        Ok(Pair { user_id, user, role_id, role })
    }

    fn url(&self, client: &Client, then: &str) -> url::Url {
        odata::row_url(client.api(), &USER, self.user_id, then, &[])
    }

    fn is_held(&self, client: &Client) -> Result<bool> {
        let query = Query {
            columns: vec!["roleid".to_owned()],
            filter: Some(format!("roleid eq {}", self.role_id)),
            ..Query::default()
        };
        let path = format!("systemusers({})/systemuserroles_association", self.user_id);
        let held = client.rows(&path, &ROLE_OF_USER, &query, format!("systemuser {}", self.user_id))?;
        Ok(!held.is_empty())
    }

    fn change(self, action: Action) -> RoleChange {
        RoleChange { changed: action != Action::Unchanged, action, user: self.user, role: self.role }
    }

    /// `is_so_already`: the refusal means that the wanted state is there.
    fn conclude(self, response: Response, is_so_already: bool, action: Action) -> Result<RoleChange> {
        if response.is_success() {
            return Ok(self.change(action));
        }
        if is_so_already {
            let by_us = response.uncertain;
            return Ok(self.change(if by_us { action } else { Action::Unchanged }));
        }
        let name = self.role["name"].as_str().unwrap_or_default();
        Err(odata::to_error(
            &response,
            &format!("role '{name}' ({}) of systemuser {}", self.role_id, self.user_id),
            None,
        ))
    }
}

/// The role of this name in the user's business unit.
fn find(client: &Client, name: &str, user: &Row, columns: Vec<String>) -> Result<(Uuid, Row)> {
    let unit = user["businessunitid"].as_str().unwrap_or_default();
    if name.is_empty() {
        return Err(Error::new(Status::InvalidArgument, "The role has neither an id nor a name."));
    }
    let filter = format!("name eq {} and _businessunitid_value eq {unit}", odata::quote(name));
    let query = Query { columns, filter: Some(filter), ..Query::default() };
    let mut found = client.rows(ROLE.set, &ROLE, &query, format!("role '{name}'"))?;
    let shown = name.escape_debug();
    if found.len() > 1 {
        let ids: Vec<_> = found.iter().filter_map(|role| role["roleid"].as_str()).collect();
        return Err(Error::new(
            Status::AmbiguousName,
            format!("{} roles in business unit {unit} have the name '{shown}'.", found.len()),
        )
        .with_advice(format!("Give one of their ids: {}.", ids.join(", ")))
        .with_target(format!("role '{shown}'")));
    }
    let role = found.pop().ok_or_else(|| {
        Error::new(Status::RoleNotFound, format!("There is no role '{shown}' in the user's business unit {unit}."))
            .with_advice("Check the name; give the role's id where it belongs to another business unit.")
            .with_target(format!("role '{shown}'"))
    })?;
    let id = role["roleid"].as_str().and_then(|id| Uuid::parse_str(id).ok());
    let id =
        id.ok_or_else(|| Error::new(Status::UnexpectedResponse, format!("The role '{shown}' came without its id.")))?;
    Ok((id, role))
}
