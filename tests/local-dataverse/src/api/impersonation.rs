//! Requests in the name of another user: the headers `CallerObjectId` and `MSCRMCallerID`.

use http::StatusCode;
use uuid::Uuid;

use super::Caller;
use super::authorize::{must_be_enabled, no_member};
use crate::odata::{ApiResult, ODataError};
use crate::rules::privileges;
use crate::settings::UnknownCaller;
use crate::state::{Incoming, State};
use crate::store::Store;

/// How a request names the user that it is to run as.
#[derive(Clone, Copy, Debug)]
enum Named {
    /// By the object in Microsoft Entra: the preferred way, which is the one that counts where both are there.
    Object(Uuid),
    /// By systemuserid.
    User(Uuid),
}

/// The caller, or the user in whose name he makes this request.
pub fn impersonated(state: &State, request: &Incoming, caller: Caller) -> ApiResult<Caller> {
    let Some(named) = named(request)? else { return Ok(caller) };
    // In this order, as everywhere: a writer who waits must not come between two readers that wait for each other.
    let store = state.store.read();
    let settings = state.settings.read();
    let own = caller.authenticated();
    let user = match (find(&store, named), settings.unknown_caller) {
        (None, UnknownCaller::Ignore) => return Ok(Caller::new(own)),
        // Who names himself acts for nobody.
        (Some(user), _) if user == own => return Ok(Caller::new(own)),
        (found, _) => found,
    };
    if !privileges::acts_for_others(&store, &settings, own) {
        return Err(ODataError::new(
            StatusCode::FORBIDDEN,
            "0x8004A110",
            "User does not have the privilege to act on behalf another user.",
        ));
    }
    let Some(user) = user else {
        return Err(match named {
            Named::Object(_) => no_member(),
            Named::User(id) => ODataError::not_found("systemuser", id),
        });
    };
    must_be_enabled(&store, user)?;
    Ok(Caller { user, impersonator: Some(own) })
}

fn named(request: &Incoming) -> ApiResult<Option<Named>> {
    Ok(match id(request, "CallerObjectId")? {
        Some(object) => Some(Named::Object(object)),
        None => id(request, "MSCRMCallerID")?.map(Named::User),
    })
}

fn id(request: &Incoming, name: &str) -> ApiResult<Option<Uuid>> {
    let Some(value) = request.headers.get(name) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    match Uuid::try_parse(text) {
        Ok(id) => Ok(Some(id)),
        Err(_) if value.is_empty() => Ok(None),
        Err(_) => {
            let text = format!("The header {name} must be the id of a user, not '{text}'.");
            Err(ODataError::bad_request("0x80040203", text))
        }
    }
}

/// Objects have no index: hardly any request names one, and an index of a million costs more than looking.
fn find(store: &Store, named: Named) -> Option<Uuid> {
    match named {
        Named::User(id) => store.users.contains(id).then_some(id),
        Named::Object(object) => store.users.iter().find(|user| user.object_id == Some(object)).map(|user| user.id),
    }
}
