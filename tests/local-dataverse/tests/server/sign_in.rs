//! The token end point, and what the API does with tokens.

use local_dataverse::seed;

use crate::client::Fixture;

#[test]
fn a_token_comes_with_its_type_and_life() {
    let fixture = Fixture::new();
    let reply = fixture.sign_in(seed::TENANT_ID, &[]).json();
    assert_eq!((reply["token_type"].as_str(), reply["expires_in"].as_u64()), (Some("Bearer"), Some(3599)));
    assert!(reply["access_token"].as_str().unwrap().split('.').count() == 3);
    assert!(reply.get("refresh_token").is_none());
}

#[test]
fn refusals_have_the_documented_status_error_and_number() {
    let fixture = Fixture::new();
    let nowhere = "99999999-9999-4999-8999-999999999999";
    type Case<'c> = (&'c str, &'c [(&'c str, &'c str)], u16, &'c str, u64);
    let cases: [Case<'_>; 7] = [
        (seed::TENANT_ID, &[("client_secret", "wrong")], 401, "invalid_client", 7_000_215),
        (seed::TENANT_ID, &[("client_secret", "")], 401, "invalid_client", 7_000_218),
        (seed::TENANT_ID, &[("client_id", nowhere)], 400, "unauthorized_client", 700_016),
        (nowhere, &[], 400, "invalid_request", 90002),
        (seed::TENANT_ID, &[("scope", "nonsense")], 400, "invalid_scope", 70011),
        (seed::TENANT_ID, &[("grant_type", "password")], 400, "unsupported_grant_type", 70003),
        (seed::TENANT_ID, &[("grant_type", "")], 400, "invalid_request", 900_144),
    ];
    for (tenant, form, status, error, number) in cases {
        let reply = fixture.sign_in(tenant, form);
        let body = reply.json();
        assert_eq!(
            (reply.status, body["error"].as_str(), body["error_codes"][0].as_u64()),
            (status, Some(error), Some(number)),
            "{form:?}"
        );
        let description = body["error_description"].as_str().unwrap();
        assert!(description.starts_with(&format!("AADSTS{number}: ")), "{description}");
        for part in ["\r\nTrace ID: ", "\r\nCorrelation ID: ", "\r\nTimestamp: "] {
            assert!(description.contains(part), "{description}");
        }
        for name in ["timestamp", "trace_id", "correlation_id", "error_uri"] {
            assert!(body[name].is_string(), "{name}");
        }
    }
}

#[test]
fn an_expired_secret_is_a_setting() {
    let fixture = Fixture::new();
    fixture.server.settings_mut(|settings| settings.client_secret_expired = true);
    assert_eq!(fixture.sign_in(seed::TENANT_ID, &[]).json()["error_codes"][0], 7_000_222);
}

#[test]
fn a_request_without_token_gets_the_challenge_and_no_body() {
    let fixture = Fixture::new();
    let reply = fixture.send_without_token("GET", "WhoAmI()", &[], None);
    assert_eq!((reply.status, reply.text.as_str()), (401, ""));
    let challenge = reply.header("www-authenticate");
    assert!(challenge.starts_with("Bearer authorization_uri="), "{challenge}");
    assert!(
        challenge.contains(seed::TENANT_ID) && challenge.contains(&format!("resource_id={}", fixture.server.url())),
        "{challenge}"
    );
}

#[test]
fn tokens_that_are_none_or_have_ended_are_refused() {
    let fixture = Fixture::new();
    for header in ["Bearer nonsense", "Bearer a.b.c", "Basic eDp5"] {
        assert_eq!(
            fixture.send_without_token("GET", "WhoAmI()", &[("Authorization", header)], None).status,
            401,
            "{header}"
        );
    }
    fixture.server.settings_mut(|settings| settings.token_lifetime_seconds = 0);
    let ended = format!("Bearer {}", fixture.token_of(seed::CLIENT_ID));
    assert_eq!(fixture.send_without_token("GET", "WhoAmI()", &[("Authorization", &ended)], None).status, 401);
}

#[test]
fn a_token_of_another_server_is_refused() {
    let (one, other) = (Fixture::new(), Fixture::new());
    let foreign = format!("Bearer {}", other.token_of(seed::CLIENT_ID));
    assert_eq!(one.send_without_token("GET", "WhoAmI()", &[("Authorization", &foreign)], None).status, 401);
}

#[test]
fn an_application_without_user_row_is_no_member() {
    let fixture = Fixture::new();
    let stranger = format!("Bearer {}", fixture.token_of(seed::STRANGER_CLIENT_ID));
    let reply = fixture.send_without_token("GET", "WhoAmI()", &[("Authorization", &stranger)], None);
    assert_eq!((reply.status, reply.code().as_str()), (403, "0x80072560"));
    assert_eq!(reply.message(), "The user is not a member of the organization.");
}

#[test]
fn who_am_i_and_the_version() {
    let fixture = Fixture::new();
    let me = fixture.get("WhoAmI()").json();
    assert_eq!(me["UserId"], seed::APPLICATION_USER.to_string());
    assert_eq!(me["OrganizationId"], seed::ORGANIZATION_ID.to_string());
    assert!(me["@odata.context"].as_str().unwrap().contains("$metadata#Microsoft.Dynamics.CRM.WhoAmIResponse"));
    assert!(fixture.get("RetrieveVersion()").json()["Version"].as_str().unwrap().starts_with("9."));
}

#[test]
fn a_path_without_version_says_so() {
    let fixture = Fixture::new();
    let reply = fixture.get("/api/data/systemusers");
    assert_eq!(reply.status, 400);
    assert!(reply.json()["Message"].as_str().unwrap().starts_with("Requested API Version must be provided."));
}

#[test]
fn version_one_takes_a_resource_and_writes_its_numbers_as_text() {
    let fixture = Fixture::new();
    let form = [
        ("client_id", seed::CLIENT_ID),
        ("client_secret", seed::CLIENT_SECRET),
        ("grant_type", "client_credentials"),
        ("resource", fixture.server.url()),
    ];
    let reply = fixture.post_form(&format!("{}/oauth2/token", seed::TENANT_ID), &form);
    let body = reply.json();
    assert_eq!(
        (reply.status, body["expires_in"].as_str(), body["resource"].as_str()),
        (200, Some("3599"), Some(fixture.server.url()))
    );
    let number = |name: &str| body[name].as_str().unwrap().parse::<i64>().unwrap();
    assert_eq!(number("expires_on") - number("not_before"), 3599);
    let token = format!("Bearer {}", body["access_token"].as_str().unwrap());
    assert_eq!(fixture.send_without_token("GET", "WhoAmI()", &[("Authorization", &token)], None).status, 200);
    let reply = fixture.post_form(&format!("{}/oauth2/token", seed::TENANT_ID), &form[..3]);
    assert!(reply.json()["error_description"].as_str().unwrap().contains("'resource'"));
}
