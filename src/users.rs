//! Users (`systemuser`): read, create, update, enable, disable, move.

use std::time::Instant;

use reqwest::Method;
use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::attributes::{self, Checked, Kind, Purpose, Setting};
use crate::client::{Client, Pages};
use crate::error::{Error, Result, Status};
use crate::http::{Effect, Request, unknown};
use crate::odata::{self, Entity, Query, Row};
use crate::roles;

pub(crate) const USER: Entity = Entity {
    set: "systemusers",
    name: "systemuser",
    lookups: &["businessunitid", "parentsystemuserid", "createdby", "modifiedby"],
    columns: &[
        "systemuserid",
        "fullname",
        "domainname",
        "internalemailaddress",
        "firstname",
        "lastname",
        "businessunitid",
        "isdisabled",
        "accessmode",
        "applicationid",
        "photourl",
        "employeeid",
        "governmentid",
        "homephone",
        "jobtitle",
        "middlename",
        "mobilephone",
        "nickname",
        "salutation",
        "skills",
        "title",
    ],
    missing: Status::UserNotFound,
};

/// How often a create is sent whose outcome is unknown and whose row is not there.
const CREATES: u32 = 3;

/// What a change of a user did.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UserChange {
    /// Whether anything was changed.
    pub changed: bool,
    /// What was done.
    pub action: Action,
    /// The user as it is afterwards, with the usual columns.
    pub user: Row,
    /// What differs from before; empty for a new user.
    pub changes: Vec<AttributeChange>,
    /// What was left out, and why.
    pub warnings: Vec<String>,
    /// The roles that a move to another business unit cost.
    pub roles_removed: Vec<Row>,
}

/// What was done to a user or a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Action {
    /// A user was created.
    Created,
    /// Attributes of a user were changed.
    Updated,
    /// A user was enabled.
    Enabled,
    /// A user was disabled.
    Disabled,
    /// A user was moved to another business unit.
    Moved,
    /// A role was assigned.
    Added,
    /// A role was revoked.
    Removed,
    /// All was already as asked for.
    Unchanged,
}

/// The change of one attribute.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AttributeChange {
    /// Its logical name.
    pub attribute: String,
    /// The value before.
    pub before: Value,
    /// The value that was set.
    pub after: Value,
}

/// One user. `columns` are logical names; none means the usual ones.
///
/// # Errors
/// `UserNotFound` where there is no such user.
pub fn get(client: &Client, id: Uuid, columns: &[String]) -> Result<Row> {
    client.row(&USER, id, &odata::columns_of(&USER, columns)?)
}

/// Users, page by page.
pub fn list(client: &Client, query: &Query) -> Result<Pages> {
    client.pages(USER.set, &USER, query, "the users".into())
}

/// The roles that a user holds of its own (those of its teams are not among them).
///
/// # Errors
/// The first page is `UserNotFound` where there is no such user.
pub fn roles(client: &Client, id: Uuid, query: &Query) -> Result<Pages> {
    client.pages(
        &format!("systemusers({id})/systemuserroles_association"),
        &roles::ROLE_OF_USER,
        query,
        format!("systemuser {id}"),
    )
}

/// Creates a user with the attributes that the connector's documentation allows on add.
///
/// The client chooses the `systemuserid` where none is given, so that after a lost reply it can look whether the user is there.
///
/// # Errors
/// `MissingAttribute` and `InvalidAttribute` before any request; `AlreadyExists`; `OutcomeUnknown` where neither the reply
/// nor a look told what became of it.
pub fn create(client: &Client, given: &Map<String, Value>) -> Result<UserChange> {
    let checked = attributes::check(given, Purpose::Add)?;
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
    let mut body = payload(&checked);
    body.insert("systemuserid".into(), Value::from(id.to_string()));
    let mut user = post(client, id, &body)?;
    let mut warnings = checked.warnings;
    // Dataverse's metadata calls isdisabled "update only": where the environment ignored it, it is set now.
    if checked
        .settings
        .iter()
        .any(|(attribute, setting)| attribute.name == "isdisabled" && !setting.is(&user["isdisabled"]))
    {
        let columns = odata::columns_of(&USER, &[])?;
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
    Ok(UserChange {
        changed: true,
        action: Action::Created,
        user,
        changes: Vec::new(),
        warnings,
        roles_removed: Vec::new(),
    })
}

fn exists(client: &Client, id: Uuid) -> Result<bool> {
    match get(client, id, &["systemuserid".to_owned()]) {
        Ok(_) => Ok(true),
        Err(error) if error.status() == Status::UserNotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Sends a create until it is known what became of it: after a lost reply, by looking for the row under its own id. Where it
/// is not there, the same create is sent again; should the first one still come through, the key lets only one of them in.
fn post(client: &Client, id: Uuid, body: &Row) -> Result<Row> {
    let columns = odata::columns_of(&USER, &[])?;
    let url = odata::list_url(client.api(), USER.set, &columns, &Query::default());
    let request = Request::new(Method::POST, url, Effect::OnceOnlyChange)
        .header("prefer", "return=representation")
        .body("application/json", Value::Object(body.clone()).to_string().into_bytes());
    let mut lost: Option<Error> = None;
    for sent in 1..=CREATES {
        match client.send(request.clone()) {
            Ok(response) if response.is_success() => return client.row_after(&response, &USER, id, &columns),
            Ok(response) => {
                let refused = odata::to_error(&response, &format!("the new systemuser {id}"), Some(&USER));
                return if lost.is_some() { found_late(client, id, refused) } else { Err(refused) };
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

/// The body of a create or an update.
fn payload(checked: &Checked) -> Row {
    let pair = |(attribute, setting): &(&'static attributes::Attribute, Setting)| match (attribute.kind, setting) {
        (Kind::BusinessUnit, Setting::Guid(id)) => {
            (format!("{}@odata.bind", attribute.name), json!(format!("/businessunits({id})")))
        }
        _ => (attribute.name.to_owned(), setting.to_json()),
    };
    checked.settings.iter().map(pair).collect()
}

/// Updates a user with the attributes that the connector's documentation allows on update. Reads the user first and sends only
/// what differs; where nothing does, nothing is sent.
///
/// # Errors
/// `InvalidAttribute` before any request; `UserNotFound`; whatever the environment refuses.
pub fn update(client: &Client, id: Uuid, given: &Map<String, Value>) -> Result<UserChange> {
    let checked = attributes::check(given, Purpose::Update)?;
    apply(client, id, checked, Action::Updated)
}

/// Enables or disables a user.
///
/// # Errors
/// `UserNotFound`; `ConstraintViolation` where a rule refuses it, such as for the last System Administrator.
pub fn set_enabled(client: &Client, id: Uuid, enabled: bool) -> Result<UserChange> {
    let checked = attributes::check(&Map::from_iter([("isdisabled".to_owned(), json!(!enabled))]), Purpose::Update)?;
    apply(client, id, checked, if enabled { Action::Enabled } else { Action::Disabled })
}

/// Moves a user to a business unit. The environment usually takes all roles from a user who moves; which ones it took is in the
/// result.
///
/// # Errors
/// `UserNotFound`, `BusinessUnitNotFound`.
pub fn move_to(client: &Client, id: Uuid, business_unit: Uuid) -> Result<UserChange> {
    let given = Map::from_iter([("businessunitid".to_owned(), json!(business_unit.to_string()))]);
    apply(client, id, attributes::check(&given, Purpose::Update)?, Action::Moved)
}

fn apply(client: &Client, id: Uuid, mut checked: Checked, action: Action) -> Result<UserChange> {
    let before = get(client, id, &[])?;
    checked.settings.retain(|(attribute, setting)| !setting.is(&before[attribute.name]));
    let warnings = std::mem::take(&mut checked.warnings);
    if checked.settings.is_empty() {
        let (changes, roles_removed) = (Vec::new(), Vec::new());
        return Ok(UserChange {
            changed: false,
            action: Action::Unchanged,
            user: before,
            changes,
            warnings,
            roles_removed,
        });
    }
    let change = |(attribute, setting): &(&'static attributes::Attribute, Setting)| AttributeChange {
        attribute: attribute.name.to_owned(),
        before: before[attribute.name].clone(),
        after: setting.to_json(),
    };
    let changes = checked.settings.iter().map(change).collect();
    let moves = checked.get("businessunitid").is_some();
    let held = if moves { held_roles(client, id)? } else { Vec::new() };
    let user = client.patch(&USER, id, &payload(&checked), &odata::columns_of(&USER, &[])?)?;
    let mut roles_removed = Vec::new();
    if !held.is_empty() {
        let kept = held_roles(client, id).map_err(|error| {
            error.with_note(format!(
                "The systemuser {id} was moved; which of its {} roles it kept could not be read.",
                held.len()
            ))
        })?;
        roles_removed
            .extend(held.into_iter().filter(|role| !kept.iter().any(|other| other["roleid"] == role["roleid"])));
    }
    Ok(UserChange { changed: true, action, user, changes, warnings, roles_removed })
}

fn held_roles(client: &Client, id: Uuid) -> Result<Vec<Row>> {
    let columns = ["roleid", "name", "businessunitid"].map(str::to_owned).to_vec();
    let path = format!("systemusers({id})/systemuserroles_association");
    client.rows(&path, &roles::ROLE_OF_USER, &Query { columns, ..Query::default() }, format!("systemuser {id}"))
}
