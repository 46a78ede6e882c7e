//! `$batch`: many requests in one, in changesets that succeed or fail as a whole.

mod multipart;
mod references;

use http::{Method, StatusCode};
use uuid::Uuid;

use super::impersonation::impersonated;
use super::{Caller, headers, path, refusal};
use crate::odata::{ApiResult, ODataError, QueryOptions};
use crate::reply::Reply;
use crate::state::{Incoming, State};
use multipart::{Inner, Part};
use references::References;

/// The most requests that a batch may have.
const MOST: usize = 1000;

/// Whether a request is a batch.
pub fn is_batch(request: &Incoming) -> bool {
    path::version(&request.path).is_ok_and(|(_, rest)| rest == "$batch" || rest == "%24batch")
}

/// Carries out a batch.
pub fn execute(state: &State, request: &Incoming, caller: Caller) -> Reply {
    run(state, request, caller).unwrap_or_else(|error| refusal(&error))
}

fn run(state: &State, request: &Incoming, caller: Caller) -> ApiResult<Reply> {
    if request.method != Method::POST {
        return Err(ODataError::method(&request.method, &request.path, "POST"));
    }
    headers::check_form(request)?;
    if let Some(name) = QueryOptions::parse(&request.query)?.names().next() {
        return Err(ODataError::query(format!("The query option '{name}' can't be used with $batch.")));
    }
    let boundary = multipart::boundary(request.header("content-type").unwrap_or_default())
        .ok_or_else(|| malformed("the Content-Type is no multipart/mixed with a boundary"))?;
    let parts = multipart::parse(&request.body, &boundary)?;
    let requests: usize = parts.iter().map(Part::requests).sum();
    if requests > MOST {
        return Err(ODataError::bad_request(
            "0x80048408",
            format!("The number of requests in the batch is {requests}, above the maximum of {MOST}."),
        ));
    }
    // An inner request may name another user, who then counts for it alone.
    let caller = impersonated(state, request, caller)?;
    let goes_on = headers::continues_on_error(request);
    let mut answers = multipart::Writer::new("batchresponse");
    let mut failed = false;
    for part in &parts {
        let ok = match part {
            Part::One(inner) => {
                let reply = one(state, request, caller, inner);
                answers.reply(&reply, inner.content_id.as_deref());
                !is_failure(&reply)
            }
            Part::Changeset(inners) => changeset(state, request, caller, inners, &mut answers),
        };
        if !ok && !goes_on {
            failed = true;
            break;
        }
    }
    let status = if failed { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    Ok(answers.finish(status))
}

/// Carries out a changeset; false where it failed, and then nothing of it stays.
fn changeset(
    state: &State,
    batch: &Incoming,
    caller: Caller,
    inners: &[Inner],
    answers: &mut multipart::Writer,
) -> bool {
    let mut replies = Vec::new();
    let mut references = References::default();
    // Nobody else changes anything until it is known whether the changeset stays.
    let _alone = state.changesets.write();
    let mark = state.store.read().mark();
    for (place, inner) in inners.iter().enumerate() {
        let again =
            inners[..place].iter().any(|other| other.content_id.is_some() && other.content_id == inner.content_id);
        let reply = if again {
            refusal(&malformed("the Content-IDs of a changeset must differ from each other"))
        } else if inner.method == Method::GET {
            refusal(&malformed("a changeset has no GET requests"))
        } else {
            within(batch, inner, &references, |request| super::execute_one(state, request, caller))
        };
        if is_failure(&reply) {
            state.store.write().roll_back(mark);
            state.follow_organization();
            // One reply stands for the whole changeset.
            answers.reply(&reply, inner.content_id.as_deref());
            return false;
        }
        if let (Some(id), Some(address)) = (&inner.content_id, reply.headers.get("odata-entityid")) {
            references.add(id, address.to_str().unwrap_or_default());
        }
        replies.push((reply, inner.content_id.clone()));
    }
    answers.changeset(&replies);
    true
}

fn one(state: &State, batch: &Incoming, caller: Caller, inner: &Inner) -> Reply {
    within(batch, inner, &References::default(), |request| {
        if is_batch(request) {
            return refusal(&malformed("a batch has no batch in it"));
        }
        super::execute(state, request, caller)
    })
}

/// Carries an inner request out; its reply names its own request id, by which the ledger knows it.
fn within(batch: &Incoming, inner: &Inner, references: &References, execute: impl FnOnce(&Incoming) -> Reply) -> Reply {
    match prepared(batch, inner, references) {
        Ok(request) => headers::within_batch(&request, execute(&request)),
        Err(error) => refusal(&error),
    }
}

fn is_failure(reply: &Reply) -> bool {
    reply.status.is_client_error() || reply.status.is_server_error()
}

/// The inner request as one of its own.
fn prepared(batch: &Incoming, inner: &Inner, references: &References) -> ApiResult<Incoming> {
    let target = references.in_target(&inner.target)?;
    let origin = batch.origin("");
    let here = target.strip_prefix(origin.as_str()).filter(|path| !origin.is_empty() && path.starts_with('/'));
    let whole = here.or_else(|| target.starts_with('/').then_some(&*target));
    let target = match whole {
        Some(whole) => whole.to_owned(),
        None if target.split('?').next().is_some_and(|path| path.contains("://")) => {
            return Err(malformed(format!("the address '{target}' is of another server")));
        }
        None => format!("{}{target}", batch.path.trim_end_matches("$batch").trim_end_matches("%24batch")),
    };
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let mut headers = inner.headers.clone();
    for name in ["host", "authorization"] {
        if let Some(value) = batch.headers.get(name) {
            headers.insert(name, value.clone());
        }
    }
    Ok(Incoming {
        method: inner.method.clone(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers,
        body: references.in_body(&inner.body)?.into_owned().into(),
        id: Uuid::new_v4(),
        secure: batch.secure,
    })
}

/// 400: the batch itself can't be understood.
fn malformed(why: impl std::fmt::Display) -> ODataError {
    ODataError::bad_request("0x80048d19", format!("The batch can't be processed: {why}."))
}
