//! Which privileges a user has: those of his roles and of the roles of his teams.
//!
//! The server knows no access levels: a privilege is held for the whole organization or not at all.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::links::is_administrator_role;
use crate::model::{Relationship, Set, text};
use crate::settings::Settings;
use crate::store::Store;

/// All privileges that the server knows.
pub const ALL: [&str; 35] = [
    "prvCreateUser",
    "prvReadUser",
    "prvWriteUser",
    "prvDeleteUser",
    "prvDisableUser",
    "prvAppendUser",
    "prvAppendToUser",
    "prvCreateRole",
    "prvReadRole",
    "prvWriteRole",
    "prvDeleteRole",
    "prvAssignRole",
    "prvCreateBusinessUnit",
    "prvReadBusinessUnit",
    "prvWriteBusinessUnit",
    "prvDeleteBusinessUnit",
    "prvDisableBusinessUnit",
    "prvReparentBusinessUnit",
    "prvAppendBusinessUnit",
    "prvAppendToBusinessUnit",
    "prvCreateTeam",
    "prvReadTeam",
    "prvWriteTeam",
    "prvDeleteTeam",
    "prvAssignTeam",
    "prvAppendTeam",
    "prvAppendToTeam",
    "prvReadOrganization",
    "prvWriteOrganization",
    "prvReadPrivilege",
    "prvReadEntity",
    "prvReadAttribute",
    "prvReadRelationship",
    ACT_ON_BEHALF,
    "prvBulkDelete",
];

/// The privilege to make requests as another user.
pub const ACT_ON_BEHALF: &str = "prvActOnBehalfOfAnotherUser";

/// What a role gives that the settings say nothing about: reading.
const READING: [&str; 9] = [
    "prvReadUser",
    "prvReadRole",
    "prvReadBusinessUnit",
    "prvReadTeam",
    "prvReadOrganization",
    "prvReadPrivilege",
    "prvReadEntity",
    "prvReadAttribute",
    "prvReadRelationship",
];

/// The roles that a user has himself, and those of his teams.
pub fn roles_of(store: &Store, user: Uuid) -> BTreeSet<Uuid> {
    let mut roles: BTreeSet<Uuid> = store.links(Relationship::UserRole).of_left(user).collect();
    for team in store.links(Relationship::TeamMember).of_right(user) {
        roles.extend(store.links(Relationship::TeamRole).of_left(team));
    }
    roles
}

/// The privileges that a role gives. System Administrator gives all.
pub fn of_role(store: &Store, settings: &Settings, role: Uuid) -> BTreeSet<&'static str> {
    let Some(row) = store.roles.get(role) else { return BTreeSet::new() };
    if is_administrator_role(store, role) {
        return ALL.into_iter().collect();
    }
    let listed = settings.role_privileges.iter().find(|(name, _)| text::same(name, &row.name));
    match listed {
        Some((_, names)) => names.iter().filter_map(|name| known(name)).collect(),
        None => READING.into_iter().collect(),
    }
}

/// The privileges that a user has, but those that the settings deny to everybody.
pub fn of_user(store: &Store, settings: &Settings, user: Uuid) -> BTreeSet<&'static str> {
    let roles = roles_of(store, user);
    let mut privileges: BTreeSet<&str> = roles.into_iter().flat_map(|role| of_role(store, settings, role)).collect();
    for denied in &settings.denied_privileges {
        privileges.retain(|name| !name.eq_ignore_ascii_case(denied));
    }
    privileges
}

/// The privilege to do something (such as `Read`) with the rows of a set, where there is one.
pub fn of_table(set: Set, verb: &str) -> Option<&'static str> {
    let table = match set {
        Set::Users => "User",
        Set::Roles => "Role",
        Set::Units => "BusinessUnit",
        Set::Teams | Set::TeamRoles | Set::TeamMembers => "Team",
        Set::Organizations => "Organization",
        Set::Privileges => "Privilege",
        // Who holds which role is read by those who may read users.
        Set::UserRoles => "User",
    };
    known(&format!("prv{verb}{table}"))
}

/// Whether a user may make requests as another one: by a role of his own, for this privilege does not come from a team.
pub fn acts_for_others(store: &Store, settings: &Settings, user: Uuid) -> bool {
    let mut roles = store.links(Relationship::UserRole).of_left(user);
    let denied = settings.denied_privileges.iter().any(|name| name.eq_ignore_ascii_case(ACT_ON_BEHALF));
    !denied && roles.any(|role| of_role(store, settings, role).contains(ACT_ON_BEHALF))
}

/// A privilege by its name, without regard to case.
pub fn known(name: &str) -> Option<&'static str> {
    ALL.into_iter().find(|known| known.eq_ignore_ascii_case(name))
}
