//! Functions and actions.

use http::{Method, StatusCode};
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use super::arguments::Arguments;
use super::parameters::Parameters;
use super::write::change_of;
use super::{Call, json_reply, not_allowed, organization_functions, privilege_functions, team_actions};
use crate::metadata::operations::{self, Operation};
use crate::model::{BusinessUnit, Set, SystemUser};
use crate::odata::payload::{self, Context, Purpose};
use crate::odata::{ApiResult, ODataError};
use crate::reply::Reply;
use crate::rules;
use crate::seed::ORGANIZATION_ID;

/// The version that `RetrieveVersion` gives.
pub const VERSION: &str = "9.2.24031.00156";

/// `GET WhoAmI()` and the like.
pub fn answer(call: &Call<'_>, operation: &'static Operation, parameters: &str) -> ApiResult<Reply> {
    if call.request.method != Method::GET {
        return Err(not_allowed(call));
    }
    let name = operation.name;
    let parameters = given(call, operation, parameters)?;
    let members = match name {
        "WhoAmI" => who_am_i(call)?,
        "RetrieveVersion" => json!({ "Version": VERSION }),
        "RetrieveCurrentOrganization" => organization_functions::current(call, &parameters)?,
        "RetrieveTotalRecordCount" => organization_functions::counts(call, &parameters)?,
        "RetrieveTimestamp" => organization_functions::timestamp(call),
        "RetrieveProvisionedLanguages" => organization_functions::languages("RetrieveProvisionedLanguages"),
        "RetrieveAvailableLanguages" => organization_functions::languages("LocaleIds"),
        _ => return Err(ODataError::unsupported(format!("the function '{name}'"))),
    };
    let context = format!("{}$metadata#Microsoft.Dynamics.CRM.{name}Response", call.base());
    let mut body = Map::from_iter([("@odata.context".to_owned(), Json::String(context))]);
    if let Json::Object(members) = members {
        body.extend(members);
    }
    Ok(json_reply(StatusCode::OK, Json::Object(body).to_string().into_bytes()))
}

/// The parameters of a call.
fn given(call: &Call<'_>, operation: &Operation, text: &str) -> ApiResult<Parameters> {
    let names: Vec<&str> = operation.parameters.iter().map(|(name, _)| *name).collect();
    Parameters::new(operation.name, text, &call.options, &names)
}

fn who_am_i(call: &Call<'_>) -> ApiResult<Json> {
    let store = call.state.store.read();
    let user = rules::row::<SystemUser>(&store, call.caller.user)?;
    Ok(json!({ "BusinessUnitId": user.business_unit, "UserId": user.id, "OrganizationId": ORGANIZATION_ID }))
}

/// A function or action of a row, such as `systemusers(id)/Microsoft.Dynamics.CRM.SetBusinessSystemUser`.
pub fn bound(call: &Call<'_>, set: Set, id: Uuid, name: &str, parameters: &str) -> ApiResult<Reply> {
    let operation = operations::bound(set, name)
        .ok_or_else(|| ODataError::unsupported(format!("the operation '{name}' of '{}'", set.names().entity_set)))?;
    let method = if operation.is_action { Method::POST } else { Method::GET };
    if call.request.method != method {
        return Err(not_allowed(call));
    }
    if operation.is_action {
        if !parameters.trim().is_empty() {
            return Err(ODataError::query(format!("The parameters of the action {name} belong into the body.")));
        }
        let arguments = Arguments::read(call, operation)?;
        return match name {
            "SetBusinessSystemUser" => move_user(call, id, &arguments),
            "AddMembersTeam" => team_actions::change_members(call, id, &arguments, true),
            "RemoveMembersTeam" => team_actions::change_members(call, id, &arguments, false),
            _ => Err(ODataError::unsupported(format!("the operation '{name}' of '{}'", set.names().entity_set))),
        };
    }
    let parameters = given(call, operation, parameters)?;
    match name {
        "RetrieveUserPrivileges" => privilege_functions::of_user(call, id),
        "RetrieveUserPrivilegeByPrivilegeName" => privilege_functions::by_name(call, id, &parameters),
        "RetrieveUserSetOfPrivilegesByNames" => privilege_functions::by_names(call, id, &parameters),
        "RetrieveRolePrivilegesRole" => privilege_functions::of_role(call, id),
        _ => Err(ODataError::unsupported(format!("the operation '{name}' of '{}'", set.names().entity_set))),
    }
}

/// A move to another business unit, in the form that the service deprecates.
fn move_user(call: &Call<'_>, id: Uuid, arguments: &Arguments) -> ApiResult<Reply> {
    let unit = arguments.row("BusinessUnit", Set::Units, &["businessunitid"])?;
    let heir = arguments.row("ReassignPrincipal", Set::Users, &["systemuserid", "ownerid"])?;
    // There are no records here that could be moved or not.
    arguments.flag("DoNotMoveAllRecords")?;
    let settings = call.state.settings.read().clone();
    let mut store = call.state.store.write();
    rules::row::<SystemUser>(&store, id)?;
    rules::row::<BusinessUnit>(&store, unit)?;
    rules::row::<SystemUser>(&store, heir)?;
    let mut body = Map::new();
    body.insert("businessunitid@odata.bind".into(), Json::String(format!("/businessunits({unit})")));
    let context = Context { store: &store, settings: &settings, origin: &call.origin };
    let values = payload::read::<SystemUser>(&body, Purpose::Update, context)?;
    rules::users::update(&mut change_of(call, &mut store, &settings), id, values)?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}
