//! Signing in with client credentials: the token, its cache, and what goes wrong.

use std::sync::Barrier;

use dynamics365::{Client, Config, Status, requests};
use local_dataverse::{Server, seed};
use serde_json::json;

use crate::support::*;

fn who_am_i_as(server: &Server, login: &str, secret: &str) -> dynamics365::Result<requests::WhoAmI> {
    let mut config = Config::new(server.url())?;
    config.client_secret(login, secret.into())?;
    requests::who_am_i(&Client::new(config)?)
}

#[test]
fn who_am_i_is_the_application_user() {
    let server = server();
    let me = requests::who_am_i(&client(&server)).unwrap();
    assert_eq!(me.user_id, seed::APPLICATION_USER.to_string());
    assert_eq!(me.business_unit_id, seed::ROOT_UNIT.to_string());
    assert_eq!(me.organization_id, seed::ORGANIZATION_ID.to_string());
}

#[test]
fn making_a_client_sends_nothing() {
    let server = server();
    drop(client(&server));
    assert!(server.requests().is_empty());
}

#[test]
fn threads_that_start_together_fetch_one_token() {
    let server = server();
    let client = client(&server);
    let start = Barrier::new(16);
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                start.wait();
                requests::who_am_i(&client).unwrap();
            });
        }
    });
    assert_eq!(token_requests(&server), 1);
    assert_eq!(wire(&server).len(), 16);
}

#[test]
fn a_wrong_secret_is_told_with_cause_and_advice_and_never_repeated_in_the_error() {
    let server = server();
    let error = who_am_i_as(&server, &login(seed::CLIENT_ID), "a wrong one").unwrap_err();
    assert_eq!((error.status(), error.code()), (Status::AuthenticationFailed, Some("AADSTS7000215")));
    assert_says(&error, &["Invalid client secret", "The secret is wrong", "as Password", &login(seed::CLIENT_ID)]);
    assert!(!error.to_string().contains("a wrong one"));
    assert!(error.request_id().is_some() && error.http_status() == Some(401));
}

#[test]
fn an_expired_secret_an_unknown_tenant_and_an_unknown_application_are_told_apart() {
    let server = server_with(|settings| settings.client_secret_expired = true);
    let error = who_am_i_as(&server, &login(seed::CLIENT_ID), seed::CLIENT_SECRET).unwrap_err();
    assert_eq!(error.code(), Some("AADSTS7000222"));
    server.settings_mut(|settings| settings.client_secret_expired = false);

    let error = who_am_i_as(&server, &format!("{}@nowhere.example", seed::CLIENT_ID), "x").unwrap_err();
    assert_eq!((error.status(), error.code()), (Status::AuthenticationFailed, Some("AADSTS90002")));
    assert_says(&error, &["The tenant is not known"]);

    let error = who_am_i_as(&server, &login("99999999-9999-4999-8999-999999999999"), "x").unwrap_err();
    assert_eq!(error.code(), Some("AADSTS700016"));
    assert_says(&error, &["The application is not known in this tenant"]);
}

#[test]
fn an_application_without_application_user_is_told_so() {
    let server = server();
    let error = who_am_i_as(&server, &login(seed::STRANGER_CLIENT_ID), seed::CLIENT_SECRET).unwrap_err();
    assert_eq!((error.status(), error.code()), (Status::AccessDenied, Some("0x80072560")));
    assert_says(&error, &["not a member of the organization", "Create an application user"]);
}

#[test]
fn the_first_version_of_the_token_end_point_serves_as_well() {
    let server = server();
    requests::who_am_i(&client_with(&server, &[("token_endpoint_version", "1")])).unwrap();
    assert_eq!(server.requests()[0].path, format!("/{}/oauth2/token", seed::TENANT_ID));
}

#[test]
fn a_login_id_that_is_none_is_refused_before_any_request() {
    let server = server();
    for login in ["", "no-at-sign", "not-a-guid@tenant", "@tenant", "22222222-2222-4222-8222-222222222222@"] {
        let error = who_am_i_as(&server, login, "x").unwrap_err();
        assert_eq!(error.status(), Status::InvalidConfiguration, "{login}");
        assert_says(&error, &["client_id@tenant_id"]);
    }
    assert!(server.requests().is_empty());
}

#[test]
fn a_refused_token_is_renewed_once() {
    let server = server();
    let client = client(&server);
    requests::who_am_i(&client).unwrap();
    fault(&server, "GET", "WhoAmI", answer(401));
    requests::who_am_i(&client).unwrap();
    assert_eq!(token_requests(&server), 2);

    faults(&server, "GET", "WhoAmI", 0, answer(401));
    let error = requests::who_am_i(&client).unwrap_err();
    assert_eq!(error.status(), Status::AuthenticationFailed);
    assert_eq!(token_requests(&server), 3, "one renewal for one request");
}

#[test]
fn a_token_that_has_expired_at_the_server_is_renewed() {
    // The client is told an hour, the server refuses after none: as when clocks differ.
    let server = server();
    let client = client(&server);
    requests::who_am_i(&client).unwrap();
    server.settings_mut(|settings| settings.token_lifetime_seconds = 0);
    let error = requests::who_am_i(&client_with(&server, &[])).unwrap_err();
    assert_eq!(error.status(), Status::AuthenticationFailed);
    server.settings_mut(|settings| settings.token_lifetime_seconds = 3599);
    requests::who_am_i(&client).unwrap();
}

#[test]
fn a_given_access_token_is_used_as_it_is() {
    let server = server();
    let form = format!(
        "client_id={}&client_secret={}&grant_type=client_credentials&scope={}.default",
        seed::CLIENT_ID,
        seed::CLIENT_SECRET,
        server.url()
    );
    let url = format!("{}{}/oauth2/v2.0/token", server.url(), seed::TENANT_ID);
    let headers = object(json!({ "Content-Type": "application/x-www-form-urlencoded" }));
    let reply = requests::request(&client(&server), "POST", &url, &headers, Some(form.into_bytes())).unwrap();
    let token = reply.body["access_token"].as_str().unwrap().to_owned();
    let before = token_requests(&server);

    let mut config = Config::new(server.url()).unwrap();
    config.access_token(token.into()).unwrap();
    requests::who_am_i(&Client::new(config).unwrap()).unwrap();

    let mut config = Config::new(server.url()).unwrap();
    config.access_token("no token of this server".into()).unwrap();
    let error = requests::who_am_i(&Client::new(config).unwrap()).unwrap_err();
    assert_eq!(error.status(), Status::AuthenticationFailed);
    assert!(!error.to_string().contains("no token of this server"));
    assert_eq!(token_requests(&server), before);
}

#[test]
fn signing_in_is_repeated_after_faults_that_pass() {
    let server = server();
    fault(&server, "POST", "/oauth2/", answer(503));
    fault(&server, "POST", "/oauth2/", answer(429));
    requests::who_am_i(&client(&server)).unwrap();
    assert_eq!(token_requests(&server), 3);
}

#[test]
fn an_authority_that_is_none_is_told() {
    let server = server();
    let unreachable = client_with(&server, &[("authority", "http://127.0.0.1:1/"), ("max_tries", "1")]);
    let error = requests::who_am_i(&unreachable).unwrap_err();
    assert_eq!(error.status(), Status::ServiceUnavailable);
    assert_says(&error, &["127.0.0.1 can't be reached", "/oauth2/v2.0/token"]);

    let garbage = local_dataverse::Action { garbage: true, ..Default::default() };
    fault(&server, "POST", "/oauth2/", garbage);
    let error = requests::who_am_i(&client(&server)).unwrap_err();
    assert_eq!(error.status(), Status::UnexpectedResponse);
    assert_says(&error, &["no token reply", "Check the authority"]);
}

#[test]
fn a_client_without_credential_is_refused() {
    let error = Client::new(Config::new("https://contoso.crm4.dynamics.com/").unwrap()).unwrap_err();
    assert_eq!(error.status(), Status::InvalidConfiguration);
    assert_says(&error, &["There is no credential"]);
}
