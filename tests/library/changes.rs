//! What changed since the last time.

use dynamics365::changes::{self, ChangeToken};
use dynamics365::{Client, Result, Status, roles, users};
use local_dataverse::{Server, seed};
use serde_json::json;

use crate::support::*;

fn read(client: &Client, table: &str, token: Option<&str>) -> Result<(Vec<Vec<String>>, String)> {
    let next = ChangeToken::default();
    let names =
        columns(if table == "systemuser" { &["systemuserid", "jobtitle"] } else { &["systemuserid", "roleid"] });
    let mut records = Vec::new();
    for batch in changes::since(client, table, &names, token, next.clone())? {
        records.extend(batch?.records().map(|fields| fields.iter().map(ToString::to_string).collect()));
    }
    Ok((records, next.get().expect("all was read")))
}

fn fixture() -> (Server, Client) {
    let server = server();
    let client = client_with(&server, &[("page_size", "2")]);
    (server, client)
}

#[test]
fn only_what_changed_comes_the_next_time() {
    let (_server, client) = fixture();
    let (all, token) = read(&client, "systemuser", None).unwrap();
    assert_eq!(all.len(), 5);
    let (none, token) = read(&client, "systemuser", Some(&token)).unwrap();
    assert!(none.is_empty());
    users::update(&client, seed::ADELE, &object(json!({ "jobtitle": "Clerk" })), Options::default()).unwrap();
    let (changed, token) = read(&client, "systemuser", Some(&token)).unwrap();
    assert_eq!(changed, [["", "", &seed::ADELE.to_string(), "Clerk"]]);
    assert!(read(&client, "systemuser", Some(&token)).unwrap().0.is_empty());
}

#[test]
fn rows_that_are_gone_come_with_their_id_and_the_reason() {
    let (_server, client) = fixture();
    let (all, token) = read(&client, "systemuserroles", None).unwrap();
    assert_eq!(all.len(), 4);
    roles::revoke(&client, seed::ADELE, &"Salesperson".into(), None, Mode::Apply).unwrap();
    roles::assign(&client, seed::ADELE, &"Sales Manager".into(), None, Mode::Apply).unwrap();
    let (mut changed, _) = read(&client, "systemuserroles", Some(&token)).unwrap();
    changed.sort();
    assert_eq!(changed.len(), 2);
    assert_eq!((changed[0][0].as_str(), changed[0][2].as_str()), ("", seed::ADELE.to_string().as_str()));
    assert_eq!((changed[1][0].as_str(), changed[1][1].len()), ("deleted", 36));
}

#[test]
fn a_table_or_a_token_that_does_not_fit_is_refused_before_any_request() {
    let (server, client) = fixture();
    let (_, token) = read(&client, "systemuser", None).unwrap();
    let before = server.requests().len();
    assert_says(&read(&client, "account", None).unwrap_err(), &["'account'", "systemuserroles"]);
    for (table, token) in [("systemuserroles", token.as_str()), ("systemuser", "https://elsewhere.example/")] {
        let error = read(&client, table, Some(token)).unwrap_err();
        assert_eq!(error.status(), Status::InvalidArgument, "{error}");
    }
    assert_eq!(server.requests().len(), before);
}

#[test]
fn a_table_that_is_not_tracked_and_a_token_that_is_too_old_are_told_apart() {
    let (server, client) = fixture();
    let (_, token) = read(&client, "systemuser", None).unwrap();
    server.reset();
    assert_eq!(read(&client, "systemuser", Some(&token)).unwrap_err().status(), Status::TokenExpired);
    server.settings_mut(|settings| settings.change_tracked_tables.retain(|table| table != "systemuser"));
    let error = read(&client, "systemuser", None).unwrap_err();
    assert_eq!(error.status(), Status::NotTracked);
    assert_says(&error, &["change tracking"]);
}

#[test]
fn an_environment_that_leaves_the_wish_out_counts_as_not_tracking() {
    let (server, client) = fixture();
    let body = json!({ "value": [] });
    let action = local_dataverse::Action { status: Some(200), body: Some(body), ..Default::default() };
    fault(&server, "GET", "systemusers", action);
    assert_eq!(read(&client, "systemuser", None).unwrap_err().status(), Status::NotTracked);
}
