//! The actions that send batches: a changeset that stays, one that fails, and single requests of which some fail.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::actions::{Worker, link, update_of};
use super::journal::{Told, Wanted};

/// A request within a batch, with a Content-ID where it is in a changeset.
fn part(content_id: Option<u8>, method: &str, target: &str, body: Option<&Value>) -> String {
    let id = content_id.map(|id| format!("Content-ID: {id}\r\n")).unwrap_or_default();
    let body =
        body.map(|body| format!("Content-Type: application/json\r\n\r\n{body}\r\n")).unwrap_or_else(|| "\r\n".into());
    format!(
        "Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n{id}\r\n{method} {target} HTTP/1.1\r\n{body}"
    )
}

fn joined(boundary: &str, parts: &[String]) -> String {
    let all: String = parts.iter().map(|part| format!("--{boundary}\r\n{part}")).collect();
    format!("{all}--{boundary}--\r\n")
}

fn changeset(parts: &[String]) -> String {
    format!("Content-Type: multipart/mixed; boundary=changeset\r\n\r\n{}", joined("changeset", parts))
}

/// What came back for a batch.
struct Replies {
    status: u16,
    /// The status and the `REQ_ID` of each inner reply, in order.
    inner: Vec<(u16, String)>,
    text: String,
}

fn inner(text: &str) -> Vec<(u16, String)> {
    let mut replies: Vec<(u16, String)> = Vec::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("HTTP/1.1 ") {
            replies.push((rest.get(..3).and_then(|digits| digits.parse().ok()).unwrap_or(0), String::new()));
        } else if let (Some((name, value)), Some(last)) = (line.split_once(": "), replies.last_mut())
            && name.eq_ignore_ascii_case("req_id")
        {
            last.1 = value.to_owned();
        }
    }
    replies
}

fn send(worker: &mut Worker<'_>, prefer: &str, parts: &[String]) -> Result<Replies> {
    let body = ("multipart/mixed; boundary=batch", joined("batch", parts));
    let reply = worker.send_text("POST", "$batch", &[("Prefer", prefer)], Some(body))?;
    let inner = inner(&reply.text);
    worker.statuses.extend(inner.iter().map(|(status, _)| *status));
    Ok(Replies { status: reply.status, inner, text: reply.text })
}

/// A user, a role for it and a change of another user: all or nothing, and it is all.
pub fn succeeding(worker: &mut Worker<'_>) -> Result<()> {
    let (id, body, values) = worker.new_user();
    let (other, job) = (worker.user(), worker.job());
    let unit = values["_businessunitid_value"].as_str().context("a user without unit")?;
    let fitting = worker.places.roles.iter().find(|(_, of)| of == unit);
    let role = fitting.map(|(id, _)| id.clone()).context("a business unit without roles")?;
    let address = json!({"@odata.id": format!("{}roles({role})", worker.wire.base)});
    let renamed = json!({"jobtitle": job});
    let parts = [
        part(Some(1), "POST", "systemusers", Some(&body)),
        part(Some(2), "POST", "$1/systemuserroles_association/$ref", Some(&address)),
        part(Some(3), "PATCH", &format!("systemusers({other})"), Some(&renamed)),
    ];
    let Replies { status, inner: replies, text } = send(worker, "return=minimal", &[changeset(&parts)])?;
    ensure!(status == 200 && replies.len() == 3, "a changeset that should stay gave {status}: {text}");
    let wanted = [
        Wanted::Create { set: "systemusers".into(), id: id.clone(), values },
        link("systemuserroles_association", &id, &role, true),
        update_of(other, &renamed, None),
    ];
    for ((status, request), wanted) in replies.into_iter().zip(wanted) {
        ensure!(status == 204 && !request.is_empty(), "a part of a changeset that should stay gave {status}: {text}");
        worker.journal.tell(&Told { request, status, wanted })?;
    }
    Ok(())
}

/// The same with an end that fails: nothing of it may be seen.
pub fn failing(worker: &mut Worker<'_>) -> Result<()> {
    let (id, body, values) = worker.new_user();
    let (other, job) = (worker.user(), worker.job());
    let parts = [
        part(Some(1), "POST", "systemusers", Some(&body)),
        part(Some(2), "PATCH", &format!("systemusers({other})"), Some(&json!({"jobtitle": job}))),
        part(Some(3), "PATCH", "$1", Some(&json!({"shoesize": 42}))),
    ];
    let Replies { status, inner: replies, text } = send(worker, "return=minimal", &[changeset(&parts)])?;
    ensure!(status == 400 && replies.len() == 1, "a changeset that fails gave {status}: {text}");
    let (status, request) = replies[0].clone();
    worker.journal.tell(&Told {
        request,
        status,
        wanted: Wanted::Create { set: "systemusers".into(), id: id.clone(), values },
    })?;
    let gone = worker.send("GET", &format!("systemusers({id})"), &[], None)?;
    ensure!(gone.status == 404, "a user of a changeset that failed is there: {}", gone.text);
    Ok(())
}

/// Single requests of all kinds; one of them fails, and the others are done.
pub fn mixed(worker: &mut Worker<'_>) -> Result<()> {
    let (user, other, job) = (worker.user(), worker.user(), worker.job());
    let renamed = json!({"jobtitle": job});
    let parts = [
        part(None, "GET", &format!("systemusers({user})?$select=fullname"), None),
        part(None, "PATCH", &format!("systemusers({user})"), Some(&renamed)),
        part(None, "PATCH", &format!("systemusers({other})"), Some(&json!({"jobtitle": 5}))),
        part(None, "PATCH", &format!("systemusers({other})"), Some(&renamed)),
    ];
    let Replies { status, inner: replies, text } = send(worker, "odata.continue-on-error", &parts)?;
    let statuses: Vec<u16> = replies.iter().map(|(status, _)| *status).collect();
    ensure!(status == 200 && statuses == [200, 204, 400, 204], "a batch of single requests gave {status}: {text}");
    for (place, id) in [(1, user), (2, other), (3, other)] {
        let (status, request) = replies[place].clone();
        worker.journal.tell(&Told { request, status, wanted: update_of(id, &renamed, None) })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inner_replies_are_found_with_their_ids() {
        let text = "--b\r\n\r\nHTTP/1.1 204 No Content\r\nreq_id: a\r\n\r\n--b\r\n\r\nHTTP/1.1 404 Not Found\r\nREQ_ID: b\r\n\r\n{}\r\n--b--";
        assert_eq!(inner(text), [(204, "a".to_owned()), (404, "b".to_owned())]);
    }
}
