//! Creating a user: once, whatever becomes of the replies.

use std::time::Instant;

use reqwest::Method;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::update::{USUAL, exists};
use super::{Options, USER, UserChange, get};
use crate::attributes::{self, Purpose, Setting};
use crate::change::{Action, Mode};
use crate::client::Client;
use crate::error::{Error, Result, Status};
use crate::http::{Effect, Request, unknown};
use crate::odata::{self, Query, Row};

/// How often a create is sent whose outcome is unknown and whose row is not there.
const CREATES: u32 = 3;

/// Creates a user with the attributes that the connector's documentation allows on add.
///
/// The client chooses the `systemuserid` where none is given, so that after a lost reply it can look whether the user is there.
///
/// # Errors
/// `MissingAttribute` and `InvalidAttribute` before any request; `AlreadyExists`; `OutcomeUnknown` where neither the reply
/// nor a look told what became of it.
pub fn create(client: &Client, given: &Map<String, Value>, options: Options) -> Result<UserChange> {
    let checked = attributes::check(given, Purpose::Add, options.any_attribute)?;
    let id = match checked.get("systemuserid") {
        Some(Setting::Guid(id)) => {
            // Otherwise a row that was there before could be taken for the new one after a lost reply.
            if exists(client, *id)? {
                return Err(Error::new(
                    Status::AlreadyExists,
                    format!("The systemuser {id} exists already; it was not changed."),
                )
                .with_advice("Update it, or leave systemuserid out.")
                .with_target(format!("systemuser {id}")));
            }
            *id
        }
        _ => Uuid::new_v4(),
    };
    let mut body = checked.payload();
    body.insert("systemuserid".into(), Value::from(id.to_string()));
    if options.mode == Mode::Plan {
        let columns = odata::columns_of(&USER, USUAL)?;
        let user = odata::select_row(checked.row(id), &columns);
        return Ok(UserChange { planned: true, ..UserChange::of(user, Action::Created, checked.warnings) });
    }
    let mut user = post(client, id, &body)?;
    let mut warnings = checked.warnings;
    // Dataverse's metadata calls isdisabled "update only": where the environment ignored it, it is set now.
    if checked
        .settings
        .iter()
        .any(|(attribute, setting)| attribute.name == "isdisabled" && !setting.is(&user["isdisabled"]))
    {
        let columns = odata::columns_of(&USER, USUAL)?;
        match client.patch(
            &USER,
            id,
            &Map::from_iter([("isdisabled".to_owned(), body["isdisabled"].clone())]),
            &columns,
        ) {
            Ok(row) => user = row,
            Err(error) => {
                return Err(
                    error.with_note(format!("The systemuser {id} was created, but isdisabled is not as asked for."))
                );
            }
        }
        warnings.push("isdisabled took a second request: the environment ignored it when the user was created.".into());
    }
    Ok(UserChange { changed: true, ..UserChange::of(user, Action::Created, warnings) })
}

/// Sends a create until it is known what became of it: after a lost reply, by looking for the row under its own id. Where it
/// is not there, the same create is sent again; should the first one still come through, the key lets only one of them in.
fn post(client: &Client, id: Uuid, body: &Row) -> Result<Row> {
    let columns = odata::columns_of(&USER, USUAL)?;
    let url = odata::list_url(client.api(), USER.set, &columns, &Query::default());
    let request = Request::new(Method::POST, url, Effect::OnceOnlyChange)
        .header("prefer", "return=representation")
        .body("application/json", Value::Object(body.clone()).to_string().into_bytes());
    let mut lost: Option<Error> = None;
    for sent in 1..=CREATES {
        match client.send(request.clone()) {
            Ok(response) if response.is_success() => match client.row_after(&response, &USER, id, &columns) {
                Err(error) if error.status() == Status::OutcomeUnknown => lost = Some(error),
                row => return row,
            },
            Ok(response) => {
                let refused = odata::to_error(&response, &format!("the new systemuser {id}"), Some(&USER));
                if refused.status() == Status::OutcomeUnknown {
                    lost = Some(refused);
                } else {
                    return if lost.is_some() { found_late(client, id, refused) } else { Err(refused) };
                }
            }
            Err(error) if error.status() != Status::OutcomeUnknown => return Err(error),
            Err(error) => lost = Some(error),
        }
        client.call().check()?;
        match get(client, id, &[]) {
            Ok(user) => return Ok(user),
            Err(error) if error.status() == Status::UserNotFound => {}
            Err(error) => {
                let lost = lost.unwrap_or_else(|| error.clone());
                return Err(lost.with_note(format!("Looking for the systemuser {id} failed too: {error}")));
            }
        }
        if sent < CREATES {
            client.call().wait_until(Some(Instant::now() + client.retry_policy().backoff(sent)), || false)?;
        }
    }
    let lost = lost.unwrap_or_else(|| Error::new(Status::OutcomeUnknown, "The create was not answered."));
    Err(lost.with_note(format!(
        "The systemuser {id} was not there each time it was looked for. The create was sent {CREATES} times."
    )))
}

/// A repeated create was refused. The refusal may be the echo of the first one (its key, its domainname), which came through after it
/// was looked for; then the user is there.
fn found_late(client: &Client, id: Uuid, refused: Error) -> Result<Row> {
    match get(client, id, &[]) {
        Ok(user) => Ok(user),
        Err(error) if error.status() == Status::UserNotFound => {
            Err(refused.with_note("It was sent twice, for the first reply was lost; the user is not there."))
        }
        Err(error) => Err(unknown(
            &format!("create of systemuser {id}"),
            format!("the first reply was lost, the second said '{}', and looking for the user failed", refused.what()),
        )
        .with_note(error.to_string())),
    }
}
