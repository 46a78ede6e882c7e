//! What the token end points give.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use local_dataverse::{Action, Cloud, FaultRule, seed};
use serde_json::{Value, json};

use crate::client::{Fixture, Reply};

/// The claims of a token reply.
fn claims(reply: &Reply) -> Value {
    assert_eq!(reply.status, 200, "{}", reply.text);
    let token = reply.json()["access_token"].as_str().unwrap().to_owned();
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

fn version_one(fixture: &Fixture, resource: &str) -> Reply {
    let form = [
        ("client_id", seed::CLIENT_ID),
        ("client_secret", seed::CLIENT_SECRET),
        ("grant_type", "client_credentials"),
        ("resource", resource),
    ];
    fixture.post_form(&format!("{}/oauth2/token", seed::TENANT_ID), &form)
}

#[test]
fn a_token_comes_with_its_type_and_life() {
    let fixture = Fixture::new();
    let reply = fixture.sign_in(seed::TENANT_ID, &[]);
    let body = reply.json();
    let names: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(names, ["token_type", "expires_in", "ext_expires_in", "access_token"]);
    assert_eq!((&body["token_type"], &body["expires_in"]), (&json!("Bearer"), &json!(3599)));
    assert_eq!(body["access_token"].as_str().unwrap().split('.').count(), 3);
    assert_eq!(reply.header("cache-control"), "no-store, no-cache");
}

#[test]
fn version_one_takes_a_resource_and_writes_its_numbers_as_text() {
    let fixture = Fixture::new();
    let reply = version_one(&fixture, fixture.server.url());
    let body = reply.json();
    let names: Vec<&String> = body.as_object().unwrap().keys().collect();
    let all = ["token_type", "expires_in", "ext_expires_in", "expires_on", "not_before", "resource", "access_token"];
    assert_eq!(names, all);
    assert_eq!((&body["expires_in"], &body["resource"]), (&json!("3599"), &json!(fixture.server.url())));
    let number = |name: &str| body[name].as_str().unwrap().parse::<i64>().unwrap();
    assert_eq!(number("expires_on") - number("not_before"), 3599 + 300);
    assert_eq!(fixture.who_am_i_with(body["access_token"].as_str().unwrap()).status, 200);
}

#[test]
fn a_token_says_for_whom_by_whom_and_how() {
    let fixture = Fixture::new();
    let claims = claims(&fixture.sign_in(seed::TENANT_ID, &[]));
    let issuer = format!("https://sts.windows.net/{}/", seed::TENANT_ID);
    let expected = [
        ("aud", fixture.server.url().trim_end_matches('/')),
        ("iss", &issuer),
        ("idp", &issuer),
        ("appid", seed::CLIENT_ID),
        ("appidacr", "1"),
        ("oid", seed::CLIENT_ID),
        ("sub", seed::CLIENT_ID),
        ("tid", seed::TENANT_ID),
        ("ver", "1.0"),
    ];
    for (name, value) in expected {
        assert_eq!(claims[name], value, "{name}");
    }
    let number = |name: &str| claims[name].as_i64().unwrap();
    assert_eq!((number("exp") - number("iat"), number("iat") - number("nbf")), (3599, 300));
}

#[test]
fn the_issuer_is_that_of_the_cloud() {
    let fixture = Fixture::new();
    for (cloud, host) in [
        (Cloud::Public, "sts.windows.net"),
        (Cloud::UsGovernment, "sts.windows.net"),
        (Cloud::China, "sts.chinacloudapi.cn"),
    ] {
        fixture.server.settings_mut(|settings| settings.cloud = cloud);
        let reply = fixture.sign_in(seed::TENANT_ID, &[]);
        assert_eq!(claims(&reply)["iss"], format!("https://{host}/{}/", seed::TENANT_ID));
        assert_eq!(fixture.who_am_i_with(reply.json()["access_token"].as_str().unwrap()).status, 200);
    }
}

#[test]
fn a_tenant_is_named_by_its_id_or_its_domain() {
    let fixture = Fixture::new();
    for tenant in [seed::TENANT_ID, seed::TENANT_DOMAIN, "Contoso.OnMicrosoft.com"] {
        assert_eq!(claims(&fixture.sign_in(tenant, &[]))["tid"], seed::TENANT_ID, "{tenant}");
    }
}

#[test]
fn the_resource_may_be_any_address_of_the_server_and_is_the_audience_as_it_was_asked_for() {
    let fixture = Fixture::new();
    let port = fixture.server.address().port();
    for (scope, audience) in [
        (format!("http://127.0.0.1:{port}/.default"), format!("http://127.0.0.1:{port}")),
        (format!("http://127.0.0.1:{port}//.default"), format!("http://127.0.0.1:{port}/")),
        (format!("http://localhost:{port}/.default"), format!("http://localhost:{port}")),
        (format!("https://localhost:{port}//.default"), format!("https://localhost:{port}/")),
        (format!("https://contoso.crm4.localhost:{port}/.default"), format!("https://contoso.crm4.localhost:{port}")),
    ] {
        assert_eq!(claims(&fixture.sign_in(seed::TENANT_ID, &[("scope", &scope)]))["aud"], audience);
        assert_eq!(claims(&version_one(&fixture, &audience))["aud"], audience);
    }
}

#[test]
fn a_token_is_good_at_the_address_that_it_was_asked_for_with_or_without_a_slash() {
    let fixture = Fixture::new();
    let port = fixture.server.address().port();
    let token = |scope: String| {
        fixture.sign_in(seed::TENANT_ID, &[("scope", &scope)]).json()["access_token"].as_str().unwrap().to_owned()
    };
    assert_eq!(fixture.who_am_i_with(&token(format!("http://127.0.0.1:{port}//.default"))).status, 200);
    let of_localhost = token(format!("http://localhost:{port}/.default"));
    assert_eq!(fixture.who_am_i_with(&of_localhost).status, 401);
    let headers = [("Authorization", &*format!("Bearer {of_localhost}")), ("Host", &*format!("localhost:{port}"))];
    assert_eq!(fixture.send_without_token("GET", "WhoAmI()", &headers, None).status, 200);
}

#[test]
fn the_secret_may_be_in_the_form_or_in_a_basic_header() {
    let fixture = Fixture::new();
    let basic = format!("Basic {}", STANDARD.encode(format!("{}:{}", seed::CLIENT_ID, seed::CLIENT_SECRET)));
    let headers = [("Authorization", basic.as_str()), ("Content-Type", "application/x-www-form-urlencoded")];
    let body = format!("grant_type=client_credentials&scope={}.default", fixture.server.url());
    let reply = fixture.post_bytes(&format!("{}/oauth2/v2.0/token", seed::TENANT_ID), &headers, body.as_bytes());
    assert_eq!(claims(&reply)["appid"], seed::CLIENT_ID);
}

#[test]
fn a_token_lives_as_long_as_the_setting_says() {
    let fixture = Fixture::new();
    fixture.server.settings_mut(|settings| settings.token_lifetime_seconds = 86_399);
    assert_eq!(fixture.sign_in(seed::TENANT_ID, &[]).json()["expires_in"], 86_399);
    assert_eq!(version_one(&fixture, fixture.server.url()).json()["expires_in"], "86399");
}

#[test]
fn the_token_end_point_can_be_throttled_by_a_fault() {
    let fixture = Fixture::new();
    let action: Action = serde_json::from_value(json!({"status": 429, "headers": {"Retry-After": "7"}})).unwrap();
    let mut rule = FaultRule::new(action);
    rule.path = Some("oauth2/v2.0/token".into());
    fixture.server.set_fault(rule).unwrap();
    let reply = fixture.sign_in(seed::TENANT_ID, &[]);
    assert_eq!((reply.status, reply.header("retry-after")), (429, "7"));
}
