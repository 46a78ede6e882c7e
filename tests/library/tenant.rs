//! Signing in without a tenant: the environment names it, and what it names is checked before a secret goes there.

use dynamics365::{Client, Config, Status, requests};
use local_dataverse::{Server, seed};

use crate::scripted::{Scripted, granted, reply, who_am_i};
use crate::support::*;

const SECRET: &str = "a secret that goes to nobody else";

fn client_of(url: &str, options: &[(&str, &str)]) -> Client {
    let mut config = Config::new(url).unwrap();
    config.client_secret(seed::CLIENT_ID, SECRET.into()).unwrap();
    for (name, value) in options {
        config.option(name, value).unwrap();
    }
    Client::new(config).unwrap()
}

/// An environment whose challenge is `challenge`, and that grants tokens itself.
fn challenging(challenge: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Scripted {
    Scripted::start(move |seen| match (seen.target.contains("/oauth2/"), seen.header("authorization")) {
        (true, _) => granted("a token"),
        (false, Some(_)) => who_am_i(),
        (false, None) => challenge(seen.header("host").unwrap()),
    })
}

fn challenge(page: &str) -> Vec<u8> {
    let value = format!("Bearer authorization_uri={page}, resource_id=https://contoso.crm.dynamics.com/");
    reply(401, &[("WWW-Authenticate", &value)], "")
}

#[test]
fn the_environment_is_asked_for_its_tenant_once() {
    let server: Server = server();
    let mut config = Config::new(server.url()).unwrap();
    config.client_secret(seed::CLIENT_ID, seed::CLIENT_SECRET.into()).unwrap();
    let client = Client::new(config).unwrap();
    requests::who_am_i(&client).unwrap();
    requests::who_am_i(&client).unwrap();
    assert_eq!(wire(&server), ["GET 401", "GET 200", "GET 200"]);
    assert_eq!(token_requests(&server), 1);

    // A new token needs no new question.
    fault(&server, "GET", "WhoAmI", answer(401));
    requests::who_am_i(&client).unwrap();
    assert_eq!(wire(&server)[3..], ["GET 401", "GET 200"]);
    assert_eq!(token_requests(&server), 2);
}

#[test]
fn the_secret_goes_to_the_tenant_that_was_named() {
    let server = challenging(|host| challenge(&format!("http://{host}/{}/oauth2/authorize", seed::TENANT_ID)));
    requests::who_am_i(&client_of(server.url(), &[])).unwrap();
    let posted: Vec<_> = server.seen().into_iter().filter(|seen| seen.method == "POST").collect();
    assert_eq!(posted[0].target, format!("/{}/oauth2/v2.0/token", seed::TENANT_ID));
    assert_eq!(posted[0].field("client_secret").as_deref(), Some(SECRET));
}

#[test]
fn no_secret_goes_to_a_host_that_is_not_trusted() {
    // Its address is of this machine and so could be reached; what is refused are names that are not.
    let stranger = Scripted::start(|_| granted("a token"));
    let server = challenging(|_| challenge("https://login.microsoftonline.com.evil.example/t/oauth2/authorize"));
    let error = requests::who_am_i(&client_of(server.url(), &[])).unwrap_err();
    assert_eq!(error.status(), Status::AuthenticationFailed);
    assert_says(&error, &["login.microsoftonline.com.evil.example", "No secret was sent", "login.microsoftonline.us"]);

    // With an authority given, no other host is good, not even one of this machine.
    let page = format!("{}t/oauth2/authorize", stranger.url());
    let server = challenging(move |_| challenge(&page));
    let error = requests::who_am_i(&client_of(server.url(), &[("authority", server.url())])).unwrap_err();
    assert_says(&error, &["is not the given authority", "No secret was sent"]);
    assert!(stranger.seen().is_empty());
    assert!(server.seen().iter().all(|seen| seen.method == "GET"));
}

#[test]
fn an_environment_that_names_no_tenant_is_told() {
    type Answer = Box<dyn Fn(&str) -> Vec<u8> + Send + Sync>;
    let cases: [(Answer, &str); 5] = [
        (Box::new(|_| who_am_i()), "status 200, not with a challenge"),
        (Box::new(|_| reply(302, &[("Location", "https://login.microsoftonline.com/")], "")), "status 302"),
        (Box::new(|_| reply(401, &[], "")), "names no sign-in page"),
        (Box::new(|host| challenge(&format!("http://{host}/common/oauth2/authorize"))), "is that of no tenant"),
        (Box::new(|host| challenge(&format!("http://{host}/a%2Fb/oauth2/authorize"))), "is that of no tenant"),
    ];
    for (answer, says) in cases {
        let server = challenging(answer);
        let error = requests::who_am_i(&client_of(server.url(), &[])).unwrap_err();
        assert_eq!(error.status(), Status::AuthenticationFailed, "{says}");
        assert_says(&error, &[says, "Give the Login Id as client_id@tenant_id"]);
        assert!(server.seen().iter().all(|seen| seen.method == "GET"), "{says}");
    }
}

#[test]
fn a_secret_goes_to_another_machine_in_the_clear_by_no_setting() {
    let mut config = Config::new("https://contoso.crm4.dynamics.com/").unwrap();
    config.client_secret(seed::CLIENT_ID, SECRET.into()).unwrap();
    assert!(config.option("authority", "http://login.example/").is_err());
    config.option("authority", "http://127.0.0.1:8080/").unwrap();
    let error = Client::new(config).unwrap_err();
    assert_eq!(error.status(), Status::InvalidConfiguration);
    assert_says(&error, &["http://127.0.0.1:8080/", "Plain http"]);
}
