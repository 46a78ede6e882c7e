//! Functions that tell which privileges a user has, or a role gives.

use http::{Method, StatusCode};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::{Call, json_reply, not_allowed};
use crate::model::{Role, Set, SystemUser};
use crate::odata::{ApiResult, ODataError};
use crate::reply::Reply;
use crate::rules::{self, must_exist, privileges};
use crate::seed::privilege_id;

/// `systemusers(id)/Microsoft.Dynamics.CRM.RetrieveUserPrivileges()`
pub fn of_user(call: &Call<'_>, user: Uuid) -> ApiResult<Reply> {
    let all: Vec<String> = privileges::ALL.map(str::to_owned).to_vec();
    user_privileges(call, "RetrieveUserPrivileges", user, &all)
}

/// `systemusers(id)/Microsoft.Dynamics.CRM.RetrieveUserPrivilegeByPrivilegeName(PrivilegeName='prvReadUser')`
pub fn by_name(call: &Call<'_>, user: Uuid, parameters: &str) -> ApiResult<Reply> {
    let name = parameter(call, parameters, "PrivilegeName")?;
    user_privileges(call, "RetrieveUserPrivilegeByPrivilegeName", user, &texts(&name)?)
}

/// `systemusers(id)/Microsoft.Dynamics.CRM.RetrieveUserSetOfPrivilegesByNames(PrivilegeNames=@p)?@p=["prvReadUser"]`
pub fn by_names(call: &Call<'_>, user: Uuid, parameters: &str) -> ApiResult<Reply> {
    let names = parameter(call, parameters, "PrivilegeNames")?;
    user_privileges(call, "RetrieveUserSetOfPrivilegesByNames", user, &texts(&names)?)
}

/// `roles(id)/Microsoft.Dynamics.CRM.RetrieveRolePrivilegesRole()`
pub fn of_role(call: &Call<'_>, role: Uuid) -> ApiResult<Reply> {
    let store = call.state.store.read();
    let unit = rules::row::<Role>(&store, role)?.business_unit;
    let held = privileges::of_role(&store, &call.state.settings.read(), role);
    answer(call, "RetrieveRolePrivilegesRole", held.into_iter().map(|name| entry(name, unit)).collect())
}

fn user_privileges(call: &Call<'_>, function: &str, user: Uuid, wanted: &[String]) -> ApiResult<Reply> {
    let store = call.state.store.read();
    must_exist(&store, Set::Users, user)?;
    let unit = rules::row::<SystemUser>(&store, user)?.business_unit;
    let mut held = privileges::of_user(&store, &call.state.settings.read(), user);
    for name in wanted {
        if privileges::known(name).is_none() {
            return Err(ODataError::bad_request("0x80040217", format!("The privilege '{name}' does not exist.")));
        }
    }
    held.retain(|name| wanted.iter().any(|wanted| wanted.eq_ignore_ascii_case(name)));
    answer(call, function, held.into_iter().map(|name| entry(name, unit)).collect())
}

fn entry(name: &str, unit: Uuid) -> Json {
    json!({
        "Depth": "Global",
        "PrivilegeId": privilege_id(name),
        "BusinessUnitId": unit,
        "PrivilegeName": name,
        "RecordFilterId": Uuid::nil(),
        "RecordFilterUniqueName": "",
    })
}

fn answer(call: &Call<'_>, function: &str, entries: Vec<Json>) -> ApiResult<Reply> {
    if call.request.method != Method::GET {
        return Err(not_allowed(call));
    }
    let body = json!({
        "@odata.context": format!("{}$metadata#Microsoft.Dynamics.CRM.{function}Response", call.base()),
        "RolePrivileges": entries,
    });
    Ok(json_reply(StatusCode::OK, body.to_string().into_bytes()))
}

/// The value of a function's parameter, as written, or as its alias in the query says.
fn parameter(call: &Call<'_>, parameters: &str, name: &str) -> ApiResult<String> {
    let missing = || ODataError::query(format!("The function needs the parameter {name}."));
    let value = parameters.strip_prefix(name).and_then(|rest| rest.strip_prefix('=')).ok_or_else(missing)?;
    match value.starts_with('@') {
        true => call.options.alias(value).map(str::to_owned).ok_or_else(missing),
        false => Ok(value.to_owned()),
    }
}

/// The texts of `'a'` or of `["a","b"]`, with either kind of quotes.
fn texts(value: &str) -> ApiResult<Vec<String>> {
    let value = value.trim();
    let items = value.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(value);
    let texts = items.split(',').map(|item| {
        let item = item.trim();
        let inner = ['\'', '"'].iter().find_map(|quote| item.strip_prefix(*quote)?.strip_suffix(*quote));
        inner.map(str::to_owned).ok_or_else(|| ODataError::query(format!("'{item}' is no text in quotes.")))
    });
    texts.collect()
}
