//! Giving one role to a user or a team, and taking one away.

use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

use super::resolve::{self, Found};
use super::{ROLE, RoleRef};
use crate::business_units::UnitRef;
use crate::change::{Action, Mode};
use crate::client::Client;
use crate::error::{Result, Status};
use crate::holder::{Holder, Kind};
use crate::http::{Effect, Request, Response};
use crate::odata::{self, Row};

/// What became of it, for a user or a team.
#[derive(Debug)]
pub(crate) struct Change {
    pub(crate) changed: bool,
    pub(crate) planned: bool,
    pub(crate) action: Action,
    pub(crate) holder: Row,
    pub(crate) role: Row,
}

pub(crate) fn assign_to(
    client: &Client,
    kind: Kind,
    id: Uuid,
    role: &RoleRef,
    unit: Option<&UnitRef>,
    mode: Mode,
) -> Result<Change> {
    change(client, kind, id, role, unit, mode, Action::Added)
}

pub(crate) fn revoke_from(
    client: &Client,
    kind: Kind,
    id: Uuid,
    role: &RoleRef,
    unit: Option<&UnitRef>,
    mode: Mode,
) -> Result<Change> {
    change(client, kind, id, role, unit, mode, Action::Removed)
}

fn change(
    client: &Client,
    kind: Kind,
    id: Uuid,
    role: &RoleRef,
    unit: Option<&UnitRef>,
    mode: Mode,
    wanted: Action,
) -> Result<Change> {
    let holder = Holder::read(client, kind, id)?;
    let mut found = resolve::find(client, role, &holder, unit)?;
    let outcome = loop {
        if holder.holds(found.id) == (wanted == Action::Added) {
            break Ok((false, Action::Unchanged));
        }
        if mode == Mode::Plan {
            break Ok((false, wanted));
        }
        match apply(client, &holder, &found, wanted) {
            // The role was known from earlier, and is no longer there: another one may have its name now.
            Err(error) if error.status() == Status::RoleNotFound && found.remembered => {
                client.roles().forget();
                found = resolve::find(client, role, &holder, unit)?;
            }
            other => break other,
        }
    };
    let (changed, action) = outcome?;
    let row = holder.row.clone();
    if let Some(ahead) = client.ahead()
        && mode == Mode::Apply
    {
        ahead.keep(holder.with_change(&found.row, wanted == Action::Added));
    }
    Ok(Change { changed, planned: mode == Mode::Plan, action, holder: row, role: found.row })
}

/// Makes the change; whether it was this client that made it.
pub(super) fn apply(client: &Client, holder: &Holder, role: &Found, wanted: Action) -> Result<(bool, Action)> {
    let relationship = holder.kind.relationship();
    let request = if wanted == Action::Added {
        let link = json!({ "@odata.id": odata::row_url(client.api(), &ROLE, role.id, "", &[]).as_str() });
        Request::new(Method::POST, holder.url(client, &format!("/{relationship}/$ref")), Effect::RepeatableChange)
            .body("application/json", link.to_string().into_bytes())
    } else {
        let url = holder.url(client, &format!("/{relationship}({})/$ref", role.id));
        Request::new(Method::DELETE, url, Effect::RepeatableChange)
    };
    let response = client.send(request)?;
    if response.is_success() {
        client.must_be_silent(&response, &format!("{} of {}", role.id, holder.about()))?;
        return Ok((true, wanted));
    }
    if is_so_already(&response, wanted) {
        // Where an earlier try of this change may have come through, it was that one.
        return Ok(if response.uncertain { (true, wanted) } else { (false, Action::Unchanged) });
    }
    let name = role.row["name"].as_str().unwrap_or_default().escape_debug().to_string();
    Err(odata::to_error(&response, &format!("role '{name}' ({}) of {}", role.id, holder.about()), None))
}

/// Whether the refusal means that the wanted state is there: somebody else was quicker.
fn is_so_already(response: &Response, wanted: Action) -> bool {
    if wanted == Action::Added {
        return matches!(response.status, 409 | 412) && odata::is_code(response, "0x80040237");
    }
    // Holder and role were just seen: what is not found is the assignment.
    response.status == 404 && odata::is_own_refusal(response)
}
