//! What a caller may do. This server knows no privileges but two rules: a caller without any role may do nothing with
//! data, and the setting `deniedPrivileges` takes privileges from everybody.

use http::{Method, StatusCode};

use super::Call;
use super::path::{Resource, Set};
use crate::odata::{ApiResult, ODataError};

/// Refuses a request that needs a privilege which the caller lacks.
pub fn check(call: &Call<'_>, resource: &Resource) -> ApiResult<()> {
    let Some(privilege) = needed(call, resource) else { return Ok(()) };
    let roles = call.state.store.read().memberships.roles_of(call.caller.user).len();
    let denied = &call.state.settings.read().denied_privileges;
    if roles > 0 && !denied.iter().any(|name| name.eq_ignore_ascii_case(&privilege)) {
        return Ok(());
    }
    Err(ODataError::new(
        StatusCode::FORBIDDEN,
        "0x80040220",
        format!(
            "Principal user (Id={}, type=8, roleCount={roles}, privilegeCount=0, accessMode='4 Non-interactive', \
             AADObjectId={}, MetadataCachePrivilegesCount=0, businessUnitId={}) is missing {privilege} privilege on \
             OTC={} for entity '{}'. context.Caller={}",
            call.caller.user,
            crate::seed::CLIENT_ID,
            call.state.store.read().users.get(call.caller.user).map(|user| user.business_unit).unwrap_or_default(),
            object_type(resource).0,
            object_type(resource).1,
            call.caller.user,
        ),
    ))
}

fn set_of(resource: &Resource) -> Option<Set> {
    match resource {
        Resource::Rows(set) | Resource::Count(set) | Resource::Row(set, _) | Resource::Property(set, ..) => Some(*set),
        Resource::Roles(_) | Resource::RoleReferences(_) | Resource::RoleReference(..) => Some(Set::Roles),
        Resource::Members(_) | Resource::MoveUser(_) => Some(Set::Users),
        Resource::Function(_) => None,
    }
}

fn object_type(resource: &Resource) -> (u32, &'static str) {
    match set_of(resource) {
        Some(Set::Roles) => (1036, "role"),
        Some(Set::Units) => (10, "businessunit"),
        _ => (8, "systemuser"),
    }
}

fn needed(call: &Call<'_>, resource: &Resource) -> Option<String> {
    let set = set_of(resource)?;
    if matches!(resource, Resource::RoleReferences(_) | Resource::RoleReference(..)) {
        return Some("prvAssignRole".to_owned());
    }
    let table = match set {
        Set::Users => "User",
        Set::Roles => "Role",
        Set::Units => "BusinessUnit",
    };
    let verb = match (&call.request.method, resource) {
        (&Method::GET, _) => "Read",
        (&Method::POST, Resource::Rows(_)) => "Create",
        (&Method::DELETE, _) => "Delete",
        _ => "Write",
    };
    // Enabling and disabling users has a privilege of its own, which this server does not tell apart.
    Some(format!("prv{verb}{table}"))
}
