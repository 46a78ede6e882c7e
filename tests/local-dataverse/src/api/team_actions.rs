//! Actions of teams.

use http::StatusCode;
use uuid::Uuid;

use super::Call;
use super::arguments::Arguments;
use super::write::change_of;
use crate::model::{Relationship, Set, Side};
use crate::odata::ApiResult;
use crate::reply::Reply;
use crate::rules::links;

/// `teams(id)/Microsoft.Dynamics.CRM.AddMembersTeam` and `RemoveMembersTeam`: all of the members, or none where one is refused.
pub fn change_members(call: &Call<'_>, team: Uuid, arguments: &Arguments, add: bool) -> ApiResult<Reply> {
    let members = arguments.rows("Members", Set::Users, &["systemuserid", "ownerid"])?;
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
