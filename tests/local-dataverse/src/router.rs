//! A request's way: page, control, or fault rules and sign-in or API, and the log.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response, StatusCode, Version};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Body as _, Incoming as Body};
use uuid::Uuid;

use crate::api::{self, path_lacks_version};
use crate::body::{Broken, ReplyBody};
use crate::faults::{self, Action, Close};
use crate::limits::Running;
use crate::line::{Ending, Line};
use crate::reply::Reply;
use crate::request_log::Underway;
use crate::state::{Incoming, State};
use crate::{compress, control, host, oauth, page};

/// A larger body is refused.
const LARGEST_BODY: usize = 64 * 1024 * 1024;
/// A body that takes longer to arrive is given up.
const BODY_TIME: Duration = Duration::from_secs(180);

/// Answers one request; an error closes the connection without a reply.
pub async fn handle(state: Arc<State>, line: Arc<Line>, request: Request<Body>) -> Result<Response<ReplyBody>, Broken> {
    line.begin(request.version() == Version::HTTP_2);
    let (mut parts, body) = request.into_parts();
    if let Err(reason) = host::settle(&mut parts) {
        let reply = Reply::with_body(StatusCode::BAD_REQUEST, "text/plain; charset=utf-8", format!("{reason}\n"));
        return Ok(reply.into_response());
    }
    let target = parts.uri.path_and_query().map_or_else(|| parts.uri.path().to_owned(), ToString::to_string);
    let mut incoming = incoming(parts, state.tls.is_some());
    if let Some(reply) = page::answer(&incoming) {
        return Ok(compressed(&state, &incoming, reply).into_response());
    }
    if control::is_control(&incoming.path) {
        return match read(body).await {
            Ok(body) => {
                incoming.body = body;
                Ok(control::answer(&state, &incoming))
            }
            Err(Unread::Refused(reply)) => Ok((*reply).into_response()),
            Err(Unread::Gone) => Err(Broken),
        };
    }
    let fault = state.faults.take(incoming.method.as_str(), &target);
    let mut underway = Underway::new(&state.requests, incoming.method.as_str(), target, incoming.id);
    underway.entry.client_request_id = incoming.header("x-ms-client-request-id").map(str::to_owned);
    underway.entry.fault = fault.as_deref().map(|action| Box::new(action.clone()));
    let action = fault.unwrap_or_default();
    match run(&state, &mut incoming, body, &action, &mut underway).await {
        Ok(reply) => {
            underway.entry.status = reply.status.as_u16();
            Ok(faults::respond(compressed(&state, &incoming, reply), &action, &line))
        }
        Err(Broken) => {
            line.end(match action.close {
                _ if action.reset => Ending::Reset,
                Some(Close::BeforeRead) => Ending::Closed,
                _ => Ending::Orderly,
            });
            Err(Broken)
        }
    }
}

/// The reply as it goes over the wire.
fn compressed(state: &State, request: &Incoming, reply: Reply) -> Reply {
    if state.settings.read().compression { compress::fit(reply, &request.headers) } else { reply }
}

/// The request without its body, which is not read yet.
fn incoming(parts: Parts, secure: bool) -> Incoming {
    Incoming {
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        method: parts.method,
        headers: parts.headers,
        body: Bytes::new(),
        id: Uuid::new_v4(),
        secure,
    }
}

/// Why a body was not read.
enum Unread {
    /// It is refused.
    Refused(Box<Reply>),
    /// The client went away.
    Gone,
}

async fn read(body: Body) -> Result<Bytes, Unread> {
    let too_large = || {
        let text = format!("The body of the request has more than the {LARGEST_BODY} bytes that are allowed.\n");
        refused(StatusCode::PAYLOAD_TOO_LARGE, text)
    };
    if body.size_hint().lower() > LARGEST_BODY as u64 {
        return Err(too_large());
    }
    match tokio::time::timeout(BODY_TIME, Limited::new(body, LARGEST_BODY).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => Err(Unread::Gone),
        Err(_) => Err(refused(
            StatusCode::REQUEST_TIMEOUT,
            format!("The body of the request did not arrive within {} seconds.\n", BODY_TIME.as_secs()),
        )),
    }
}

/// A refusal in the middle of a request: the connection can't be used any further.
fn refused(status: StatusCode, text: String) -> Unread {
    let reply = Reply::with_body(status, "text/plain; charset=utf-8", text);
    Unread::Refused(Box::new(reply.header("connection", "close")))
}

/// The request with what the fault rule does to it.
async fn run(
    state: &State,
    request: &mut Incoming,
    body: Body,
    action: &Action,
    underway: &mut Underway<'_>,
) -> Result<Reply, Broken> {
    if action.close == Some(Close::BeforeRead) {
        return Err(Broken);
    }
    match read(body).await {
        Ok(body) => request.body = body,
        Err(Unread::Refused(reply)) => return Ok(*reply),
        Err(Unread::Gone) => return Err(Broken),
    }
    if action.close == Some(Close::AfterRead) {
        return Err(Broken);
    }
    if let (Some(status), false) = (action.status, action.applied) {
        pause(action.delay()).await;
        return Ok(faults::alter(faults::substitute(status, action, request.id), action));
    }
    let reply = answer(state, request, action, underway).await;
    pause(action.reply_delay()).await;
    if action.close == Some(Close::AfterApplied) {
        return Err(Broken);
    }
    let reply = action.status.map_or(reply, |status| faults::substitute(status, action, request.id));
    Ok(faults::alter(reply, action))
}

/// What the server says of its own accord.
async fn answer(state: &State, request: &Incoming, action: &Action, underway: &mut Underway<'_>) -> Reply {
    if !api::is_api(&request.path) {
        pause(action.delay()).await;
        return elsewhere(state, request);
    }
    match admit(state, request) {
        // The request counts as running while it is delayed.
        Ok((caller, running)) => {
            underway.entry.caller = Some(caller.user);
            pause(action.delay()).await;
            let reply = api::execute(state, request, caller);
            api::finish(request, with_limits(reply, &running))
        }
        Err(reply) => {
            pause(action.delay()).await;
            api::finish(request, *reply)
        }
    }
}

async fn pause(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
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
