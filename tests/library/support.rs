//! What the tests share: a server, clients of it, and what it saw.

pub use dynamics365::Mode;
pub use dynamics365::users::Options;
use dynamics365::{Client, Config, Error, Query};
use local_dataverse::{Action, Close, FaultRule, Server, Settings, seed};
use serde_json::{Map, Value};
use uuid::Uuid;

/// A user that no environment has.
pub const NOBODY: Uuid = Uuid::from_u128(0xffff_0000_0000_4000_8000_0000_0000_0009);

/// A fresh environment with the seed `contoso`.
pub fn server() -> Server {
    Server::start(local_dataverse::Options::default()).unwrap()
}

/// A fresh environment with other settings.
pub fn server_with(change: impl FnOnce(&mut Settings)) -> Server {
    let server = server();
    server.settings_mut(change);
    server
}

/// A configuration that signs in as the application that the environment knows.
pub fn config(server: &Server) -> Config {
    let mut config = Config::new(server.url()).unwrap();
    config.client_secret(&login(seed::CLIENT_ID), seed::CLIENT_SECRET.into()).unwrap();
    config
}

/// The login id of an application of the seed's tenant.
pub fn login(client_id: &str) -> String {
    format!("{client_id}@{}", seed::TENANT_ID)
}

pub fn client(server: &Server) -> Client {
    Client::new(config(server)).unwrap()
}

pub fn client_with(server: &Server, options: &[(&str, &str)]) -> Client {
    let mut config = config(server);
    for (name, value) in options {
        config.option(name, value).unwrap();
    }
    Client::new(config).unwrap()
}

/// A JSON object, for attributes.
pub fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => panic!("no object: {other}"),
    }
}

pub fn columns(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

pub fn filter(filter: &str, names: &[&str]) -> Query {
    Query { columns: columns(names), filter: Some(filter.to_owned()), ..Query::default() }
}

/// Method and status of every request of the Web API, such as `PATCH 200`.
pub fn wire(server: &Server) -> Vec<String> {
    let api = server.requests().into_iter().filter(|request| request.path.starts_with("/api/"));
    api.map(|request| format!("{} {}", request.method, request.status)).collect()
}

/// How often a token was asked for.
pub fn token_requests(server: &Server) -> usize {
    server.requests().iter().filter(|request| request.path.contains("/oauth2/")).count()
}

/// What was changed, such as `update systemusers jobtitle`: the operation, the table, and the columns that became different.
pub fn changes(server: &Server) -> Vec<String> {
    let line = |entry: local_dataverse::LedgerEntry| {
        let operation = format!("{:?}", entry.operation).to_lowercase();
        let after = if operation == "update" { entry.after.unwrap_or_default() } else { Map::new() };
        let names: String = after.keys().map(|name| format!(" {name}")).collect();
        format!("{operation} {}{names}", entry.entity_set)
    };
    server.ledger().into_iter().map(line).collect()
}

/// Lets `action` happen to the next request of this method whose path contains `path`.
pub fn fault(server: &Server, method: &str, path: &str, action: Action) {
    faults(server, method, path, 1, action);
}

/// The same for so many requests; 0 for all of them.
pub fn faults(server: &Server, method: &str, path: &str, times: u64, action: Action) {
    let rule = FaultRule { method: Some(method.into()), path: Some(path.into()), times, ..FaultRule::new(action) };
    server.set_fault(rule).unwrap();
}

/// An answer in place of the real one, which asks to come back at once.
pub fn answer(status: u16) -> Action {
    Action { status: Some(status), headers: [("Retry-After".into(), "0".into())].into(), ..Action::default() }
}

pub fn close(close: Close) -> Action {
    Action { close: Some(close), ..Action::default() }
}

/// The texts that an error must have, all of them.
#[track_caller]
pub fn assert_says(error: &Error, parts: &[&str]) {
    let text = error.to_string();
    for part in parts {
        assert!(text.contains(part), "'{part}' is not in: {text}");
    }
}
