//! Refuses requests that need a privilege which the caller lacks.

use http::{Method, StatusCode};

use super::Call;
use super::path::Resource;
use crate::metadata;
use crate::model::{Collection, Relationship, Set};
use crate::odata::{ApiResult, ODataError};
use crate::rules::privileges;
use crate::store::Store;

/// Refuses a request that needs a privilege which the caller lacks.
pub fn check(call: &Call<'_>, resource: &Resource) -> ApiResult<()> {
    let Some(privilege) = needed(call, resource) else { return Ok(()) };
    require(call, &call.state.store.read(), privilege, object_type(resource))
}

/// Refuses a query that joins a table whose rows the caller may not read.
pub fn may_read(call: &Call<'_>, store: &Store, set: Set) -> ApiResult<()> {
    match privileges::of_table(set, "Read") {
        Some(privilege) => require(call, store, privilege, (metadata::type_code(set), set.names().logical)),
        None => Ok(()),
    }
}

fn require(call: &Call<'_>, store: &Store, privilege: &str, (code, table): (u32, &str)) -> ApiResult<()> {
    let settings = call.state.settings.read();
    let mut principals = call.caller.principals().map(|user| (user, privileges::of_user(store, &settings, user)));
    let lacking = principals.find(|(_, held)| !held.contains(privilege));
    let Some((user, held)) = lacking else { return Ok(()) };
    let row = store.users.get(user);
    Err(ODataError::new(
        StatusCode::FORBIDDEN,
        "0x80040220",
        format!(
            "Principal user (Id={user}, type=8, roleCount={}, privilegeCount={count}, accessMode='{}', AADObjectId={}, \
             MetadataCachePrivilegesCount={count}, businessUnitId={}) is missing {privilege} privilege on OTC={code} for \
             entity '{table}'. context.Caller={}",
            privileges::roles_of(store, user).len(),
            access_mode(row.map_or(0, |row| row.access_mode)),
            row.and_then(|row| row.object_id).unwrap_or_default(),
            row.map(|row| row.business_unit).unwrap_or_default(),
            call.caller.user,
            count = held.len(),
        ),
    ))
}

/// The access mode as the service's message has it.
fn access_mode(number: i64) -> &'static str {
    match number {
        1 => "1 Administrative",
        2 => "2 Read",
        3 => "3 Support User",
        4 => "4 Non-interactive",
        5 => "5 Delegated Admin",
        _ => "0 Read-Write",
    }
}

/// The object type code and the logical name of the table.
fn object_type(resource: &Resource) -> (u32, &'static str) {
    if let Resource::Definitions(segments) = resource {
        let (_, code, table) = of_definitions(segments);
        return (code, table);
    }
    let set = resource.set().unwrap_or(Set::Users);
    (metadata::type_code(set), set.names().logical)
}

/// The privilege to read definitions, and the object type code and the logical name of the table that stands for them.
fn of_definitions(segments: &[String]) -> (&'static str, u32, &'static str) {
    if segments.iter().any(|segment| segment.starts_with("Attributes")) {
        ("prvReadAttribute", 9808, "attribute")
    } else if segments.iter().any(|segment| segment.contains("Relationship")) {
        ("prvReadRelationship", 9811, "entityrelationship")
    } else {
        ("prvReadEntity", 9800, "entity")
    }
}

fn needed(call: &Call<'_>, resource: &Resource) -> Option<&'static str> {
    if let Resource::Definitions(segments) = resource {
        return Some(of_definitions(segments).0);
    }
    let set = resource.set()?;
    if let Resource::References(_, _, Collection::Linked(side)) | Resource::Reference(_, _, Collection::Linked(side), _) =
        resource
        && call.request.method != Method::GET
    {
        return Some(match side.relationship {
            Relationship::UserRole | Relationship::TeamRole => "prvAssignRole",
            Relationship::TeamMember => "prvAppendTeam",
        });
    }
    let verb = match (&call.request.method, resource) {
        (&Method::GET, _) => "Read",
        (&Method::POST, Resource::Rows(_)) => "Create",
        (&Method::DELETE, Resource::Row(..)) => "Delete",
        _ => "Write",
    };
    // What no privilege allows is refused by the table itself.
    privileges::of_table(set, verb)
}
