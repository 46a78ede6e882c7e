//! Moving a user to another business unit, and putting back the roles that it costs.

use serde_json::{Map, json};
use uuid::Uuid;

use super::UserChange;
use super::update::apply;
use crate::attributes::{self, Purpose};
use crate::business_units::{self, UnitRef};
use crate::change::{Action, Mode};
use crate::client::Client;
use crate::error::{Error, Result, Status};
use crate::odata::{self, Row};
use crate::roles::{self, RoleRef};

/// Moves a user to a business unit. The environment usually takes all roles from a user who moves; which ones it took is in the
/// result. With `restore` the user gets the roles of the same names in the new business unit in their place.
///
/// # Errors
/// `UserNotFound`, `BusinessUnitNotFound`, `AmbiguousName`. Where the move succeeded and a role could not be put back, the error says
/// which ones were, and which ones were not.
pub fn move_to(client: &Client, id: Uuid, unit: &UnitRef, restore: bool, mode: Mode) -> Result<UserChange> {
    let unit = odata::id_of(&business_units::find(client, unit)?, "businessunitid")?;
    let given = Map::from_iter([("businessunitid".to_owned(), json!(unit.to_string()))]);
    let mut change = apply(client, id, attributes::check(&given, Purpose::Update, false)?, Action::Moved, mode)?;
    if restore {
        put_back(client, id, unit, mode, &mut change)?;
    }
    Ok(change)
}

fn put_back(client: &Client, id: Uuid, unit: Uuid, mode: Mode, change: &mut UserChange) -> Result<()> {
    let lost = change.roles_removed.clone();
    for (index, role) in lost.iter().enumerate() {
        let name = RoleRef::Name(role["name"].as_str().unwrap_or_default().to_owned());
        let outcome = match mode {
            Mode::Apply => roles::assign(client, id, &name, Some(&unit.into()), mode).map(|done| done.role),
            // The user is not there yet: only whether there is such a role can be told.
            Mode::Plan => roles::find_in(client, &name, id, unit),
        };
        match outcome {
            Ok(role) => change.roles_restored.push(role),
            Err(error) if error.status() == Status::RoleNotFound => change.roles_without_copy.push(role.clone()),
            Err(error) => return Err(half_way(error, id, &change.roles_restored, &lost[index..])),
        }
    }
    Ok(())
}

fn half_way(error: Error, id: Uuid, restored: &[Row], left: &[Row]) -> Error {
    let names = |roles: &[Row]| {
        let names: Vec<_> =
            roles.iter().map(|role| format!("'{}'", role["name"].as_str().unwrap_or_default())).collect();
        if names.is_empty() { "none".to_owned() } else { names.join(", ") }
    };
    error.with_note(format!(
        "The systemuser {id} was moved, which took its roles. Put back: {}; not put back: {}.",
        names(restored),
        names(left)
    ))
}
