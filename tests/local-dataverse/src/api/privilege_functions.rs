//! Functions that tell which privileges a user has, or a role gives.

use http::StatusCode;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::parameters::Parameters;
use super::{Call, json_reply};
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
pub fn by_name(call: &Call<'_>, user: Uuid, parameters: &Parameters) -> ApiResult<Reply> {
    let name = parameters.text("PrivilegeName")?;
    user_privileges(call, "RetrieveUserPrivilegeByPrivilegeName", user, &[name])
}

/// `systemusers(id)/Microsoft.Dynamics.CRM.RetrieveUserSetOfPrivilegesByNames(PrivilegeNames=@p)?@p=["prvReadUser"]`
pub fn by_names(call: &Call<'_>, user: Uuid, parameters: &Parameters) -> ApiResult<Reply> {
    let names = parameters.texts("PrivilegeNames")?;
    user_privileges(call, "RetrieveUserSetOfPrivilegesByNames", user, &names)
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
    let body = json!({
        "@odata.context": format!("{}$metadata#Microsoft.Dynamics.CRM.{function}Response", call.base()),
        "RolePrivileges": entries,
    });
    Ok(json_reply(StatusCode::OK, body.to_string().into_bytes()))
}
