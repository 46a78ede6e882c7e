//! The token end point.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{Method, StatusCode};
use serde_json::json;
use uuid::Uuid;

use super::failure::Failure;
use super::token::{Claims, token_number};
use crate::odata::{ODataError, decode};
use crate::reply::Reply;
use crate::seed::{CLIENT_ID, CLIENT_SECRET, STRANGER_CLIENT_ID, TENANT_ID};
use crate::state::{Incoming, State, now};

/// Whether a path is one of the sign-in host.
pub fn is_sign_in(path: &str) -> bool {
    path.trim_start_matches('/').split('/').nth(1) == Some("oauth2")
}

/// Answers a request to the sign-in host.
pub fn answer(state: &State, request: &Incoming) -> Reply {
    let path: Vec<&str> = request.path.trim_matches('/').split('/').collect();
    let correlation_id =
        request.header("client-request-id").and_then(|id| Uuid::try_parse(id).ok()).unwrap_or(request.id);
    let outcome = match path.as_slice() {
        [tenant, "oauth2", "v2.0", "token"] => grant(state, request, tenant, Version::Two),
        [tenant, "oauth2", "token"] => grant(state, request, tenant, Version::One),
        _ => {
            return not_supported(
                "this path of the sign-in host; it offers /<tenant>/oauth2/v2.0/token and /<tenant>/oauth2/token",
            );
        }
    };
    let reply = match outcome {
        Ok(body) => Reply::json(StatusCode::OK, &body),
        Err(failure) => failure.reply(correlation_id, &state.origin),
    };
    reply
        .header("cache-control", "no-store, no-cache")
        .header("pragma", "no-cache")
        .header("x-ms-request-id", request.id.to_string())
        .header("client-request-id", correlation_id.to_string())
}

fn not_supported(what: &str) -> Reply {
    let error = ODataError::unsupported(what);
    Reply::with_body(error.status, "application/json; charset=utf-8", error.body())
}

/// The version of the token end point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    /// `resource`, and numbers that are text.
    One,
    /// `scope`, which ends with `/.default`.
    Two,
}

/// The fields of a form.
struct Form(Vec<(String, String)>);

impl Form {
    fn parse(request: &Incoming) -> Self {
        let is_form = request
            .header("content-type")
            .is_some_and(|value| value.to_ascii_lowercase().starts_with("application/x-www-form-urlencoded"));
        let body = if is_form { String::from_utf8_lossy(&request.body).into_owned() } else { String::new() };
        let fields = body.split('&').filter_map(|pair| pair.split_once('='));
        Self(fields.filter_map(|(name, value)| Some((decode(name, true).ok()?, decode(value, true).ok()?))).collect())
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(field, _)| field == name)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }
}

/// Client id and secret of an `Authorization: Basic` header.
fn basic(request: &Incoming) -> Option<(String, String)> {
    let encoded = request.header("authorization")?.strip_prefix("Basic ")?;
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (client, secret) = text.split_once(':')?;
    Some((decode(client, true).ok()?, decode(secret, true).ok()?))
}

fn grant(state: &State, request: &Incoming, tenant: &str, version: Version) -> Result<serde_json::Value, Failure> {
    if request.method != Method::POST {
        return Err(Failure::method(request.method.as_str()));
    }
    let form = Form::parse(request);
    let basic = basic(request);
    let grant_type = form.get("grant_type").ok_or_else(|| Failure::missing("grant_type"))?;
    if !tenant.eq_ignore_ascii_case(TENANT_ID) {
        return Err(Failure::tenant(tenant));
    }
    if grant_type != "client_credentials" {
        return Err(Failure::grant_type(grant_type));
    }
    let client = form.get("client_id").or(basic.as_ref().map(|(client, _)| client.as_str()));
    let client = client.ok_or_else(|| Failure::missing("client_id"))?;
    let resource = match version {
        Version::One => form.get("resource").ok_or_else(|| Failure::missing("resource"))?,
        Version::Two => {
            let scope = form.get("scope").ok_or_else(|| Failure::missing("scope"))?;
            scope.strip_suffix("/.default").ok_or_else(|| Failure::scope(scope))?
        }
    };
    let resource = resource.trim_end_matches('/');
    if ![CLIENT_ID, STRANGER_CLIENT_ID].iter().any(|known| known.eq_ignore_ascii_case(client)) {
        return Err(Failure::application(client, TENANT_ID));
    }
    let secret = form.get("client_secret").or(basic.as_ref().map(|(_, secret)| secret.as_str()));
    let secret = secret.ok_or_else(Failure::no_secret)?;
    if secret != CLIENT_SECRET {
        return Err(Failure::secret(client));
    }
    let settings = state.settings.read();
    if settings.client_secret_expired {
        return Err(Failure::secret_expired(client));
    }
    if !is_own(state, resource) {
        return Err(Failure::resource(resource, TENANT_ID));
    }
    let lifetime = settings.token_lifetime_seconds;
    let issued = now();
    let claims = Claims {
        aud: resource.to_owned(),
        iss: format!("https://sts.windows.net/{TENANT_ID}/"),
        iat: issued,
        nbf: issued,
        exp: issued.saturating_add_unsigned(lifetime),
        appid: client.to_lowercase(),
        oid: client.to_lowercase(),
        tid: TENANT_ID.to_owned(),
        uti: token_number(),
        ver: "1.0".to_owned(),
    };
    let token = state.key.sign(&claims);
    Ok(match version {
        Version::One => json!({
            "token_type": "Bearer",
            "expires_in": lifetime.to_string(),
            "ext_expires_in": lifetime.to_string(),
            "expires_on": claims.exp.to_string(),
            "not_before": claims.nbf.to_string(),
            "resource": form.get("resource"),
            "access_token": token,
        }),
        Version::Two => json!({
            "token_type": "Bearer",
            "expires_in": lifetime,
            "ext_expires_in": lifetime,
            "access_token": token,
        }),
    })
}

/// Whether a resource is this server, by number or as localhost.
fn is_own(state: &State, resource: &str) -> bool {
    resource.eq_ignore_ascii_case(&state.origin)
        || resource.eq_ignore_ascii_case(&state.origin.replace("127.0.0.1", "localhost"))
}
