//! Giving roles to users and taking them away: `systemuserroles_association/$ref`.

use http::{Method, StatusCode};
use uuid::Uuid;

use super::write::change_of;
use super::{Call, not_allowed};
use crate::odata::{ApiResult, ODataError, payload, reference};
use crate::reply::Reply;
use crate::rules::memberships;

/// `POST` and `DELETE systemusers(id)/systemuserroles_association/$ref`
pub fn references(call: &Call<'_>, user: Uuid) -> ApiResult<Reply> {
    match call.request.method {
        Method::POST => {
            let members = payload::object(&call.request.body, "roles")?;
            let id = members.get("@odata.id").and_then(serde_json::Value::as_str).ok_or_else(|| {
                ODataError::payload("roles", "The body must be {\"@odata.id\":\"<absolute address of the role>\"}.")
            })?;
            let role = role_of(call, id)?;
            change(call, user, role, true)
        }
        Method::DELETE => {
            let id = call.options.id.as_deref().ok_or_else(|| {
                ODataError::query(
                    "DELETE of a reference in a collection needs the query option $id: the address of the role.",
                )
            })?;
            let role = role_of(call, id)?;
            change(call, user, role, false)
        }
        Method::GET => Err(ODataError::unsupported("GET of $ref; read the collection with $select=roleid")),
        _ => Err(not_allowed(call)),
    }
}

/// `DELETE systemusers(id)/systemuserroles_association(role)/$ref`
pub fn reference(call: &Call<'_>, user: Uuid, role: Uuid) -> ApiResult<Reply> {
    match call.request.method {
        Method::DELETE => change(call, user, role, false),
        _ => Err(not_allowed(call)),
    }
}

fn role_of(call: &Call<'_>, address: &str) -> ApiResult<Uuid> {
    let (set, id) =
        reference::parse(address, &call.origin, true).map_err(|reason| ODataError::payload("roles", reason))?;
    if set != "roles" {
        return Err(ODataError::payload("roles", format_args!("'{address}' is no role.")));
    }
    Ok(id)
}

fn change(call: &Call<'_>, user: Uuid, role: Uuid, add: bool) -> ApiResult<Reply> {
    let settings = call.state.settings.read().clone();
    let mut store = call.state.store.write();
    let mut change = change_of(call, &mut store, &settings);
    if add {
        memberships::associate(&mut change, user, role)?;
    } else {
        memberships::disassociate(&mut change, user, role)?;
    }
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}
