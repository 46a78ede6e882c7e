//! Rules of what ties rows together: roles of users and teams, members of teams.

use http::StatusCode;
use uuid::Uuid;

use super::{Change, must_exist, row, teams, users};
use crate::model::{Relationship, Role, Side, SystemUser, Team, TeamMember, TeamRole, UserRole};
use crate::odata::{ApiResult, ODataError};
use crate::seed::SYSTEM_ADMINISTRATOR_TEMPLATE;
use crate::settings::{DuplicateAssociation, MissingDisassociation};
use crate::store::Store;

/// Whether a role is a copy of System Administrator.
pub fn is_administrator_role(store: &Store, role: Uuid) -> bool {
    store.roles.get(role).is_some_and(|role| role.template == Some(SYSTEM_ADMINISTRATOR_TEMPLATE))
}

/// Ties a row and one of the other side of a relationship together.
pub fn associate(change: &mut Change<'_>, side: Side, own: Uuid, other: Uuid) -> ApiResult<()> {
    let (left, right) = side.ordered(own, other);
    let added = match side.relationship {
        Relationship::UserRole => {
            user_may_get(change, left, right)?;
            change.store.associate::<UserRole>(change.actor, left, right)
        }
        Relationship::TeamRole => {
            team_may_get(change, left, right)?;
            change.store.associate::<TeamRole>(change.actor, left, right)
        }
        Relationship::TeamMember => {
            teams::may_add(change.store, left, right)?;
            change.store.associate::<TeamMember>(change.actor, left, right)
        }
    };
    if added {
        return Ok(());
    }
    let status = match change.settings.duplicate_association {
        DuplicateAssociation::Ignore => return Ok(()),
        DuplicateAssociation::Conflict412 => StatusCode::PRECONDITION_FAILED,
        DuplicateAssociation::Conflict409 => StatusCode::CONFLICT,
    };
    Err(ODataError::new(status, "0x80040237", "Cannot insert duplicate key."))
}

/// Takes a row and one of the other side of a relationship apart.
pub fn disassociate(change: &mut Change<'_>, side: Side, own: Uuid, other: Uuid) -> ApiResult<()> {
    let (left, right) = side.ordered(own, other);
    let relationship = side.relationship;
    must_exist(change.store, relationship.left(), left)?;
    must_exist(change.store, relationship.right(), right)?;
    if !change.store.links(relationship).contains(left, right) {
        return match change.settings.missing_disassociation {
            MissingDisassociation::Ignore => Ok(()),
            MissingDisassociation::NotFound => Err(ODataError::not_found(side.target().names().logical, other)),
        };
    }
    match relationship {
        Relationship::UserRole => {
            must_be_enabled(change, left)?;
            if is_administrator_role(change.store, right) && users::is_last_administrator(change.store, left) {
                return Err(ODataError::bad_request(
                    "0x80041d30",
                    "A user cannot be removed from the System Administrator Role if they are the only user that has the role.",
                ));
            }
            change.store.disassociate::<UserRole>(change.actor, left, right);
        }
        Relationship::TeamRole => {
            change.store.disassociate::<TeamRole>(change.actor, left, right);
        }
        Relationship::TeamMember => {
            teams::may_remove(change.store, left)?;
            change.store.disassociate::<TeamMember>(change.actor, left, right);
        }
    }
    Ok(())
}

fn user_may_get(change: &Change<'_>, user_id: Uuid, role_id: Uuid) -> ApiResult<()> {
    let user = row::<SystemUser>(change.store, user_id)?;
    let role = row::<Role>(change.store, role_id)?;
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
    must_be_enabled(change, user_id)
}

fn team_may_get(change: &Change<'_>, team_id: Uuid, role_id: Uuid) -> ApiResult<()> {
    let team = row::<Team>(change.store, team_id)?;
    let role = row::<Role>(change.store, role_id)?;
    if team.team_type == Team::ACCESS {
        return Err(ODataError::bad_request(
            "0x80040203",
            format!("An access team can't hold security roles: the team {team_id} is one."),
        ));
    }
    if team.business_unit != role.business_unit && !change.settings.record_ownership_across_business_units {
        return Err(ODataError::bad_request(
            "0x80041409",
            format!(
                "Cannot associate security role because the security role's Business Unit is not the same as the team's \
                 Business Unit. Details: teamid={team_id}, teamBU={}, roleId={role_id}, roleBU={}",
                team.business_unit, role.business_unit
            ),
        ));
    }
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
