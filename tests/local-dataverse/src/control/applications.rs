//! `/_local/applications` and `/_local/token`: who may sign in, and tokens for trying.

use http::Method;
use serde::Deserialize;
use serde_json::json;

use super::{good, parse};
use crate::oauth::{ApplicationEntry, Directory, NewToken, mint};
use crate::reply::Reply;
use crate::state::{Incoming, State};

/// What is below `/_local/applications`, for who asks for what there is not.
const OFFERED: &str = "GET and POST /_local/applications; GET, PATCH and DELETE /_local/applications/<clientId>; POST \
                       /_local/applications/<clientId>/secrets and certificates; DELETE \
                       /_local/applications/<clientId>/secrets/<keyId> and certificates/<keyId>";

/// Answers a request; `path` is what is behind `/_local/applications/`.
pub fn answer(state: &State, request: &Incoming, path: &str) -> Result<Reply, String> {
    let path: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let read = || state.directory.read();
    let write = || state.directory.write();
    match (&request.method, path.as_slice()) {
        (&Method::GET, []) => list(&read()),
        (&Method::POST, []) => good(&write().register(parse(request)?)?),
        (&Method::GET, [client]) => good(&read().show(client)?),
        (&Method::PATCH, [client]) => good(&write().change(client, parse(request)?)?),
        (&Method::DELETE, [client]) => {
            write().unregister(client)?;
            list(&read())
        }
        (&Method::POST, [client, "secrets"]) => good(&write().add_secret(client, &parse(request)?)?),
        (&Method::DELETE, [client, "secrets", key]) => {
            write().remove_secret(client, key)?;
            good(&read().show(client)?)
        }
        (&Method::POST, [client, "certificates"]) => good(&write().add_certificate(client, &pem(request)?)?),
        (&Method::DELETE, [client, "certificates", key]) => {
            write().remove_certificate(client, key)?;
            good(&read().show(client)?)
        }
        (method, _) => Err(format!("{method} {} is nothing. There are: {OFFERED}.", request.path)),
    }
}

fn list(directory: &Directory) -> Result<Reply, String> {
    let entries: Vec<ApplicationEntry> = directory.applications().iter().map(ApplicationEntry::from).collect();
    good(&json!({ "applications": entries }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pem {
    pem: String,
}

/// A certificate: as a file is sent, or in JSON.
fn pem(request: &Incoming) -> Result<String, String> {
    if request.body.trim_ascii_start().starts_with(b"{") {
        return Ok(parse::<Pem>(request)?.pem);
    }
    String::from_utf8(request.body.to_vec()).map_err(|_| "The certificate is no text; send it as PEM.".to_owned())
}

/// `POST /_local/token`
pub fn token(state: &State, request: &Incoming) -> Result<Reply, String> {
    let new: NewToken = parse(request)?;
    let token = mint(state, &new, &request.origin(&state.origin));
    good(&json!({ "token_type": "Bearer", "access_token": token }))
}
