//! Applications, secrets and certificates that are registered while the server runs.

use local_dataverse::{NewApplication, NewSecret, seed};
use serde_json::json;

use super::refusals::refused;
use crate::client::Fixture;

const CERTIFICATE: &str = include_str!("../../fixtures/certificate.pem");
const ELLIPTIC: &str = include_str!("../../fixtures/elliptic.pem");
const KEY: &str = include_str!("../../fixtures/key.pem");
const OTHER: &str = "77777777-7777-4777-8777-777777777777";

#[test]
fn a_secret_is_rotated_while_the_server_runs() {
    let fixture = Fixture::new();
    let with = |secret: &str| fixture.sign_in(seed::TENANT_ID, &[("client_secret", secret)]);
    let old = fixture.server.applications()[0].secrets[0].key_id;
    refused(&with("second"), 401, "invalid_client", 7_000_215);
    fixture.server.add_secret(seed::CLIENT_ID, &NewSecret::new("second")).unwrap();
    assert_eq!((with("second").status, with(seed::CLIENT_SECRET).status), (200, 200), "both are good");
    fixture.server.remove_secret(seed::CLIENT_ID, old).unwrap();
    refused(&with(seed::CLIENT_SECRET), 401, "invalid_client", 7_000_215);
    assert_eq!(with("second").status, 200);
}

#[test]
fn each_secret_has_an_end_of_its_own() {
    let fixture = Fixture::new();
    let add = |secret: NewSecret| fixture.server.add_secret(seed::CLIENT_ID, &secret).unwrap();
    add(NewSecret::new("ended").expires_in(0));
    let later = add(NewSecret::new("ends later").expires_in(3600));
    assert!(later.end_date_time.is_some());
    let with = |secret: &str| fixture.sign_in(seed::TENANT_ID, &[("client_secret", secret)]);
    refused(&with("ended"), 401, "invalid_client", 7_000_222);
    assert_eq!(with("ends later").status, 200);
    assert_eq!(with(seed::CLIENT_SECRET).status, 200);
}

#[test]
fn an_application_is_registered_changed_and_deleted_over_http() {
    let fixture = Fixture::new();
    let body = json!({ "clientId": OTHER, "displayName": "Second", "secrets": [{ "value": "one" }, { "value": "two" }],
                       "certificates": [CERTIFICATE] });
    let made = fixture.local("POST", "applications", Some(body)).json();
    assert_eq!(
        (&made["displayName"], &made["enabled"], &made["objectId"]),
        (&json!("Second"), &json!(true), &json!(OTHER))
    );
    assert_eq!(made["tenantId"], seed::TENANT_ID);
    assert_eq!(made["certificates"][0]["subject"], "CN=Local Dataverse test");
    assert_eq!(made["certificates"][0]["endDateTime"], "2124-01-01T00:00:00Z");
    assert_eq!(made["certificates"][0]["thumbprint"].as_str().unwrap().len(), 40);
    assert_eq!(fixture.sign_in(seed::TENANT_ID, &[("client_id", OTHER), ("client_secret", "two")]).status, 200);

    let path = format!("applications/{OTHER}");
    assert_eq!(fixture.local("GET", &path, None).json(), made);
    assert_eq!(fixture.local("GET", "applications", None).json()["applications"][2], made);
    assert_eq!(fixture.local("PATCH", &path, Some(json!({ "enabled": false }))).json()["enabled"], false);
    let form = [("client_id", OTHER), ("client_secret", "two")];
    refused(&fixture.sign_in(seed::TENANT_ID, &form), 400, "unauthorized_client", 7_000_112);
    let left = fixture.local("DELETE", &path, None).json();
    assert_eq!(left["applications"].as_array().unwrap().len(), 2);
    refused(&fixture.sign_in(seed::TENANT_ID, &form), 400, "unauthorized_client", 700_016);
}

#[test]
fn secrets_and_certificates_are_added_and_removed_over_http() {
    let fixture = Fixture::new();
    let path = format!("applications/{}", seed::CLIENT_ID);
    let body = json!({ "value": "fresh", "expiresInSeconds": 60 });
    let secret = fixture.local("POST", &format!("{path}/secrets"), Some(body)).json();
    assert_eq!(secret["hint"], "fre");
    let certificate = fixture.post_bytes(&format!("_local/{path}/certificates"), &[], CERTIFICATE.as_bytes()).json();
    let removed = |kind: &str, key: &serde_json::Value| {
        fixture.local("DELETE", &format!("{path}/{kind}/{}", key.as_str().unwrap()), None)
    };
    assert_eq!(removed("certificates", &certificate["keyId"]).json()["certificates"], json!([]));
    let again = json!({ "pem": CERTIFICATE });
    assert_eq!(fixture.local("POST", &format!("{path}/certificates"), Some(again)).status, 200);
    assert_eq!(removed("secrets", &secret["keyId"]).json()["secrets"].as_array().unwrap().len(), 1);
    let gone = removed("secrets", &secret["keyId"]);
    assert!(gone.status == 400 && gone.text.contains("lists its keyIds"), "{}", gone.text);
}

#[test]
fn what_cant_be_registered_is_refused_with_the_reason() {
    let fixture = Fixture::new();
    let path = format!("applications/{}", seed::CLIENT_ID);
    fixture.server.add_certificate(seed::CLIENT_ID, CERTIFICATE).unwrap();
    let post = |path: &str, body| fixture.local("POST", path, Some(body));
    let certificates = format!("{path}/certificates");
    let secrets = format!("{path}/secrets");
    for (reply, reason) in [
        (post("applications", json!({ "clientId": seed::CLIENT_ID })), "is registered already"),
        (post("applications", json!({ "clientId": "me" })), "UUID"),
        (post("applications", json!({ "colour": 1 })), "unknown field `colour`"),
        (post("applications", json!({ "secrets": [{ "value": "" }] })), "A secret can't be empty"),
        (post(&secrets, json!({})), "missing field `value`"),
        (post(&certificates, json!({ "pem": "nonsense" })), "-----BEGIN CERTIFICATE-----"),
        (post(&certificates, json!({ "pem": KEY })), "This one is a PRIVATE KEY"),
        (post(&certificates, json!({ "pem": ELLIPTIC })), "must be RSA"),
        (post(&certificates, json!({ "pem": CERTIFICATE })), "already"),
        (post(&format!("applications/{OTHER}/secrets"), json!({ "value": "x" })), "There is no application"),
        (fixture.local("PATCH", &path, Some(json!({ "clientId": OTHER }))), "unknown field `clientId`"),
        (fixture.local("DELETE", "applications/me", None), "There is no application 'me'"),
        (fixture.local("PUT", &path, None), "There are: GET and POST /_local/applications"),
        (fixture.post_bytes(&format!("_local/{certificates}"), &[], b"\xff"), "send it as PEM"),
    ] {
        assert!(reply.status == 400 && reply.text.contains(reason), "{reason}: {} {}", reply.status, reply.text);
    }
}

#[test]
fn the_value_of_a_secret_is_never_shown() {
    let fixture = Fixture::new();
    let secret = NewSecret::new("hush-hush-hush");
    let new = NewApplication { secrets: vec![secret.clone()], ..NewApplication::default() };
    assert!(!format!("{secret:?} {new:?}").contains("hush-h"));
    let entry = fixture.server.register(new).unwrap();
    let shown = format!("{entry:?} {} {:?}", fixture.local("GET", "applications", None).text, fixture.server);
    assert!(!shown.contains("hush-h") && !shown.contains(seed::CLIENT_SECRET), "{shown}");
}

#[test]
fn a_reset_brings_back_the_applications_of_the_seed_and_a_snapshot_its_own() {
    let fixture = Fixture::new();
    let secret = [("client_secret", "kept")];
    fixture.server.add_secret(seed::CLIENT_ID, &NewSecret::new("kept")).unwrap();
    let snapshot = fixture.server.snapshot();
    fixture.server.reset();
    refused(&fixture.sign_in(seed::TENANT_ID, &secret), 401, "invalid_client", 7_000_215);
    fixture.server.restore(&snapshot);
    assert_eq!(fixture.sign_in(seed::TENANT_ID, &secret).status, 200);
}
