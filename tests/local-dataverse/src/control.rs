//! `/_local/`: what tests see and steer.

use http::{Method, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

use crate::faults::FaultRule;
use crate::reply::Reply;
use crate::state::{Incoming, State};

/// Whether a path is one of the control's.
pub fn is_control(path: &str) -> bool {
    path == "/_local" || path.starts_with("/_local/")
}

/// Answers a request to `/_local/`.
pub fn answer(state: &State, request: &Incoming) -> Reply {
    let outcome = match (&request.method, request.path.trim_end_matches('/')) {
        (&Method::POST, "/_local/reset") => {
            state.reset();
            Ok(json!({"reset": true}))
        }
        (&Method::GET, "/_local/ledger") => Ok(json!({"entries": state.store.read().ledger.entries()})),
        (&Method::GET, "/_local/requests") => Ok(json!({"requests": state.requests.after(0, usize::MAX)})),
        (&Method::GET, "/_local/settings") => Ok(settings(state)),
        (&Method::PATCH, "/_local/settings") => change_settings(state, request),
        (&Method::GET, "/_local/faults") => Ok(json!({"faults": state.faults.list()})),
        (&Method::POST, "/_local/faults") => add_faults(state, request),
        (&Method::DELETE, "/_local/faults") => {
            state.faults.clear();
            Ok(json!({"faults": []}))
        }
        (&Method::DELETE, path) if path.starts_with("/_local/faults/") => remove_fault(state, path),
        (method, path) => {
            let text = format!(
                "{method} {path} is nothing: there are POST /_local/reset, GET /_local/ledger, GET /_local/requests, GET and \
                 PATCH /_local/settings, and GET, POST and DELETE /_local/faults, and DELETE /_local/faults/<id>."
            );
            return Reply::json(StatusCode::NOT_FOUND, &json!({"error": text}));
        }
    };
    match outcome {
        Ok(body) => Reply::json(StatusCode::OK, &body),
        Err(text) => Reply::json(StatusCode::BAD_REQUEST, &json!({"error": text})),
    }
}

fn settings(state: &State) -> Json {
    serde_json::to_value(&*state.settings.read()).unwrap_or_default()
}

fn parse<T: DeserializeOwned>(request: &Incoming) -> Result<T, String> {
    serde_json::from_slice(&request.body).map_err(|error| format!("The body can't be used: {error}."))
}

fn change_settings(state: &State, request: &Incoming) -> Result<Json, String> {
    let changes: Json = parse(request)?;
    let mut current = state.settings.write();
    let merged = current.merged(&changes)?;
    *current = merged;
    drop(current);
    state.settings_changed();
    Ok(settings(state))
}

fn add_faults(state: &State, request: &Incoming) -> Result<Json, String> {
    let rules: Vec<FaultRule> = match parse::<Json>(request)? {
        list @ Json::Array(_) => serde_json::from_value(list),
        one => serde_json::from_value(one).map(|rule| vec![rule]),
    }
    .map_err(|error| format!("Wrong fault rule: {error}."))?;
    state.faults.add(rules)?;
    Ok(json!({"faults": state.faults.list()}))
}

fn remove_fault(state: &State, path: &str) -> Result<Json, String> {
    let id = path.trim_start_matches("/_local/faults/");
    match id.parse() {
        Ok(id) if state.faults.remove(id) => Ok(json!({"faults": state.faults.list()})),
        _ => Err(format!("There is no fault rule {id} in force; GET /_local/faults lists them.")),
    }
}
