//! `/_local/`: what tests and people see and steer.

mod applications;
mod export;
mod people;
mod query;
mod status;

use std::collections::BTreeMap;

use http::{Method, Response, StatusCode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::body::ReplyBody;
use crate::compress;
use crate::faults::FaultRule;
use crate::ledger::LedgerEntry;
use crate::reply::Reply;
use crate::request_log::RequestEntry;
use crate::state::{Incoming, State};

use query::Query;

/// What there is, for who asks for what there is not.
const OFFERED: &str = "POST /_local/reset; POST and GET /_local/snapshot; GET /_local/ledger, requests, users, status and ca.pem; \
                       GET and PATCH /_local/settings; GET, POST and DELETE /_local/faults, DELETE /_local/faults/<id>; GET and POST \
                       /_local/applications, and more below it; POST /_local/token";

/// Whether a path is one of the control's.
pub fn is_control(path: &str) -> bool {
    path == "/_local" || path.starts_with("/_local/")
}

/// Answers a request to `/_local/`.
pub fn answer(state: &State, request: &Incoming) -> Response<ReplyBody> {
    if is_of_another_site(state, request) {
        let text = "The page of another site may not steer this server.";
        return refusal(StatusCode::FORBIDDEN, text.into()).into_response();
    }
    let path = request.path.trim_end_matches('/');
    if request.method == Method::GET && path == "/_local/snapshot" {
        return snapshot(state, request).unwrap_or_else(|text| refusal(StatusCode::BAD_REQUEST, text).into_response());
    }
    let reply = dispatch(state, request, path).unwrap_or_else(|text| refusal(StatusCode::BAD_REQUEST, text));
    compress::fit(reply, &request.headers).into_response()
}

fn dispatch(state: &State, request: &Incoming, path: &str) -> Result<Reply, String> {
    let name = path.trim_start_matches("/_local").trim_start_matches('/');
    match (&request.method, name) {
        (&Method::POST, "reset") => reset(state, request),
        (&Method::POST, "snapshot") => keep(state, request),
        (&Method::GET, "ledger") => {
            let query = Query::parse(&request.query, &["after", "top", "names"])?;
            let _settled = state.settled();
            let store = state.store.read();
            let entries = store.ledger.after(query.number("after")?.unwrap_or(0), query.count("top")?);
            let names = query.text("names").map(|_| people::names(&store, &entries));
            good(&Ledger { last: store.ledger.last(), names, entries })
        }
        (&Method::GET, "requests") => {
            let query = Query::parse(&request.query, &["after", "top"])?;
            let requests = state.requests.after(query.number("after")?.unwrap_or(0), query.count("top")?);
            good(&Requests { last: state.requests.last(), requests })
        }
        (&Method::GET, "users") => good(&people::page(state, &request.query)?),
        (&Method::GET, "status") => good(&status::of(state)),
        (&Method::GET, "ca.pem") => Ok(certificate(state)),
        (&Method::GET, "settings") => good(&*state.settings.read()),
        (&Method::PATCH, "settings") => change_settings(state, request),
        (&Method::GET, "faults") => faults(state),
        (&Method::POST, "faults") => add_faults(state, request),
        (&Method::DELETE, "faults") => {
            state.faults.clear();
            faults(state)
        }
        (&Method::POST, "token") => applications::token(state, request),
        (_, name) if name == "applications" || name.starts_with("applications/") => {
            applications::answer(state, request, &name["applications".len()..])
        }
        (&Method::DELETE, name) if name.starts_with("faults/") => remove_fault(state, &name["faults/".len()..]),
        (method, _) => {
            let text = format!("{method} {path} is nothing. There are: {OFFERED}.");
            Ok(refusal(StatusCode::NOT_FOUND, text))
        }
    }
}

/// A part of the ledger, and the number of the last entry of all.
#[derive(Serialize)]
struct Ledger {
    last: u64,
    /// The names of the rows that the entries are about, where they are asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    names: Option<BTreeMap<Uuid, Box<str>>>,
    entries: Vec<LedgerEntry>,
}

/// A part of the log, and the number of the last request of all.
#[derive(Serialize)]
struct Requests {
    last: u64,
    requests: Vec<RequestEntry>,
}

fn good(body: &impl Serialize) -> Result<Reply, String> {
    Ok(Reply::json(StatusCode::OK, body).header("cache-control", "no-store"))
}

fn refusal(status: StatusCode, text: String) -> Reply {
    Reply::json(status, &json!({ "error": text }))
}

/// A browser says which site a page is of that sends a request; others than the own one are refused, for whoever sees a page of
/// theirs did not ask for this.
fn is_of_another_site(state: &State, request: &Incoming) -> bool {
    request.header("origin").is_some_and(|origin| !origin.eq_ignore_ascii_case(&request.origin(&state.origin)))
}

/// The body of a request; an empty one is the default.
fn parse<T: DeserializeOwned>(request: &Incoming) -> Result<T, String> {
    let body = if request.body.is_empty() { b"{}" } else { request.body.as_ref() };
    serde_json::from_slice(body).map_err(|error| format!("The body can't be used: {error}."))
}

/// What a client has to trust. Whoever asks has connected without trust, or not looked at the certificate: on this machine.
fn certificate(state: &State) -> Reply {
    match &state.tls {
        Some(tls) => Reply::with_body(StatusCode::OK, "application/x-pem-file", tls.authority.clone()),
        None => refusal(StatusCode::NOT_FOUND, "This server speaks plain HTTP: it has no certificate.".into()),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ResetTo {
    #[serde(default)]
    snapshot: Option<String>,
}

fn reset(state: &State, request: &Incoming) -> Result<Reply, String> {
    match parse::<ResetTo>(request)?.snapshot {
        None => {
            state.reset();
            good(&json!({ "reset": true }))
        }
        Some(name) => {
            let snapshot = state.snapshots.get(&name)?;
            state.restore(&snapshot);
            good(&json!({ "reset": true, "snapshot": name }))
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    #[serde(default = "usual_name")]
    name: String,
}

fn usual_name() -> String {
    "snapshot".into()
}

fn keep(state: &State, request: &Incoming) -> Result<Reply, String> {
    let Named { name } = parse(request)?;
    let snapshot = state.snapshot();
    let last = snapshot.store.ledger.last();
    state.snapshots.keep(name.clone(), snapshot);
    good(&json!({ "snapshot": name, "ledger": last }))
}

/// All data, now or as a snapshot has it, piece by piece: there may be a lot.
fn snapshot(state: &State, request: &Incoming) -> Result<Response<ReplyBody>, String> {
    let query = Query::parse(&request.query, &["name"])?;
    let snapshot = match query.text("name") {
        Some(name) => (*state.snapshots.get(name)?).clone(),
        None => state.snapshot(),
    };
    let head = good(&())?;
    Ok(head.into_response_with(ReplyBody::pieces(export::whole(snapshot.store)), None))
}

fn change_settings(state: &State, request: &Incoming) -> Result<Reply, String> {
    let changes: Json = parse(request)?;
    state.change_settings(|settings| {
        *settings = settings.merged(&changes)?;
        Ok::<_, String>(())
    })?;
    good(&*state.settings.read())
}

fn faults(state: &State) -> Result<Reply, String> {
    good(&json!({ "faults": state.faults.list() }))
}

fn add_faults(state: &State, request: &Incoming) -> Result<Reply, String> {
    let rules: Vec<FaultRule> = match parse::<Json>(request)? {
        list @ Json::Array(_) => serde_json::from_value(list),
        one => serde_json::from_value(one).map(|rule| vec![rule]),
    }
    .map_err(|error| format!("Wrong fault rule: {error}."))?;
    state.faults.add(rules)?;
    faults(state)
}

fn remove_fault(state: &State, id: &str) -> Result<Reply, String> {
    match id.parse() {
        Ok(number) if state.faults.remove(number) => faults(state),
        _ => Err(format!("There is no fault rule {id} in force; GET /_local/faults lists them.")),
    }
}
