//! How clients find the end points.

use local_dataverse::{Cloud, seed};
use serde_json::json;

use super::refusals::refused;
use crate::client::{Fixture, Reply};

fn get(fixture: &Fixture, path: &str) -> Reply {
    fixture.send_without_token("GET", &format!("/{path}"), &[], None)
}

#[test]
fn the_openid_configuration_names_the_end_points_of_its_version() {
    let fixture = Fixture::new();
    let base = format!("{}{}", fixture.server.url(), seed::TENANT_ID);
    for tenant in [seed::TENANT_ID, seed::TENANT_DOMAIN] {
        let one = get(&fixture, &format!("{tenant}/.well-known/openid-configuration")).json();
        assert_eq!(one["token_endpoint"], format!("{base}/oauth2/token"));
        assert_eq!(one["authorization_endpoint"], format!("{base}/oauth2/authorize"));
        assert_eq!(one["issuer"], format!("https://sts.windows.net/{}/", seed::TENANT_ID));
        let two = get(&fixture, &format!("{tenant}/v2.0/.well-known/openid-configuration"));
        assert_eq!(two.header("cache-control"), "max-age=86400, private");
        let two = two.json();
        assert_eq!(two["token_endpoint"], format!("{base}/oauth2/v2.0/token"));
        assert_eq!(two["issuer"], format!("https://login.microsoftonline.com/{}/v2.0", seed::TENANT_ID));
        let ways = json!(["client_secret_post", "private_key_jwt", "client_secret_basic"]);
        assert_eq!(two["token_endpoint_auth_methods_supported"], ways);
        let keys = two["jwks_uri"].as_str().unwrap().strip_prefix(fixture.server.url()).unwrap();
        assert_eq!(get(&fixture, keys).json(), json!({ "keys": [] }));
    }
}

#[test]
fn the_issuers_are_those_of_the_cloud() {
    let fixture = Fixture::new();
    let tenant = seed::TENANT_ID;
    for (cloud, one, two, name) in [
        (Cloud::UsGovernment, "sts.windows.net", "login.microsoftonline.us", "microsoftonline.us"),
        (Cloud::China, "sts.chinacloudapi.cn", "login.partner.microsoftonline.cn", "partner.microsoftonline.cn"),
    ] {
        let setting = serde_json::to_value(cloud).unwrap();
        assert_eq!(fixture.local("PATCH", "settings", Some(json!({ "cloud": setting }))).status, 200);
        let document = get(&fixture, &format!("{tenant}/.well-known/openid-configuration")).json();
        assert_eq!(document["issuer"], format!("https://{one}/{tenant}/"));
        let document = get(&fixture, &format!("{tenant}/v2.0/.well-known/openid-configuration")).json();
        assert_eq!(document["issuer"], format!("https://{two}/{tenant}/v2.0"));
        assert_eq!(document["cloud_instance_name"], name);
    }
}

#[test]
fn the_configuration_of_any_tenant_has_a_placeholder() {
    let fixture = Fixture::new();
    let document = get(&fixture, "common/v2.0/.well-known/openid-configuration").json();
    assert_eq!(document["issuer"], "https://login.microsoftonline.com/{tenantid}/v2.0");
    assert_eq!(document["token_endpoint"], format!("{}common/oauth2/v2.0/token", fixture.server.url()));
}

#[test]
fn the_configuration_of_an_unknown_tenant_is_refused() {
    let fixture = Fixture::new();
    let reply = get(&fixture, "fabrikam.onmicrosoft.com/v2.0/.well-known/openid-configuration");
    refused(&reply, 400, "invalid_tenant", 90002);
    refused(&get(&fixture, "fabrikam/.well-known/openid-configuration"), 400, "invalid_request", 900_023);
}

#[test]
fn instance_discovery_knows_the_clouds_and_this_host() {
    let fixture = Fixture::new();
    let host = fixture.server.url().trim_start_matches("http://").trim_end_matches('/');
    let ask = |authority: &str| {
        let endpoint = format!("https%3A%2F%2F{authority}%2F{}%2Foauth2%2Fv2.0%2Fauthorize", seed::TENANT_ID);
        get(&fixture, &format!("common/discovery/instance?api-version=1.1&authorization_endpoint={endpoint}"))
    };
    for (authority, base) in [
        ("login.microsoftonline.com", "https://login.microsoftonline.com/"),
        ("login.windows.net", "https://login.microsoftonline.com/"),
        ("login.microsoftonline.us", "https://login.microsoftonline.us/"),
        ("login.partner.microsoftonline.cn", "https://login.partner.microsoftonline.cn/"),
        (host, fixture.server.url()),
    ] {
        let document = ask(authority).json();
        let endpoint = format!("{base}{}/v2.0/.well-known/openid-configuration", seed::TENANT_ID);
        assert_eq!(document["tenant_discovery_endpoint"], endpoint);
        let known = document["metadata"].as_array().unwrap();
        assert!(known.iter().any(|cloud| cloud["aliases"].as_array().unwrap().contains(&json!(authority))));
    }
    refused(&ask("login.example"), 400, "invalid_instance", 50049);
    refused(&get(&fixture, "common/discovery/instance?api-version=1.1"), 400, "invalid_request", 900_144);
}
