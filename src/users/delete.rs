//! Deleting a user, where the environment offers that at all.

use reqwest::Method;
use uuid::Uuid;

use super::{USER, UserChange, get};
use crate::change::{Action, Mode};
use crate::client::Client;
use crate::error::{Error, Result, Status};
use crate::http::{Effect, Request};
use crate::odata;

/// Deletes a user. Dynamics 365 does not do that unless the environment has the feature "delete disabled users" (a preview, off by
/// default): the user must be disabled, and gone from Microsoft Entra ID; the first time it is only marked as deleted.
///
/// # Errors
/// `UserNotFound`; `NotSupported` where the environment does not delete users; `ConstraintViolation` where a rule refuses it;
/// `OutcomeUnknown`.
pub fn delete(client: &Client, id: Uuid, mode: Mode) -> Result<UserChange> {
    let user = get(client, id, &[])?;
    if mode == Mode::Plan {
        return Ok(UserChange { planned: true, ..UserChange::of(user, Action::Deleted, Vec::new()) });
    }
    // A second delete of a user who is marked as deleted takes the row away: it is never sent again blindly.
    let url = odata::row_url(client.api(), &USER, id, "", &[]);
    let response = client.send(Request::new(Method::DELETE, url, Effect::OnceOnlyChange))?;
    if response.is_success() {
        client.must_be_silent(&response, &format!("the deletion of systemuser {id}"))?;
        return Ok(UserChange { changed: true, ..UserChange::of(user, Action::Deleted, Vec::new()) });
    }
    let error = odata::to_error(&response, &format!("systemuser {id}"), Some(&USER));
    Err(if odata::is_code(&response, "0x80040800") { not_offered(error) } else { error })
}

fn not_offered(error: Error) -> Error {
    Error::new(Status::NotSupported, "Deleting users is not supported by this environment.")
        .with_cause(error.what().to_owned())
        .with_advice("Disable the user instead.")
        .with_request_id(error.request_id().map(str::to_owned))
        .with_code("0x80040800")
}
