//! Rules of roles: every business unit holds a copy of the roles of the unit above it.

use uuid::Uuid;

use super::users::duplicate_key;
use super::{Change, children, required};
use crate::model::{Children, Others, Relationship, Role, Scalar, TeamRole, UserRole, text};
use crate::odata::payload::Changes;
use crate::odata::{ApiResult, ODataError};

const LOGICAL_NAME: &str = "role";

/// Adds a role to a business unit, and copies of it to all units below.
pub fn create(change: &mut Change<'_>, mut values: Changes) -> ApiResult<Uuid> {
    let sent = values.names::<Role>();
    let unit = values.take::<Role>("_businessunitid_value").and_then(Scalar::into_guid);
    // The service puts a role into the caller's unit when the request names none.
    let own = change.store.users.get(change.actor.caller).map(|caller| caller.business_unit);
    let unit = required(unit.or(own), "businessunitid", LOGICAL_NAME)?;
    let name = values.take::<Role>("name").and_then(Scalar::into_text);
    let name = required(name, "name", LOGICAL_NAME)?;
    let id = values.key.unwrap_or_else(Uuid::new_v4);
    if change.store.roles.contains(id) {
        return Err(duplicate_key());
    }
    let mut role = Role {
        id,
        version: 0,
        created_on: change.actor.now,
        modified_on: change.actor.now,
        created_by: Some(change.actor.caller),
        modified_by: None,
        name,
        business_unit: unit,
        parent: None,
        root: id,
        template: None,
        is_managed: false,
        others: Others::default(),
    };
    values.apply(&mut role);
    name_must_be_free(change, &role)?;
    change.store.insert(change.actor, role, sent);
    copy_below(change, id, unit);
    Ok(id)
}

fn name_must_be_free(change: &Change<'_>, role: &Role) -> ApiResult<()> {
    let mut others = children::<Role>(change.store, Children::ROLES_OF_UNIT, role.business_unit);
    if others.any(|other| other.id != role.id && text::same(&other.name, &role.name)) {
        return Err(ODataError::bad_request(
            "0x8004022a",
            format!("A role named '{}' exists in the business unit {}.", role.name, role.business_unit),
        ));
    }
    Ok(())
}

fn copy_below(change: &mut Change<'_>, role: Uuid, unit: Uuid) {
    let below: Vec<Uuid> = change.store.children(Children::UNITS_OF_UNIT, unit).keys(None).collect();
    for unit in below {
        if let Some(copy) = copy(change, role, unit) {
            copy_below(change, copy, unit);
        }
    }
}

/// Gives a new business unit its copies of its parent's roles.
pub fn copy_into(change: &mut Change<'_>, unit: Uuid, parent: Uuid) {
    let roles: Vec<Uuid> = change.store.children(Children::ROLES_OF_UNIT, parent).keys(None).collect();
    for role in roles {
        copy(change, role, unit);
    }
}

fn copy(change: &mut Change<'_>, role: Uuid, unit: Uuid) -> Option<Uuid> {
    let original = change.store.roles.get(role)?;
    let mut copy = (**original).clone();
    copy.id = Uuid::new_v4();
    copy.business_unit = unit;
    copy.parent = Some(role);
    copy.created_on = change.actor.now;
    copy.created_by = Some(change.actor.caller);
    let id = copy.id;
    change.store.insert(change.actor, copy, Vec::new());
    Some(id)
}

/// Changes a role and its copies; a copy itself can't be changed.
pub fn update(change: &mut Change<'_>, id: Uuid, values: Changes) -> ApiResult<()> {
    let before = change.store.roles.get(id).ok_or_else(|| ODataError::not_found(LOGICAL_NAME, id))?.clone();
    if values.key.is_some_and(|key| key != id) {
        return Err(ODataError::bad_request("0x80040203", "The attribute 'roleid' can't be changed."));
    }
    must_be_first(&before, "changed")?;
    let sent = values.names::<Role>();
    let mut role = (*before).clone();
    values.apply(&mut role);
    required((!role.name.is_empty()).then_some(()), "name", LOGICAL_NAME)?;
    name_must_be_free(change, &role)?;
    let name = role.name.clone();
    change.store.replace(change.actor, role, sent);
    for copy in copies_of(change, id) {
        let Some(row) = change.store.roles.get(copy) else { continue };
        let mut row = (**row).clone();
        row.name.clone_from(&name);
        change.store.replace(change.actor, row, Vec::new());
    }
    Ok(())
}

fn copies_of(change: &Change<'_>, root: Uuid) -> Vec<Uuid> {
    change.store.children(Children::COPIES_OF_ROLE, root).keys(None).filter(|copy| *copy != root).collect()
}

fn must_be_first(role: &Role, what: &str) -> ApiResult<()> {
    if role.root == role.id {
        return Ok(());
    }
    Err(ODataError::bad_request(
        "0x80040203",
        format!(
            "The role {} is inherited from the role {} and can't be {what} on its own: name that one.",
            role.id, role.root
        ),
    ))
}

/// Takes a role out, with its copies and from all who hold it.
pub fn delete(change: &mut Change<'_>, id: Uuid) -> ApiResult<()> {
    let role = change.store.roles.get(id).ok_or_else(|| ODataError::not_found(LOGICAL_NAME, id))?.clone();
    must_be_first(&role, "deleted")?;
    if role.template.is_some() {
        return Err(ODataError::bad_request("0x80040203", format!("The role '{}' can't be deleted.", role.name)));
    }
    for copy in copies_of(change, id) {
        remove(change, copy);
    }
    remove(change, id);
    Ok(())
}

/// Takes one copy out, and from all who hold it.
pub fn remove(change: &mut Change<'_>, id: Uuid) {
    let users: Vec<Uuid> = change.store.links(Relationship::UserRole).of_right(id).collect();
    for user in users {
        change.store.disassociate::<UserRole>(change.actor, user, id);
    }
    let teams: Vec<Uuid> = change.store.links(Relationship::TeamRole).of_right(id).collect();
    for team in teams {
        change.store.disassociate::<TeamRole>(change.actor, team, id);
    }
    change.store.delete::<Role>(change.actor, id);
}
