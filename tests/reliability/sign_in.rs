//! Faults of signing in: tokens that end in mid-run, a token end point that is down, secrets that change.

use dynamics365::{Status, requests, users};
use local_dataverse::{Action, FaultRule, NewSecret, Options, Server, seed};

use crate::faults::client;

fn server() -> Server {
    Server::start(Options::default()).unwrap()
}

fn token_requests(server: &Server) -> usize {
    server.requests().iter().filter(|request| request.path.contains("/oauth2/")).count()
}

fn fault(server: &Server, path: &str, times: u64, status: u16) {
    let action = Action { status: Some(status), ..Action::default() };
    server.set_fault(FaultRule { path: Some(path.into()), times, ..FaultRule::new(action) }).unwrap();
}

#[test]
fn a_token_that_is_refused_in_mid_run_is_fetched_anew_once() {
    let server = server();
    let client = client(&server);
    requests::who_am_i(&client).unwrap();
    fault(&server, "systemusers", 1, 401);
    users::get(&client, seed::ADELE, &[]).unwrap();
    assert_eq!(token_requests(&server), 2);
    fault(&server, "systemusers", 0, 401);
    let error = users::get(&client, seed::ADELE, &[]).unwrap_err();
    assert_eq!(error.status(), Status::AuthenticationFailed);
    assert_eq!(token_requests(&server), 3, "a token that is refused twice is not the token's fault");
}

#[test]
fn a_token_end_point_that_is_down_for_a_moment_is_waited_out_and_one_that_stays_down_is_told() {
    let server = server();
    fault(&server, "/oauth2/", 1, 503);
    requests::who_am_i(&client(&server)).unwrap();
    fault(&server, "/oauth2/", 0, 503);
    let error = requests::who_am_i(&client(&server)).unwrap_err();
    assert_eq!(error.status(), Status::ServiceUnavailable);
    assert!(server.ledger().is_empty());
}

#[test]
fn an_environment_that_can_not_be_reached_is_told_as_unavailable_and_nothing_is_changed() {
    let server = server();
    let client = client(&server);
    requests::who_am_i(&client).unwrap();
    drop(server);
    let error = users::set_enabled(&client, seed::ADELE, false, users::Mode::Apply).unwrap_err();
    assert_eq!(error.status(), Status::ServiceUnavailable, "{error}");
}

#[test]
fn a_secret_that_is_taken_away_while_the_client_runs_is_told_when_the_token_ends() {
    let server = server();
    let client = client(&server);
    requests::who_am_i(&client).unwrap();
    let old = server.applications().iter().find(|one| one.client_id.to_string() == seed::CLIENT_ID).unwrap().secrets[0]
        .key_id;
    server.add_secret(seed::CLIENT_ID, &NewSecret::new("another-secret")).unwrap();
    server.remove_secret(seed::CLIENT_ID, old).unwrap();
    users::get(&client, seed::ADELE, &[]).unwrap();
    fault(&server, "systemusers", 1, 401);
    let error = users::set_enabled(&client, seed::ADELE, false, users::Mode::Apply).unwrap_err();
    assert_eq!((error.status(), error.code()), (Status::AuthenticationFailed, Some("AADSTS7000215")), "{error}");
    assert!(server.ledger().is_empty());
}
