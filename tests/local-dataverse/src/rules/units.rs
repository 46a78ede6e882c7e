//! Rules of business units.

use uuid::Uuid;

use super::users::duplicate_key;
use super::{Change, children, required};
use super::{roles, teams};
use crate::model::{BusinessUnit, Children, Others, Scalar, Team, text};
use crate::odata::payload::Changes;
use crate::odata::{ApiResult, ODataError};
use crate::store::Store;

const LOGICAL_NAME: &str = "businessunit";
const PARENT: &str = "_parentbusinessunitid_value";

/// Refuses to go on where a business unit is disabled.
pub fn must_be_enabled(store: &Store, id: Uuid) -> ApiResult<()> {
    let unit = store.units.get(id).ok_or_else(|| ODataError::not_found(LOGICAL_NAME, id))?;
    if unit.is_disabled {
        let message = format!("The specified business unit : '{}' is disabled.", unit.name);
        return Err(ODataError::bad_request("0x8004032c", message));
    }
    Ok(())
}

fn name_must_be_free(store: &Store, unit: &BusinessUnit) -> ApiResult<()> {
    if store.units.iter().any(|other| other.id != unit.id && text::same(&other.name, &unit.name)) {
        return Err(ODataError::bad_request("0x8004022a", "An object with the specified name already exists."));
    }
    Ok(())
}

/// Adds a business unit, and its copy of every role.
pub fn create(change: &mut Change<'_>, mut values: Changes) -> ApiResult<Uuid> {
    let sent = values.names::<BusinessUnit>();
    let root = change.store.root_unit().map(|unit| unit.id);
    let parent = values.take::<BusinessUnit>(PARENT).and_then(Scalar::into_guid).or(root);
    let parent = required(parent, "parentbusinessunitid", LOGICAL_NAME)?;
    let name = values.take::<BusinessUnit>("name").and_then(Scalar::into_text);
    let name = required(name, "name", LOGICAL_NAME)?;
    must_be_enabled(change.store, parent)?;
    let id = values.key.unwrap_or_else(Uuid::new_v4);
    if change.store.units.contains(id) {
        return Err(duplicate_key());
    }
    let mut unit = BusinessUnit {
        id,
        version: 0,
        created_on: change.actor.now,
        modified_on: change.actor.now,
        created_by: Some(change.actor.caller),
        modified_by: None,
        name,
        parent: Some(parent),
        is_disabled: false,
        others: Others::default(),
    };
    values.apply(&mut unit);
    name_must_be_free(change.store, &unit)?;
    change.store.insert(change.actor, unit.clone(), sent);
    roles::copy_into(change, id, parent);
    teams::add_default(change, &unit);
    Ok(id)
}

/// Changes a business unit.
pub fn update(change: &mut Change<'_>, id: Uuid, values: Changes) -> ApiResult<()> {
    let before = change.store.units.get(id).ok_or_else(|| ODataError::not_found(LOGICAL_NAME, id))?.clone();
    let sent = values.names::<BusinessUnit>();
    if values.key.is_some_and(|key| key != id) {
        return Err(ODataError::bad_request("0x80040203", "The attribute 'businessunitid' can't be changed."));
    }
    let mut unit = (*before).clone();
    values.apply(&mut unit);
    required((!unit.name.is_empty()).then_some(()), "name", LOGICAL_NAME)?;
    if before.parent.is_none() && unit.is_disabled {
        return Err(ODataError::bad_request("0x80040203", "The root business unit can't be disabled."));
    }
    if unit.parent != before.parent {
        let Some(parent) = unit.parent.filter(|_| before.parent.is_some()) else {
            return Err(ODataError::bad_request(
                "0x80040203",
                "The root business unit can't get a parent, and no other business unit can be without one.",
            ));
        };
        if would_loop(change.store, id, parent) {
            return Err(ODataError::bad_request(
                "0x80041d21",
                "Creating this parental association would create a loop in business hierarchy.",
            ));
        }
    }
    name_must_be_free(change.store, &unit)?;
    let renamed = (unit.name != before.name).then(|| unit.name.clone());
    change.store.replace(change.actor, unit, sent);
    if let Some(name) = renamed {
        teams::rename_default(change, id, &name);
    }
    Ok(())
}

fn would_loop(store: &Store, id: Uuid, parent: Uuid) -> bool {
    let mut next = Some(parent);
    while let Some(unit) = next {
        if unit == id {
            return true;
        }
        next = store.units.get(unit).and_then(|unit| unit.parent);
    }
    false
}

/// Takes a business unit out, with its copies of the roles: it must be disabled, without users, and no unit below it.
pub fn delete(change: &mut Change<'_>, id: Uuid) -> ApiResult<()> {
    let unit = change.store.units.get(id).ok_or_else(|| ODataError::not_found(LOGICAL_NAME, id))?;
    let reason = if unit.parent.is_none() {
        Some("The root business unit can't be deleted.")
    } else if !unit.is_disabled {
        Some("A business unit must be disabled before it is deleted.")
    } else if change.store.children(Children::UNITS_OF_UNIT, id).keys(None).next().is_some() {
        Some("The business unit has business units below it: delete or move them first.")
    } else if change.store.children(Children::USERS_OF_UNIT, id).keys(None).next().is_some() {
        Some("The business unit has users: move them first.")
    } else if children::<Team>(change.store, Children::TEAMS_OF_UNIT, id).any(|team| !team.is_default) {
        Some("The business unit has teams: move or delete them first.")
    } else {
        None
    };
    if let Some(reason) = reason {
        return Err(ODataError::bad_request("0x80040203", reason));
    }
    let copies: Vec<Uuid> = change.store.children(Children::ROLES_OF_UNIT, id).keys(None).collect();
    for copy in copies {
        roles::remove(change, copy);
    }
    if let Some(team) = teams::default_of(change.store, id) {
        teams::remove(change, team);
    }
    change.store.delete::<BusinessUnit>(change.actor, id);
    Ok(())
}
