//! What a caller may do. This server knows no privileges but two rules: a caller without any role may do nothing with
//! data, and the setting `deniedPrivileges` takes privileges from everybody.

use http::{Method, StatusCode};

use super::Call;
use super::path::Resource;
use crate::model::{Relationship, Set};
use crate::odata::{ApiResult, ODataError};

/// Refuses a request that needs a privilege which the caller lacks.
pub fn check(call: &Call<'_>, resource: &Resource) -> ApiResult<()> {
    let Some(privilege) = needed(call, resource) else { return Ok(()) };
    let roles = call.state.store.read().links(Relationship::UserRole).of_left(call.caller.user).len();
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

/// The object type code and the logical name of the table.
fn object_type(resource: &Resource) -> (u32, &'static str) {
    let set = resource.set().unwrap_or(Set::Users);
    let code = match set {
        Set::Users => 8,
        Set::Roles => 1036,
        Set::Units => 10,
        Set::Teams => 9,
        Set::Organizations => 1019,
        Set::UserRoles => 15,
        Set::TeamRoles => 40,
        Set::TeamMembers => 23,
    };
    (code, set.names().logical)
}

fn needed(call: &Call<'_>, resource: &Resource) -> Option<String> {
    let set = resource.set()?;
    if let Resource::References(_, _, collection) | Resource::Reference(_, _, collection, _) = resource
        && call.request.method != Method::GET
    {
        return Some(match collection.relationship {
            Relationship::UserRole | Relationship::TeamRole => "prvAssignRole".to_owned(),
            Relationship::TeamMember => "prvAppendTeam".to_owned(),
        });
    }
    let table = match set {
        Set::Users => "User",
        Set::Roles => "Role",
        Set::Units => "BusinessUnit",
        Set::Teams | Set::TeamRoles | Set::TeamMembers => "Team",
        Set::Organizations => "Organization",
        // Who holds which role is read by those who may read users.
        Set::UserRoles => "User",
    };
    let verb = match (&call.request.method, resource) {
        (&Method::GET, _) => "Read",
        (&Method::POST, Resource::Rows(_)) => "Create",
        (&Method::DELETE, Resource::Row(..)) => "Delete",
        _ => "Write",
    };
    // Enabling and disabling users has a privilege of its own, which this server does not tell apart.
    Some(format!("prv{verb}{table}"))
}
