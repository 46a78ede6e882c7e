//! Updating, enabling and disabling a user: only what differs is sent.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Options, USER, UserChange, get};
use crate::attributes::{self, Checked, Purpose};
use crate::change::{Action, Mode};
use crate::client::Client;
use crate::error::Result;
use crate::holder::{Holder, Kind};
use crate::odata::{self, Row};

/// The usual columns.
pub(super) const USUAL: &[&str] = &[];

/// Updates a user with the attributes that the connector's documentation allows on update. Reads the user first and sends only
/// what differs; where nothing does, nothing is sent.
///
/// # Errors
/// `InvalidAttribute` before any request; `UserNotFound`; whatever the environment refuses.
pub fn update(client: &Client, id: Uuid, given: &Map<String, Value>, options: Options) -> Result<UserChange> {
    let checked = attributes::check(given, Purpose::Update, options.any_attribute)?;
    apply(client, id, checked, Action::Updated, options.mode)
}

/// Enables or disables a user, and makes sure that it came so.
///
/// # Errors
/// `UserNotFound`; `ConstraintViolation` where a rule refuses it, such as for the last System Administrator.
pub fn set_enabled(client: &Client, id: Uuid, enabled: bool, mode: Mode) -> Result<UserChange> {
    let given = Map::from_iter([("isdisabled".to_owned(), json!(!enabled))]);
    let checked = attributes::check(&given, Purpose::Update, false)?;
    apply(client, id, checked, if enabled { Action::Enabled } else { Action::Disabled }, mode)
}

/// Changes what differs. A change of the business unit tells the roles that it cost.
pub(super) fn apply(client: &Client, id: Uuid, mut checked: Checked, action: Action, mode: Mode) -> Result<UserChange> {
    let mut columns = odata::columns_of(&USER, USUAL)?;
    let usual = columns.len();
    for column in checked.others.iter().map(|other| other.column()) {
        if !columns.iter().any(|known| known.name == column.name) {
            columns.push(column);
        }
    }
    let mut before = client.row(&USER, id, &columns)?;
    checked.settings.retain(|(attribute, setting)| !setting.is(&before[attribute.name]));
    checked.others.retain(|other| !other.is(&before));
    let warnings = std::mem::take(&mut checked.warnings);
    let changes = checked.changes(&before);
    if changes.is_empty() {
        before.retain(|name, _| columns[..usual].iter().any(|column| column.name == *name));
        let planned = mode == Mode::Plan;
        return Ok(UserChange { planned, ..UserChange::of(before, Action::Unchanged, warnings) });
    }
    let moves = checked.get("businessunitid").is_some();
    let held = if moves { Holder::read(client, Kind::User, id)?.roles } else { Vec::new() };
    if mode == Mode::Plan {
        before.retain(|name, _| columns[..usual].iter().any(|column| column.name == *name));
        let roles_removed = held;
        return Ok(UserChange { planned: true, changes, roles_removed, ..UserChange::of(before, action, warnings) });
    }
    let user = client.patch(&USER, id, &checked.payload(), &columns[..usual])?;
    let roles_removed = lost(client, id, held)?;
    Ok(UserChange { changed: true, changes, roles_removed, ..UserChange::of(user, action, warnings) })
}

/// Which of the roles that a user held before a move it has no more.
fn lost(client: &Client, id: Uuid, held: Vec<Row>) -> Result<Vec<Row>> {
    if held.is_empty() {
        return Ok(held);
    }
    let kept = Holder::read(client, Kind::User, id).map_err(|error| {
        error.with_note(format!(
            "The systemuser {id} was moved; which of its {} roles it kept could not be read.",
            held.len()
        ))
    })?;
    Ok(held.into_iter().filter(|role| !kept.roles.iter().any(|other| other["roleid"] == role["roleid"])).collect())
}

/// Whether a user is there.
pub(super) fn exists(client: &Client, id: Uuid) -> Result<bool> {
    match get(client, id, &["systemuserid".to_owned()]) {
        Ok(_) => Ok(true),
        Err(error) if error.status() == crate::error::Status::UserNotFound => Ok(false),
        Err(error) => Err(error),
    }
}
