//! What the Web API does with tokens.

use local_dataverse::{NewApplication, NewToken, seed};
use serde_json::json;

use crate::client::{Fixture, Reply, user};

/// Whether a reply is the challenge, without and with a word about what is wrong with the token.
fn challenged(fixture: &Fixture, reply: &Reply, details: &str) {
    assert_eq!((reply.status, reply.text.as_str()), (401, ""), "{details}");
    let url = fixture.server.url();
    let tenant = seed::TENANT_ID;
    let places = format!("authorization_uri={url}{tenant}/oauth2/authorize, resource_id={url}");
    let header = reply.header("www-authenticate");
    if details.is_empty() {
        assert_eq!(header, format!("Bearer {places}"));
    } else {
        let begin = "Bearer error=\"invalid_token\", error_description=\"";
        assert!(header.starts_with(begin) && header.ends_with(&format!("\", {places}")), "{header}");
        assert!(header.contains(details), "{header}");
    }
}

#[test]
fn a_request_without_token_gets_the_challenge_and_no_body() {
    let fixture = Fixture::new();
    challenged(&fixture, &fixture.send_without_token("GET", "WhoAmI()", &[], None), "");
    let basic = [("Authorization", "Basic eDp5")];
    challenged(&fixture, &fixture.send_without_token("GET", "WhoAmI()", &basic, None), "");
    challenged(&fixture, &fixture.send_without_token("POST", "systemusers", &[], Some(json!({}))), "");
}

#[test]
fn the_challenge_names_another_sign_in_host_where_a_setting_says_so() {
    let fixture = Fixture::new();
    let host = "https://login.microsoftonline.us";
    fixture.server.settings_mut(|settings| settings.challenge_authority = Some(host.into()));
    let reply = fixture.send_without_token("GET", "WhoAmI()", &[], None);
    let begin = format!("Bearer authorization_uri={host}/{}/oauth2/authorize, ", seed::TENANT_ID);
    assert!(reply.header("www-authenticate").starts_with(&begin));
    for wrong in ["login.example", "https://", "https://a, b"] {
        let reply = fixture.local("PATCH", "settings", Some(json!({ "challengeAuthority": wrong })));
        assert!(reply.status == 400 && reply.text.contains("must be an address"), "{wrong}: {}", reply.text);
    }
}

#[test]
fn tokens_that_are_none_are_refused() {
    let fixture = Fixture::new();
    for token in ["nonsense", "a.b.c", ".."] {
        challenged(&fixture, &fixture.who_am_i_with(token), "The signature is invalid");
    }
}

#[test]
fn a_token_must_be_good_in_every_part() {
    let fixture = Fixture::new();
    let nowhere = "99999999-9999-4999-8999-999999999999".parse().ok();
    let other_audience = Some("https://contoso.crm4.dynamics.com".to_owned());
    let usual = NewToken::default;
    assert_eq!(fixture.who_am_i_with(&fixture.server.token(&usual())).status, 200);
    for (token, details) in [
        (NewToken { forged: true, ..usual() }, "The signature is invalid"),
        (NewToken { expires_in_seconds: Some(0), ..usual() }, "The token expired at '"),
        (NewToken { not_before_in_seconds: Some(60), ..usual() }, "The token is not valid before '"),
        (
            NewToken { audience: other_audience, ..usual() },
            "The audience 'https://contoso.crm4.dynamics.com' is invalid",
        ),
        (NewToken { tenant_id: nowhere, ..usual() }, "The tenant '99999999-"),
        (NewToken { client_id: nowhere, ..usual() }, "The application '99999999-"),
    ] {
        challenged(&fixture, &fixture.who_am_i_with(&fixture.server.token(&token)), details);
    }
}

#[test]
fn tokens_are_made_on_demand_over_http_too() {
    let fixture = Fixture::new();
    let made = |body| fixture.local("POST", "token", Some(body));
    let good = made(json!({}));
    assert_eq!((good.status, &good.json()["token_type"]), (200, &json!("Bearer")));
    assert_eq!(fixture.who_am_i_with(good.json()["access_token"].as_str().unwrap()).status, 200);
    let ended = made(json!({ "expiresInSeconds": -10 })).json();
    challenged(&fixture, &fixture.who_am_i_with(ended["access_token"].as_str().unwrap()), "The token expired at '");
    for wrong in [json!({ "colour": 1 }), json!({ "clientId": "me" })] {
        assert_eq!(made(wrong).status, 400);
    }
}

#[test]
fn a_token_that_lives_no_time_is_refused_at_once() {
    let fixture = Fixture::new();
    fixture.server.settings_mut(|settings| settings.token_lifetime_seconds = 0);
    challenged(&fixture, &fixture.who_am_i_with(&fixture.token_of(seed::CLIENT_ID)), "The token expired at '");
}

#[test]
fn a_token_that_is_not_good_yet_is_a_setting() {
    let fixture = Fixture::new();
    fixture.server.settings_mut(|settings| settings.token_not_before_seconds = 60);
    challenged(&fixture, &fixture.who_am_i_with(&fixture.token_of(seed::CLIENT_ID)), "not valid before");
}

#[test]
fn a_token_of_another_server_is_refused() {
    let (one, other) = (Fixture::new(), Fixture::new());
    let audience = Some(one.server.url().trim_end_matches('/').to_owned());
    let foreign = other.server.token(&NewToken { audience, ..NewToken::default() });
    challenged(&one, &one.who_am_i_with(&foreign), "The signature is invalid");
}

#[test]
fn the_token_of_an_application_that_is_deleted_is_good_no_more() {
    let fixture = Fixture::new();
    let token = fixture.token_of(seed::CLIENT_ID);
    fixture.server.remove_application(seed::CLIENT_ID).unwrap();
    challenged(&fixture, &fixture.who_am_i_with(&token), "is not known");
}

#[test]
fn an_application_without_user_row_is_no_member() {
    let fixture = Fixture::new();
    let reply = fixture.who_am_i_with(&fixture.token_of(seed::STRANGER_CLIENT_ID));
    assert_eq!((reply.status, reply.code().as_str()), (403, "0x80072560"));
    assert_eq!(reply.message(), "The user is not a member of the organization.");
}

#[test]
fn an_application_is_a_member_once_it_has_a_user() {
    let fixture = Fixture::new();
    let client_id = fixture.server.register(NewApplication::default()).unwrap().client_id;
    let token = fixture.server.token(&NewToken { client_id: Some(client_id), ..NewToken::default() });
    assert_eq!(fixture.who_am_i_with(&token).status, 403);
    let created = fixture.create(json!({ "applicationid": client_id }));
    assert_eq!(created.status, 204, "{}", created.text);
    let me = fixture.who_am_i_with(&token).json();
    assert!(created.header("odata-entityid").contains(me["UserId"].as_str().unwrap()));
}

#[test]
fn a_disabled_application_user_is_refused() {
    let fixture = Fixture::new();
    let token = fixture.token_of(seed::CLIENT_ID);
    // It may, for Dora is a System Administrator too.
    assert_eq!(fixture.patch(&user(seed::APPLICATION_USER), json!({ "isdisabled": true })).status, 204);
    let reply = fixture.who_am_i_with(&token);
    assert_eq!((reply.status, reply.code().as_str()), (403, "0x80040225"));
    assert!(reply.message().starts_with(&format!("The specified user(Id = {}) is disabled.", seed::APPLICATION_USER)));
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
fn every_version_from_9_0_to_9_2_is_served_and_its_addresses_are_of_that_version() {
    let fixture = Fixture::new();
    for version in ["v9.0", "v9.1", "v9.2"] {
        let page = fixture.send(
            "GET",
            &format!("/api/data/{version}/roles?$select=name"),
            &[("Prefer", "odata.maxpagesize=1")],
            None,
        );
        assert_eq!(page.status, 200, "{version}");
        for address in ["@odata.context", "@odata.nextLink"] {
            assert!(
                page.json()[address].as_str().unwrap().contains(&format!("/api/data/{version}/")),
                "{version} {address}"
            );
        }
    }
    for (version, status) in [("v8.2", 501), ("v7.1", 501), ("v9.3", 404), ("v10.0", 404)] {
        assert_eq!(fixture.get(&format!("/api/data/{version}/roles")).status, status, "{version}");
    }
}
