//! Functions and actions.

use http::{Method, StatusCode};
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use super::write::change_of;
use super::{Call, json_reply, not_allowed, privilege_functions};
use crate::model::{BusinessUnit, Set, SystemUser};
use crate::odata::payload::{self, Context, Purpose};
use crate::odata::{ApiResult, ODataError};
use crate::reply::Reply;
use crate::rules;
use crate::seed::ORGANIZATION_ID;

/// The version that `RetrieveVersion` gives.
const VERSION: &str = "9.2.24031.00156";

/// `GET WhoAmI()` and the like.
pub fn answer(call: &Call<'_>, name: &str) -> ApiResult<Reply> {
    if call.request.method != Method::GET {
        return Err(not_allowed(call));
    }
    let context = format!("{}$metadata#Microsoft.Dynamics.CRM.{name}Response", call.base());
    let body = match name {
        "WhoAmI" => {
            let store = call.state.store.read();
            let user = rules::row::<SystemUser>(&store, call.caller.user)?;
            json!({
                "@odata.context": context,
                "BusinessUnitId": user.business_unit,
                "UserId": user.id,
                "OrganizationId": ORGANIZATION_ID,
            })
        }
        _ => json!({"@odata.context": context, "Version": VERSION}),
    };
    Ok(json_reply(StatusCode::OK, body.to_string().into_bytes()))
}

/// A function or action of a row, such as `systemusers(id)/Microsoft.Dynamics.CRM.SetBusinessSystemUser`.
pub fn bound(call: &Call<'_>, set: Set, id: Uuid, operation: &str, parameters: &str) -> ApiResult<Reply> {
    match (set, operation) {
        (Set::Users, "SetBusinessSystemUser") => move_user(call, id),
        (Set::Users, "RetrieveUserPrivileges") => privilege_functions::of_user(call, id),
        (Set::Users, "RetrieveUserPrivilegeByPrivilegeName") => privilege_functions::by_name(call, id, parameters),
        (Set::Users, "RetrieveUserSetOfPrivilegesByNames") => privilege_functions::by_names(call, id, parameters),
        (Set::Roles, "RetrieveRolePrivilegesRole") => privilege_functions::of_role(call, id),
        _ => Err(ODataError::unsupported(format!("the operation '{operation}' of '{}'", set.names().entity_set))),
    }
}

/// A move to another business unit, in the form that the service deprecates.
fn move_user(call: &Call<'_>, id: Uuid) -> ApiResult<Reply> {
    if call.request.method != Method::POST {
        return Err(not_allowed(call));
    }
    let members = payload::object(&call.request.body, "systemusers")?;
    let settings = call.state.settings.read().clone();
    let mut store = call.state.store.write();
    rules::row::<SystemUser>(&store, id)?;
    let unit = key_of(&members, "BusinessUnit", "businessunitid")?;
    rules::row::<BusinessUnit>(&store, unit)?;
    let heir = key_of(&members, "ReassignPrincipal", "systemuserid")
        .or_else(|_| key_of(&members, "ReassignPrincipal", "ownerid"))?;
    rules::row::<SystemUser>(&store, heir)?;
    let mut body = Map::new();
    body.insert("businessunitid@odata.bind".into(), Json::String(format!("/businessunits({unit})")));
    let context = Context { store: &store, settings: &settings, origin: &call.origin };
    let values = payload::read::<SystemUser>(&body, Purpose::Update, context)?;
    rules::users::update(&mut change_of(call, &mut store, &settings), id, values)?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

fn key_of(members: &Map<String, Json>, parameter: &str, key: &str) -> ApiResult<Uuid> {
    let id = members.get(parameter).and_then(|row| row.get(key)).and_then(Json::as_str);
    id.and_then(|id| Uuid::try_parse(id).ok()).ok_or_else(|| {
        ODataError::payload(
            "systemusers",
            format_args!(
                "SetBusinessSystemUser needs the parameter {parameter} with {key}, such as {{\"{key}\":\"<id>\"}}."
            ),
        )
    })
}
