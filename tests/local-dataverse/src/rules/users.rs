//! Rules of users.

use http::StatusCode;
use uuid::Uuid;

use super::{Change, links, required, row, teams, units};
use crate::model::{Children, Entity, Relationship, Scalar, SystemUser, TeamMember, UserRole, UserText, Value, text};
use crate::odata::payload::Changes;
use crate::odata::{ApiResult, ODataError, key};
use crate::settings::{Disputed, MissingDomainName};
use crate::store::{Store, UserName};

const LOGICAL_NAME: &str = "systemuser";
const UNIT: &str = "_businessunitid_value";

/// Adds a user.
pub fn create(change: &mut Change<'_>, mut values: Changes) -> ApiResult<Uuid> {
    let sent = values.names::<SystemUser>();
    let Some(unit) = values.take::<SystemUser>(UNIT).and_then(Scalar::into_guid) else {
        return Err(ODataError::bad_request(
            "0x80040530",
            "Unable to retrieve attribute=businessunitid for entityLogicalName=systemuser. Entity has Attribute Count=28.",
        ));
    };
    units::must_be_enabled(change.store, unit)?;
    let id = values.key.unwrap_or_else(Uuid::new_v4);
    if change.store.users.contains(id) {
        return Err(duplicate_key());
    }
    let mut user = SystemUser::new(id, unit);
    values.apply(&mut user);
    user.created_on = change.actor.now;
    user.created_by = Some(change.actor.caller);
    user.compute_full_name();
    match user.application_id {
        // An application user is made from its application alone.
        Some(application) => {
            if user.text(UserText::DomainName).is_none() {
                user.set_text(UserText::DomainName, Some(&application.to_string()));
            }
            user.object_id = Some(application);
            user.access_mode = SystemUser::NON_INTERACTIVE;
        }
        None => {
            let email = required(user.text(UserText::Email), "internalemailaddress", LOGICAL_NAME)?.to_owned();
            if change.settings.missing_domain_name == MissingDomainName::Refuse {
                required(user.text(UserText::DomainName), "domainname", LOGICAL_NAME)?;
            } else if user.text(UserText::DomainName).is_none() {
                user.set_text(UserText::DomainName, Some(&email));
            }
        }
    }
    must_be_unique(change.store, &user)?;
    key::must_be_unique(&user, change.store)?;
    user.identity = change.store.next_identity();
    change.store.insert(change.actor, user, sent);
    teams::follow_user(change, id, None, unit);
    Ok(id)
}

/// 412: a row with this key is there.
pub fn duplicate_key() -> ODataError {
    ODataError::new(StatusCode::PRECONDITION_FAILED, "0x80040237", "A record with matching key values already exists.")
}

fn must_be_unique(store: &Store, user: &SystemUser) -> ApiResult<()> {
    if store.others_named(UserName::Domain, user).next().is_some() {
        return Err(ODataError::bad_request(
            "0x80041d2c",
            "The specified Active Directory user already exists as a Dynamics 365 user.",
        ));
    }
    if store.others_named(UserName::Application, user).next().is_some() {
        return Err(ODataError::bad_request(
            "0x8004F511",
            "A system user with the specified application id already exists.",
        ));
    }
    Ok(())
}

/// Changes a user.
pub fn update(change: &mut Change<'_>, id: Uuid, mut values: Changes) -> ApiResult<()> {
    let before = change.store.users.get(id).ok_or_else(|| ODataError::not_found(LOGICAL_NAME, id))?.clone();
    let sent = values.names::<SystemUser>();
    if values.key.is_some_and(|key| key != id) {
        return Err(ODataError::bad_request(
            "0x80040203",
            "The attribute 'systemuserid' of a systemuser can't be changed.",
        ));
    }
    handle_domain_name(change, &before, &mut values)?;
    let mut user = (*before).clone();
    match values.take::<SystemUser>(UNIT) {
        Some(Scalar::Guid(unit)) => user.business_unit = unit,
        Some(_) => {
            return Err(ODataError::bad_request(
                "0x80040200",
                "The attribute 'businessunitid' of the entity 'systemuser' is required and can't be null.",
            ));
        }
        None => {}
    }
    for name in ["internalemailaddress", "accessmode"] {
        if values.get::<SystemUser>(name) == Some(&Scalar::Null) && user.application_id.is_none() {
            return Err(ODataError::bad_request(
                "0x80040200",
                format!("The attribute '{name}' of the entity 'systemuser' is required and can't be null."),
            ));
        }
    }
    let touches_state = values.get::<SystemUser>("isdisabled").is_some();
    values.apply(&mut user);
    user.compute_full_name();
    must_be_unique(change.store, &user)?;
    if touches_state {
        state_may_change(change.store, &before, &user)?;
    }
    let moves = user.business_unit != before.business_unit;
    if moves {
        units::must_be_enabled(change.store, user.business_unit)?;
    }
    let loses_roles = moves && !change.settings.keep_roles_on_business_unit_change;
    if loses_roles && is_last_administrator(change.store, id) {
        return Err(last_administrator());
    }
    let unit = user.business_unit;
    change.store.replace(change.actor, user, sent);
    teams::follow_user(change, id, Some(before.business_unit), unit);
    if loses_roles {
        for role in change.store.links(Relationship::UserRole).of_left(id).collect::<Vec<_>>() {
            change.store.disassociate::<UserRole>(change.actor, id, role);
        }
    }
    Ok(())
}

fn handle_domain_name(change: &Change<'_>, before: &SystemUser, values: &mut Changes) -> ApiResult<()> {
    let new = match values.get::<SystemUser>("domainname") {
        None => return Ok(()),
        Some(Scalar::Text(name)) => name.clone(),
        Some(_) => Box::default(),
    };
    let same = before.text(UserText::DomainName).is_some_and(|old| text::same(old, &new));
    match change.settings.domain_name_on_update {
        _ if same => {}
        Disputed::Accept if !new.is_empty() => return Ok(()),
        Disputed::Ignore => {}
        _ => {
            return Err(ODataError::bad_request(
                "0x80040203",
                "The attribute 'domainname' of a systemuser can't be changed after the user is created.",
            ));
        }
    }
    values.take::<SystemUser>("domainname");
    Ok(())
}

fn state_may_change(store: &Store, before: &SystemUser, after: &SystemUser) -> ApiResult<()> {
    let Some(was_disabled) = before.is_disabled else {
        // The broken state that the connector's documentation describes: nothing brings the user back.
        return Err(ODataError::new(StatusCode::INTERNAL_SERVER_ERROR, "0x80040216", "InternalServerError"));
    };
    match after.is_disabled {
        Some(true) if !was_disabled && is_last_administrator(store, before.id) => Err(last_administrator()),
        Some(false) if was_disabled && before.is_deleted => Err(ODataError::bad_request(
            "0x80048357",
            format!("The user {} is deleted and can't be enabled.", before.id),
        )),
        Some(false) if was_disabled && needs_licence(after) => {
            Err(ODataError::bad_request("0x8004D24C", "Cannot enable an unlicensed user"))
        }
        Some(false) if was_disabled => units::must_be_enabled(store, after.business_unit),
        _ => Ok(()),
    }
}

/// Whether the user is one of those who need a licence, and has none.
fn needs_licence(user: &SystemUser) -> bool {
    let unlicensed = user.named("islicensed") == Value::Bool(false);
    unlicensed && user.application_id.is_none() && user.access_mode != SystemUser::NON_INTERACTIVE
}

fn last_administrator() -> ODataError {
    ODataError::bad_request(
        "0x80041d2f",
        "A user cannot be disabled if they are the only user that has the System Administrator Role.",
    )
}

/// Whether no other enabled user is a System Administrator.
pub fn is_last_administrator(store: &Store, user: Uuid) -> bool {
    let held = store.links(Relationship::UserRole);
    let administers = |role: Uuid| links::is_administrator_role(store, role);
    if !held.of_left(user).any(administers) {
        return false;
    }
    let roles = store.roles.iter().filter(|role| administers(role.id()));
    let mut others = roles.flat_map(|role| held.of_right(role.id())).filter(|other| *other != user);
    !others.any(|other| store.users.get(other).is_some_and(|other| other.is_disabled == Some(false)))
}

/// Takes a user out, where the environment has the feature "delete disabled users": the first time he is marked as deleted,
/// the second time the row goes.
pub fn delete(change: &mut Change<'_>, id: Uuid) -> ApiResult<()> {
    let user = row::<SystemUser>(change.store, id)?.clone();
    if !change.settings.delete_disabled_users {
        return Err(ODataError::bad_request(
            "0x80040800",
            "The 'Delete' method does not support entities of type 'systemuser'. Users can't be deleted; disable the user \
             instead (PATCH isdisabled: true).",
        ));
    }
    if user.is_disabled != Some(true) {
        return Err(ODataError::bad_request(
            "0x80048356",
            format!("The user {id} is enabled: disable the user first."),
        ));
    }
    if user.application_id.is_none() && !user.is_gone_from_entra {
        return Err(ODataError::bad_request(
            "0x80048359",
            format!("The user {id} still has an account in Microsoft Entra ID: delete that first."),
        ));
    }
    let is_administrator = change.store.children(Children::TEAMS_OF_ADMINISTRATOR, id).keys(None).next().is_some();
    let is_manager = change.store.children(Children::USERS_OF_MANAGER, id).keys(None).any(|other| other != id);
    if is_administrator || is_manager {
        return Err(ODataError::bad_request(
            "0x80048610",
            format!(
                "The user {id} is the administrator of a team or the manager of a user: name another one there first."
            ),
        ));
    }
    for role in change.store.links(Relationship::UserRole).of_left(id).collect::<Vec<_>>() {
        change.store.disassociate::<UserRole>(change.actor, id, role);
    }
    for team in change.store.links(Relationship::TeamMember).of_right(id).collect::<Vec<_>>() {
        let is_default = change.store.teams.get(team).is_some_and(|team| team.is_default);
        if is_default && !user.is_deleted {
            continue;
        }
        change.store.disassociate::<TeamMember>(change.actor, team, id);
        if is_default {
            change.store.ledger.last_is_derived();
        }
    }
    if user.is_deleted {
        change.store.delete::<SystemUser>(change.actor, id);
    } else {
        change.store.replace(change.actor, SystemUser { is_deleted: true, ..user }, Vec::new());
    }
    Ok(())
}
