//! Actions of teams.

use http::StatusCode;
use serde_json::Value as Json;
use uuid::Uuid;

use super::Call;
use super::write::change_of;
use crate::model::{Relationship, Side};
use crate::odata::{ApiResult, ODataError, payload};
use crate::reply::Reply;
use crate::rules::links;

/// `teams(id)/Microsoft.Dynamics.CRM.AddMembersTeam` and `RemoveMembersTeam`: all of the members, or none where one is refused.
pub fn change_members(call: &Call<'_>, team: Uuid, add: bool) -> ApiResult<Reply> {
    let members = users(&payload::object(&call.request.body, "teams")?)?;
    let side = Side { relationship: Relationship::TeamMember, from_left: true };
    let settings = call.state.settings.read().clone();
    let mut store = call.state.store.write();
    let mark = store.mark();
    for user in members {
        let mut change = change_of(call, &mut store, &settings);
        let outcome = match add {
            true => links::associate(&mut change, side, team, user),
            false => links::disassociate(&mut change, side, team, user),
        };
        if let Err(error) = outcome {
            store.roll_back(mark);
            return Err(error);
        }
    }
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

fn users(body: &serde_json::Map<String, Json>) -> ApiResult<Vec<Uuid>> {
    let wrong = || {
        let message = "The body must be {\"Members\":[{\"systemuserid\":\"<id>\"}]}, with a user or more.";
        ODataError::payload("teams", message)
    };
    let members = body.get("Members").and_then(Json::as_array).filter(|members| !members.is_empty());
    let ids = members.ok_or_else(wrong)?.iter().map(|member| {
        let id = member.get("systemuserid").or_else(|| member.get("ownerid")).and_then(Json::as_str);
        id.and_then(|id| Uuid::try_parse(id).ok()).ok_or_else(wrong)
    });
    ids.collect()
}
