//! The sign-in host: which path is answered by what.

use http::{Method, StatusCode};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::discovery;
use super::failure::{Failure, Trace};
use super::form::Form;
use super::grant::{Client, Version, grant};
use super::tenant::Tenant;
use crate::odata::{ODataError, decode};
use crate::reply::Reply;
use crate::state::{Incoming, State};

/// Grants of the real service that this server does not give.
const OTHER_GRANTS: [&str; 6] = [
    "authorization_code",
    "refresh_token",
    "password",
    "device_code",
    "urn:ietf:params:oauth:grant-type:device_code",
    "urn:ietf:params:oauth:grant-type:jwt-bearer",
];

/// Whether a path is one of the sign-in host.
pub fn is_sign_in(path: &str) -> bool {
    let mut segments = path.trim_start_matches('/').split('/');
    match (segments.next(), segments.next()) {
        (Some("error"), None) => true,
        (Some(_), Some("v2.0")) => segments.next() == Some(".well-known"),
        (Some(_), Some(second)) => matches!(second, "oauth2" | "discovery" | ".well-known"),
        _ => false,
    }
}

/// Why there is nothing good to answer.
enum Refused {
    /// The service refuses it.
    Failure(Failure),
    /// The service might do it, this server does not.
    Unsupported(String),
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

/// Answers a request to the sign-in host.
pub fn answer(state: &State, request: &Incoming) -> Reply {
    let path: Vec<&str> = request.path.trim_matches('/').split('/').collect();
    if path == ["error"] {
        return about_error(&request.query);
    }
    let form = Form::parse(request);
    let named = form.as_ref().ok().and_then(|form| form.get("client-request-id"));
    let named = request.header("client-request-id").or(named).and_then(|id| Uuid::try_parse(id).ok());
    let correlation_id = named.unwrap_or(request.id);
    let origin = request.origin(&state.origin);
    let reply = match route(state, request, &path, &origin, form) {
        Ok(body) => Reply::json(StatusCode::OK, &body),
        Err(Refused::Failure(failure)) => {
            let trace = Trace { correlation_id, trace_id: request.id, origin };
            let telemetry = format!("1,{},0,,", failure.number());
            failure.reply(&trace).header("x-ms-clitelem", telemetry)
        }
        Err(Refused::Unsupported(what)) => {
            let error = ODataError::unsupported(what);
            Reply::with_body(error.status, "application/json; charset=utf-8", error.body())
        }
    };
    let reply = if path.contains(&"oauth2") {
        reply.header("cache-control", "no-store, no-cache").header("pragma", "no-cache").header("expires", "-1")
    } else {
        reply.header("cache-control", "max-age=86400, private")
    };
    reply
        .header("x-content-type-options", "nosniff")
        .header("x-ms-request-id", request.id.to_string())
        .header("client-request-id", correlation_id.to_string())
}

fn route(
    state: &State,
    request: &Incoming,
    path: &[&str],
    origin: &str,
    form: Result<Form, Failure>,
) -> Result<Json, Refused> {
    match path {
        [tenant, "oauth2", "v2.0", "token"] => token(state, request, tenant, Version::Two, form),
        [tenant, "oauth2", "token"] => token(state, request, tenant, Version::One, form),
        [tenant, ".well-known", "openid-configuration"] => configuration(state, request, tenant, origin, Version::One),
        [tenant, "v2.0", ".well-known", "openid-configuration"] => {
            configuration(state, request, tenant, origin, Version::Two)
        }
        [_, "discovery", "instance"] => instance(request, origin),
        // Tokens are read by this server alone, which keeps the key to itself.
        [_, "discovery", "keys"] | [_, "discovery", "v2.0", "keys"] => Ok(json!({"keys": []})),
        _ => Err(Refused::Unsupported(
            "this path of the sign-in host; it offers /<tenant>/oauth2/v2.0/token, /<tenant>/oauth2/token, \
             /<tenant>/v2.0/.well-known/openid-configuration, /<tenant>/.well-known/openid-configuration and \
             /common/discovery/instance"
                .to_owned(),
        )),
    }
}

fn token(
    state: &State,
    request: &Incoming,
    tenant: &str,
    version: Version,
    form: Result<Form, Failure>,
) -> Result<Json, Refused> {
    if request.method != Method::POST {
        return Err(Failure::method(request.method.as_str()).into());
    }
    let form = form?;
    let grant_type = form.required("grant_type")?;
    let client = Client::of(request, &form)?;
    if grant_type == "client_credentials" {
        return Ok(grant(state, request, tenant, version, &form, &client)?);
    }
    if !OTHER_GRANTS.contains(&grant_type) {
        return Err(Failure::grant_type(grant_type).into());
    }
    if !client.has_credential() {
        return Err(Failure::no_secret().into());
    }
    Err(Refused::Unsupported(format!("the grant type '{grant_type}'; it offers client_credentials")))
}

fn configuration(
    state: &State,
    request: &Incoming,
    name: &str,
    origin: &str,
    version: Version,
) -> Result<Json, Refused> {
    only_get(request)?;
    let tenant = Tenant::resolve(name, &state.directory.read(), "invalid_tenant")?;
    // The real service writes the id, whatever the tenant was called by.
    let path = match tenant {
        Tenant::One(id) => id.to_string(),
        Tenant::Any => name.to_owned(),
    };
    Ok(discovery::configuration(origin, &path, tenant, version, state.settings.read().cloud))
}

fn instance(request: &Incoming, origin: &str) -> Result<Json, Refused> {
    only_get(request)?;
    let pairs = request.query.split('&').filter_map(|pair| pair.split_once('='));
    let endpoint = pairs.filter(|(name, _)| *name == "authorization_endpoint").map(|(_, value)| value).next();
    let endpoint = endpoint.ok_or_else(|| Failure::missing("authorization_endpoint"))?;
    let endpoint = decode(endpoint, true).map_err(|_| Failure::malformed())?;
    let host = origin.split_once("://").map_or(origin, |(_, host)| host);
    Ok(discovery::instance(origin, host, &endpoint)?)
}

fn only_get(request: &Incoming) -> Result<(), Refused> {
    match request.method {
        Method::GET | Method::HEAD => Ok(()),
        _ => Err(Refused::Unsupported(format!("{} of this path of the sign-in host", request.method))),
    }
}

/// The page that `error_uri` leads to.
fn about_error(query: &str) -> Reply {
    let code = query.strip_prefix("code=").filter(|code| code.bytes().all(|byte| byte.is_ascii_digit()));
    let text = format!(
        "AADSTS{}\n\nWhat the sign-in errors of Microsoft Entra mean:\n\
         https://learn.microsoft.com/entra/identity-platform/reference-error-codes\n",
        code.unwrap_or_default()
    );
    Reply::with_body(StatusCode::OK, "text/plain; charset=utf-8", text)
}
