//! Finding out why a connection does not work, step by step.

use dynamics365::diagnosis::{Diagnosis, diagnose};
use dynamics365::{Client, Config};
use local_dataverse::{Action, seed};
use serde_json::json;

use crate::support::*;

fn names(diagnosis: &Diagnosis) -> Vec<&str> {
    diagnosis.steps.iter().map(|step| step.step).collect()
}

fn last(diagnosis: &Diagnosis) -> (&str, &str) {
    let step = diagnosis.steps.last().unwrap();
    (step.step, step.detail.as_str())
}

#[test]
fn a_good_connection_passes_every_step() {
    let server = server();
    let found = diagnose(&client(&server)).unwrap();
    assert!(found.success, "{found:?}");
    assert_eq!(
        names(&found),
        ["NameResolution", "Connection", "Environment", "SignIn", "ApplicationUser", "Privileges"]
    );
    assert_eq!(found.who.unwrap().user_id, seed::APPLICATION_USER.to_string());
    assert!(found.version.unwrap().starts_with("9.2") && found.missing_privileges.is_empty());
}

#[test]
fn the_step_that_fails_is_the_last_and_says_what_to_do() {
    let server = server();
    let mut config = config(&server);
    config.client_secret(&login(seed::CLIENT_ID), "wrong".into()).unwrap();
    let found = diagnose(&Client::new(config).unwrap()).unwrap();
    assert!(!found.success);
    let (step, detail) = last(&found);
    assert!(step == "SignIn" && detail.contains("What to do:"), "{found:?}");
    assert_eq!(found.steps.last().unwrap().code.as_deref(), Some("AADSTS7000215"));

    let mut config = Config::new(server.url()).unwrap();
    config.client_secret(&login(seed::STRANGER_CLIENT_ID), seed::CLIENT_SECRET.into()).unwrap();
    assert_eq!(last(&diagnose(&Client::new(config).unwrap()).unwrap()).0, "ApplicationUser");
}

#[test]
fn a_host_that_is_none_and_one_that_does_not_answer_are_told_apart() {
    let with = |url: &str| {
        let mut config = Config::new(url).unwrap();
        config.client_secret(&login(seed::CLIENT_ID), "x".into()).unwrap();
        config.option("max_tries", "1").unwrap();
        config.option("proxy", "none").unwrap();
        diagnose(&Client::new(config).unwrap()).unwrap()
    };
    let nowhere = with("https://no-such-host.invalid/");
    assert_eq!(last(&nowhere).0, "NameResolution");
    let closed = with("http://127.0.0.1:1/");
    assert_eq!(names(&closed), ["NameResolution", "Connection"]);
    assert!(last(&closed).1.contains("port 1"), "{closed:?}");
}

#[test]
fn what_answers_but_is_no_environment_is_told() {
    let server = server();
    let page = Action { status: Some(200), body: Some(json!("<html>Sign in</html>")), ..Action::default() };
    fault(&server, "GET", "WhoAmI", page);
    let found = diagnose(&client(&server)).unwrap();
    let (step, detail) = last(&found);
    assert!(step == "Environment" && detail.contains("challenge of a Dataverse environment"), "{found:?}");
}

#[test]
fn missing_privileges_are_listed_and_only_those_for_reading_fail_the_test() {
    let server = server_with(|settings| settings.denied_privileges = vec!["prvAssignRole".into()]);
    let found = diagnose(&client(&server)).unwrap();
    assert!(found.success);
    assert_eq!(found.missing_privileges, ["prvAssignRole"]);
    assert!(last(&found).1.contains("lacks prvAssignRole for changes"), "{found:?}");
    server.settings_mut(|settings| settings.denied_privileges = vec!["prvReadTeam".into()]);
    let found = diagnose(&client(&server)).unwrap();
    assert!(!found.success && last(&found).0 == "Privileges" && last(&found).1.contains("prvReadTeam"), "{found:?}");
}
