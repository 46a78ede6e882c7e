//! Setting a user's roles: exactly these, whatever the user held before.

use serde::Serialize;
use uuid::Uuid;

use super::RoleRef;
use super::assign::apply;
use super::resolve::{self, Found};
use crate::business_units::UnitRef;
use crate::change::{Action, Mode};
use crate::client::Client;
use crate::error::{Error, Result};
use crate::holder::{Holder, Kind};
use crate::odata::{self, Row};

/// What setting the roles of a user did.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RoleSet {
    /// Whether anything was changed.
    pub changed: bool,
    /// Whether the change was only worked out.
    pub planned: bool,
    /// The user: `systemuserid`, `fullname`, `businessunitid`.
    pub user: Row,
    /// Each role that the user got, lost or kept, in the order in which that was done.
    pub roles: Vec<RoleStep>,
}

/// One role of [`RoleSet`].
#[derive(Debug, Clone, Serialize)]
pub struct RoleStep {
    /// `Added`, `Removed` or `Unchanged`.
    pub action: Action,
    /// The role: `roleid`, `name`, `businessunitid`.
    pub role: Row,
}

/// Gives a user exactly these roles: first it adds what is missing, then it takes what is too much, so that a failure half way never
/// leaves the user with less than both sets have in common. Every role is found before anything is changed.
///
/// # Errors
/// As [`super::assign`]; the error says what was done before it.
pub fn set(client: &Client, user: Uuid, roles: &[RoleRef], unit: Option<&UnitRef>, mode: Mode) -> Result<RoleSet> {
    let holder = Holder::read(client, Kind::User, user)?;
    let mut wanted: Vec<Found> = Vec::new();
    for role in roles {
        let found = resolve::find(client, role, &holder, unit)?;
        if !wanted.iter().any(|other| other.id == found.id) {
            wanted.push(found);
        }
    }
    let mut plan: Vec<(Action, Found)> = Vec::new();
    plan.extend(wanted.iter().filter(|role| !holder.holds(role.id)).map(|role| (Action::Added, role.clone())));
    for held in &holder.roles {
        let id = odata::id_of(held, "roleid")?;
        let action = if wanted.iter().any(|role| role.id == id) { Action::Unchanged } else { Action::Removed };
        plan.push((action, Found { id, row: held.clone(), remembered: false }));
    }
    // Roles that stay are told last.
    plan.sort_by_key(|(action, _)| *action == Action::Unchanged);
    let mut changed = false;
    let mut done: Vec<RoleStep> = Vec::new();
    for (action, role) in plan {
        let action = if mode == Mode::Apply && action != Action::Unchanged {
            let (by_us, action) = apply(client, &holder, &role, action).map_err(|error| half_way(error, &done))?;
            changed |= by_us;
            action
        } else {
            action
        };
        done.push(RoleStep { action, role: role.row });
    }
    Ok(RoleSet { changed, planned: mode == Mode::Plan, user: holder.row, roles: done })
}

fn half_way(error: Error, done: &[RoleStep]) -> Error {
    let listed = |action: Action| {
        let names = done.iter().filter(|step| step.action == action);
        let names: Vec<_> = names.map(|step| format!("'{}'", step.role["name"].as_str().unwrap_or_default())).collect();
        if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
    };
    error.with_note(format!(
        "Before that, {} was added and {} removed; the other roles are as they were.",
        listed(Action::Added),
        listed(Action::Removed)
    ))
}
