//! A request's way: fault rules, sign-in or API or control, and the log.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming as Body;
use uuid::Uuid;

use crate::api::{self, path_lacks_version};
use crate::faults::{Action, Close};
use crate::limits::Running;
use crate::reply::{Broken, Reply, ReplyBody};
use crate::state::{Incoming, State};
use crate::{control, oauth};

/// A larger body is refused.
const LARGEST_BODY: usize = 64 * 1024 * 1024;

/// Answers one request; an error closes the connection without a reply.
pub async fn handle(state: Arc<State>, request: Request<Body>) -> Result<Response<ReplyBody>, Broken> {
    let (parts, body) = request.into_parts();
    let id = Uuid::new_v4();
    let mut incoming = Incoming {
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        method: parts.method,
        headers: parts.headers,
        body: Bytes::new(),
        id,
    };
    if control::is_control(&incoming.path) {
        return match read(body).await {
            Ok(body) => {
                incoming.body = body;
                Ok(control::answer(&state, &incoming).into_response())
            }
            Err(reply) => Ok((*reply).into_response()),
        };
    }
    let full_path = parts.uri.path_and_query().map_or_else(|| incoming.path.clone(), ToString::to_string);
    let action = state.faults.take(incoming.method.as_str(), &full_path).unwrap_or_default();
    let outcome = run(&state, &mut incoming, body, &action).await;
    let status = outcome.as_ref().map_or(0, |reply| reply.status.as_u16());
    state.log(&incoming.method, &full_path, status, id);
    outcome.map(Reply::into_response)
}

async fn read(body: Body) -> Result<Bytes, Box<Reply>> {
    match Limited::new(body, LARGEST_BODY).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(_) => Err(Box::new(Reply::with_body(
            StatusCode::PAYLOAD_TOO_LARGE,
            "text/plain",
            "The body of the request is too large, or did not arrive whole.",
        ))),
    }
}

/// The request with what the fault rule does to it.
async fn run(state: &State, request: &mut Incoming, body: Body, action: &Action) -> Result<Reply, Broken> {
    if action.close == Some(Close::BeforeRead) {
        return Err(Broken);
    }
    match read(body).await {
        Ok(body) => request.body = body,
        Err(reply) => return Ok(*reply),
    }
    if action.close == Some(Close::AfterRead) {
        return Err(Broken);
    }
    if let (Some(status), false) = (action.status, action.applied) {
        pause(action).await;
        return Ok(spoil(substitute(status, action, request), action));
    }
    let reply = if api::is_api(&request.path) {
        match admit(state, request) {
            // The request counts as running while it is delayed.
            Ok((caller, running)) => {
                pause(action).await;
                let reply = api::execute(state, request, caller);
                api::finish(request, with_limits(reply, &running))
            }
            Err(reply) => {
                pause(action).await;
                api::finish(request, *reply)
            }
        }
    } else {
        pause(action).await;
        elsewhere(state, request)
    };
    if action.close == Some(Close::AfterApplied) {
        return Err(Broken);
    }
    let reply = match action.status {
        Some(status) => substitute(status, action, request),
        None => reply,
    };
    Ok(spoil(reply, action))
}

async fn pause(action: &Action) {
    if let Some(milliseconds) = action.delay_ms {
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
    }
}

/// The caller, if the token is good and the limits allow another request.
fn admit(state: &State, request: &Incoming) -> Result<(api::Caller, Running), Box<Reply>> {
    if path_lacks_version(&request.path) {
        let text = "Requested API Version must be provided.  Please provide in the format /api/data/v<Major>.<Minor>/";
        return Err(Box::new(Reply::json(StatusCode::BAD_REQUEST, &serde_json::json!({"Message": text}))));
    }
    let caller = api::authorize(state, request)?;
    let settings = state.settings.read();
    match state.limits.enter(caller.user, &settings) {
        Ok(running) => Ok((caller, running)),
        Err(error) => Err(Box::new(api::refusal(&error))),
    }
}

fn with_limits(reply: Reply, running: &Running) -> Reply {
    reply
        .header("x-ms-ratelimit-burst-remaining-xrm-requests", running.remaining_requests.to_string())
        .header("x-ms-ratelimit-time-remaining-xrm-requests", format!("{:.2}", running.remaining_time.as_secs_f64()))
}

fn elsewhere(state: &State, request: &Incoming) -> Reply {
    if oauth::is_sign_in(&request.path) {
        return oauth::answer(state, request);
    }
    let text = format!(
        "Local Dataverse. There is nothing at {}.\nWeb API: {origin}/api/data/v9.2/\nSign-in: \
         {origin}/{}/oauth2/v2.0/token\nControl: {origin}/_local/ledger, requests, settings, faults, reset\n",
        request.path,
        crate::seed::TENANT_ID,
        origin = state.origin
    );
    Reply::with_body(StatusCode::NOT_FOUND, "text/plain; charset=utf-8", text)
}

/// The reply that a fault rule gives in place of the real one.
fn substitute(status: u16, action: &Action, request: &Incoming) -> Reply {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut reply = match &action.body {
        None => Reply::empty(status),
        Some(serde_json::Value::String(text)) => Reply::with_body(status, "text/html; charset=utf-8", text.clone()),
        Some(body) => Reply::json(status, body),
    };
    let mut headers = HeaderMap::new();
    for (name, value) in &action.headers {
        let pair = (http::HeaderName::try_from(name.as_str()), http::HeaderValue::try_from(value.as_str()));
        if let (Ok(name), Ok(value)) = pair {
            headers.append(name, value);
        }
    }
    for (name, value) in &headers {
        reply.headers.insert(name, value.clone());
    }
    if headers.contains_key("req_id") { reply } else { reply.header("req_id", request.id.to_string()) }
}

fn spoil(mut reply: Reply, action: &Action) -> Reply {
    if action.garbage {
        // No UTF-8, no JSON, and of the length that the real body has.
        reply.body = (0..reply.body.len().max(16)).map(|index| 0xF8 | (index as u8 & 7)).collect::<Vec<u8>>().into();
    }
    reply.cut = action.truncate;
    reply
}
