//! Requests beyond users, roles and business units: who the caller is, and anything else of the Web API.

use std::str::FromStr;

use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::Url;

use crate::client::Client;
use crate::error::{Error, Result, Status, json_fault};
use crate::http::{Effect, Payload, Request, Response, unknown};
use crate::odata;

/// Who the client is in the environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct WhoAmI {
    /// The `systemuserid` of the application user.
    pub user_id: String,
    /// Its business unit.
    pub business_unit_id: String,
    /// The environment's organization.
    pub organization_id: String,
}

/// Asks the environment who the client is: the cheapest request that shows that URL, credential and application user fit.
pub fn who_am_i(client: &Client) -> Result<WhoAmI> {
    let url = client.api().join("WhoAmI()").expect("a valid path");
    let response = client.send(Request::new(Method::GET, url, Effect::Read))?;
    if !response.is_success() {
        return Err(odata::to_error(&response, "WhoAmI", None));
    }
    read_who_am_i(&response)
}

pub(crate) fn read_who_am_i(response: &Response) -> Result<WhoAmI> {
    let row = odata::read_row(response)?;
    serde_json::from_value(Value::Object(row)).map_err(|error| {
        let why = json_fault(&error);
        Error::new(Status::UnexpectedResponse, format!("The environment's reply to WhoAmI is none: {why}."))
            .with_advice("Check the URL and the API path.")
    })
}

/// A reply to [`request`].
#[derive(Debug, Clone, Serialize)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The headers, names in lower case.
    pub headers: Map<String, Value>,
    /// The body: JSON where it is that, otherwise text, null where there is none.
    pub body: Value,
}

/// Headers that the client sets itself: a caller could send the token elsewhere or confuse the connection with them.
const OWN_HEADERS: [&str; 6] = ["authorization", "host", "content-length", "transfer-encoding", "connection", "cookie"];

/// Sends any request of the Web API with the client's sign-in, retries and errors.
///
/// `path` is relative to the API path (`accounts?$top=3`), or an absolute URL of the same host, as in an `@odata.nextLink`.
/// GET and HEAD are repeated after faults that pass. Anything else is repeated only where the server certainly did not carry it
/// out (429, no connection); otherwise the error is `OutcomeUnknown`.
pub fn request(
    client: &Client,
    method: &str,
    path: &str,
    headers: &Map<String, Value>,
    body: Option<Vec<u8>>,
) -> Result<Reply> {
    let method = Method::from_str(&method.trim().to_ascii_uppercase())
        .ok()
        .filter(|method| {
            [Method::GET, Method::HEAD, Method::POST, Method::PATCH, Method::PUT, Method::DELETE].contains(method)
        })
        .ok_or_else(|| {
            Error::new(Status::InvalidArgument, format!("'{}' is no method of the Web API.", method.escape_debug()))
                .with_advice("Use GET, HEAD, POST, PATCH, PUT or DELETE.")
        })?;
    let effect = if matches!(method, Method::GET | Method::HEAD) { Effect::Read } else { Effect::OnceOnlyChange };
    let mut request = Request::new(method, address(client, path)?, effect);
    request.headers = own_headers(headers)?;
    if let Some(body) = body {
        if !request.headers.contains_key("content-type") {
            request = request.header("content-type", "application/json");
        }
        request.body = Some(Payload::Fixed(body.into()));
    }
    let name = request.name();
    let response = client.send(request)?;
    // The Web API never answers with a page: a gateway or a sign-in page did, in its place.
    let is_page = response.header("content-type").is_some_and(|kind| kind.trim_start().starts_with("text/html"));
    if response.is_success() && is_page {
        let why = format!("the answer has the status {}, but is a web page", response.status);
        return Err(match effect {
            Effect::Read => {
                Error::new(Status::UnexpectedResponse, format!("'{name}' was not answered by the environment: {why}."))
                    .with_advice("Check the URL, the network and the proxy.")
            }
            _ => unknown(&name, why),
        });
    }
    if !response.is_success() && response.status != 304 {
        return Err(odata::to_error(&response, &format!("'{name}'"), None));
    }
    reply(&response)
}

fn address(client: &Client, path: &str) -> Result<Url> {
    let refused = |why: &str| {
        Error::new(Status::InvalidArgument, format!("The path '{}' can't be requested: {why}.", path.escape_debug()))
            .with_advice(
                "Give a path below the API path, such as 'accounts?$top=3', or a URL of the environment itself.",
            )
    };
    let trimmed = path.trim();
    if trimmed.is_empty() {
        return Err(refused("it is empty"));
    }
    let scheme = trimmed.get(..8).unwrap_or(trimmed).to_ascii_lowercase();
    let url = if scheme.starts_with("http://") || scheme.starts_with("https://") {
        Url::parse(trimmed)
    } else if trimmed.starts_with("/api/") || trimmed.starts_with("//") {
        // A whole path, as in an OData-EntityId; with two slashes it names a host, which is looked at below.
        client.environment().join(trimmed)
    } else {
        let below = trimmed.trim_start_matches('/');
        // Without its slashes, the name of a scheme would leave the API path for the environment's own root.
        let scheme = below.get(..6).unwrap_or(below).to_ascii_lowercase();
        if scheme.starts_with("http:") || scheme == "https:" {
            return Err(refused("it begins as a URL does, and names no host"));
        }
        client.api().join(below)
    };
    let url = url.map_err(|error| refused(&error.to_string()))?;
    if url.origin() != client.environment().origin() || !url.username().is_empty() || url.password().is_some() {
        return Err(refused("it leads away from the environment, and the token must not go there"));
    }
    let is_url = scheme.starts_with("http://") || scheme.starts_with("https://");
    let is_below = url.path().starts_with("/api/") || url.path().starts_with(client.api().path());
    if !is_url && !is_below {
        return Err(refused("it leads out of the Web API"));
    }
    Ok(url)
}

fn own_headers(given: &Map<String, Value>) -> Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    for (name, value) in given {
        let refused = |why: &str| {
            Error::new(Status::InvalidArgument, format!("The header '{}' can't be sent: {why}.", name.escape_debug()))
        };
        let header = HeaderName::from_str(name).map_err(|_| refused("its name has characters that none may have"))?;
        if OWN_HEADERS.contains(&header.as_str()) {
            return Err(refused("the client sets it itself"));
        }
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(_) | Value::Bool(_) => value.to_string(),
            _ => return Err(refused("its value is no text")),
        };
        let value = HeaderValue::from_str(&text).map_err(|_| refused("its value has characters that none may have"))?;
        headers.insert(header, value);
    }
    Ok(headers)
}

pub(crate) fn reply(response: &Response) -> Result<Reply> {
    let text = |value: &HeaderValue| Value::from(String::from_utf8_lossy(value.as_bytes()));
    let headers = response.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
    let body = if response.body.is_empty() {
        Value::Null
    } else {
        let json = response.json()?;
        serde_json::from_slice(json).unwrap_or_else(|_| Value::from(String::from_utf8_lossy(json)))
    };
    Ok(Reply { status: response.status, headers, body })
}
