//! Tokens that no token end point would give: for trying what the Web API and its clients make of them.

use serde::Deserialize;
use uuid::Uuid;

use super::directory::Application;
use super::tenant;
use super::token::{Claims, TokenKey};
use crate::seed::CLIENT_ID;
use crate::state::{State, now};

/// A token to be made. What is not given is as in a good token of the environment's application.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct NewToken {
    /// The application; it need not be known.
    pub client_id: Option<Uuid>,
    /// The tenant.
    pub tenant_id: Option<Uuid>,
    /// The resource.
    pub audience: Option<String>,
    /// When it ends, from now.
    pub expires_in_seconds: Option<i64>,
    /// From when on it is good, from now.
    pub not_before_in_seconds: Option<i64>,
    /// Somebody else signs it.
    pub forged: bool,
}

/// Makes a token; `origin` is the usual audience.
pub fn mint(state: &State, new: &NewToken, origin: &str) -> String {
    let client_id = new.client_id.or_else(|| Uuid::try_parse(CLIENT_ID).ok()).unwrap_or_default();
    let known = state.directory.read().find(client_id).cloned();
    let application = known.unwrap_or_else(|| Application {
        client_id,
        tenant_id: tenant::own(),
        display_name: String::new(),
        object_id: client_id,
        enabled: true,
        service_principal: true,
        added: None,
        secrets: Vec::new(),
        certificates: Vec::new(),
    });
    let audience = new.audience.as_deref().unwrap_or(origin);
    let mut claims = Claims::new(&state.settings.read(), &application, audience, false);
    if let Some(tenant) = new.tenant_id {
        claims.tid = tenant.to_string();
        claims.iss = state.settings.read().cloud.issuer(&claims.tid);
    }
    if let Some(seconds) = new.expires_in_seconds {
        claims.exp = now().saturating_add(seconds);
    }
    if let Some(seconds) = new.not_before_in_seconds {
        claims.nbf = now().saturating_add(seconds);
    }
    if new.forged { TokenKey::random().sign(&claims) } else { state.key.sign(&claims) }
}
