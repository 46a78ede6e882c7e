//! Rules of users' roles.

use http::StatusCode;
use uuid::Uuid;

use super::{Change, users};
use crate::odata::{ApiResult, ODataError};
use crate::seed::SYSTEM_ADMINISTRATOR_TEMPLATE;
use crate::settings::{DuplicateAssociation, MissingDisassociation};
use crate::store::Store;

/// Whether a role is a copy of System Administrator.
pub fn is_administrator_role(store: &Store, role: Uuid) -> bool {
    store.roles.get(role).is_some_and(|role| role.template == Some(SYSTEM_ADMINISTRATOR_TEMPLATE))
}

/// Gives a user a role.
pub fn associate(change: &mut Change<'_>, user_id: Uuid, role_id: Uuid) -> ApiResult<()> {
    let store = &*change.store;
    let user = store.users.get(user_id).ok_or_else(|| ODataError::not_found("systemuser", user_id))?;
    let role = store.roles.get(role_id).ok_or_else(|| ODataError::not_found("role", role_id))?;
    if user.business_unit != role.business_unit && !change.settings.record_ownership_across_business_units {
        return Err(ODataError::bad_request(
            "0x80041409",
            format!(
                "Cannot associate security role because the security role's Business Unit is not the same as the user's \
                 Business Unit. Details: userid={user_id}, userBU={}, roleId={role_id}, roleBU={}",
                user.business_unit, role.business_unit
            ),
        ));
    }
    must_be_enabled(change, user_id)?;
    if change.store.associate(change.actor, user_id, role_id) {
        return Ok(());
    }
    let status = match change.settings.duplicate_association {
        DuplicateAssociation::Ignore => return Ok(()),
        DuplicateAssociation::Conflict412 => StatusCode::PRECONDITION_FAILED,
        DuplicateAssociation::Conflict409 => StatusCode::CONFLICT,
    };
    Err(ODataError::new(status, "0x80040237", "Cannot insert duplicate key."))
}

/// Takes a role from a user.
pub fn disassociate(change: &mut Change<'_>, user_id: Uuid, role_id: Uuid) -> ApiResult<()> {
    if !change.store.users.contains(user_id) {
        return Err(ODataError::not_found("systemuser", user_id));
    }
    if !change.store.roles.contains(role_id) {
        return Err(ODataError::not_found("role", role_id));
    }
    if !change.store.memberships.contains(user_id, role_id) {
        return match change.settings.missing_disassociation {
            MissingDisassociation::Ignore => Ok(()),
            MissingDisassociation::NotFound => Err(ODataError::not_found("role", role_id)),
        };
    }
    must_be_enabled(change, user_id)?;
    if is_administrator_role(change.store, role_id) && users::is_last_administrator(change.store, user_id) {
        return Err(ODataError::bad_request(
            "0x80041d2f",
            "The role System Administrator can't be taken from the only enabled user that has it.",
        ));
    }
    change.store.disassociate(change.actor, user_id, role_id);
    Ok(())
}

fn must_be_enabled(change: &Change<'_>, user: Uuid) -> ApiResult<()> {
    let enabled = change.store.users.get(user).is_some_and(|user| user.is_disabled == Some(false));
    if enabled || change.settings.allow_role_assignment_on_disabled_users {
        return Ok(());
    }
    Err(ODataError::bad_request(
        "0x80040225",
        format!(
            "The specified user(Id = {user}) is disabled. Consider enabling this user. Additional Details: the roles of a \
             disabled user can't be changed unless AllowRoleAssignmentOnDisabledUsers is set."
        ),
    ))
}
