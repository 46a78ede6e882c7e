//! What tells clients where the end points are: OpenID configuration and instance discovery.

use serde_json::{Value as Json, json};

use super::cloud::Cloud;
use super::failure::Failure;
use super::grant::Version;
use super::tenant::Tenant;

/// The OpenID configuration of a tenant at the sign-in host `origin`.
pub fn configuration(origin: &str, path: &str, tenant: Tenant, version: Version, cloud: Cloud) -> Json {
    let base = format!("{origin}/{path}");
    let (oauth, keys, issuer) = match version {
        Version::One => ("oauth2", "discovery/keys", cloud.issuer(&tenant.segment())),
        Version::Two => ("oauth2/v2.0", "discovery/v2.0/keys", cloud.issuer_of_version_two(&tenant.segment())),
    };
    let region = if tenant == Tenant::Any { None } else { cloud.region() };
    json!({
        "token_endpoint": format!("{base}/{oauth}/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": format!("{base}/{keys}"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": issuer,
        "request_uri_parameter_supported": false,
        "userinfo_endpoint": format!("https://{}/oidc/userinfo", cloud.graph_host()),
        "authorization_endpoint": format!("{base}/{oauth}/authorize"),
        "device_authorization_endpoint": format!("{base}/{oauth}/devicecode"),
        "http_logout_supported": true,
        "frontchannel_logout_supported": true,
        "end_session_endpoint": format!("{base}/{oauth}/logout"),
        "claims_supported": [
            "sub", "iss", "cloud_instance_name", "cloud_instance_host_name", "cloud_graph_host_name", "msgraph_host", "aud",
            "exp", "iat", "auth_time", "acr", "nonce", "preferred_username", "name", "tid", "ver", "at_hash", "c_hash", "email",
        ],
        "tenant_region_scope": region,
        "cloud_instance_name": cloud.instance_name(),
        "msgraph_host": cloud.graph_host(),
    })
}

/// Which hosts are one and the same cloud; `endpoint` is the authorization end point that the client means to use.
pub fn instance(origin: &str, host: &str, endpoint: &str) -> Result<Json, Failure> {
    let (_, rest) = endpoint.split_once("://").ok_or_else(Failure::instance)?;
    let (named, path) = rest.split_once('/').unwrap_or((rest, ""));
    let tenant = path.split('/').next().filter(|tenant| !tenant.is_empty()).unwrap_or("common");
    let known = Cloud::ALL.iter().find(|cloud| cloud.aliases().iter().any(|alias| alias.eq_ignore_ascii_case(named)));
    let base = match known {
        Some(cloud) => format!("https://{}", cloud.login_host()),
        None if named.eq_ignore_ascii_case(host) => origin.to_owned(),
        None => return Err(Failure::instance()),
    };
    let cloud = |cloud: &Cloud| {
        json!({
            "preferred_network": cloud.login_host(),
            "preferred_cache": cloud.cache_host(),
            "aliases": cloud.aliases(),
        })
    };
    let own = json!({"preferred_network": host, "preferred_cache": host, "aliases": [host]});
    let metadata: Vec<Json> = Cloud::ALL.iter().map(cloud).chain([own]).collect();
    Ok(json!({
        "tenant_discovery_endpoint": format!("{base}/{tenant}/v2.0/.well-known/openid-configuration"),
        "api-version": "1.1",
        "metadata": metadata,
    }))
}
