//! What the list of 100,000 users and 2,000 role assignments send: token requests, connections, requests, bytes, beside the least that would do.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::decode::rust_program;
use super::run::Bench;
use super::works::{Row, columns, environment};
use crate::command::run;
use crate::dataverse::{CLIENT_ID, Dataverse, SECRET, Traffic};

const USERS: usize = 100_000;
const CHANGES: usize = 2000;
const LIMIT: Duration = Duration::from_secs(300);
/// The limit of the program's bulk.
const AT_ONCE: u64 = 8;
/// How many users a bulk reads at a time.
const READ_AHEAD: usize = 64;
/// So many bytes of headers a request may have beyond those that the Web API's documentation asks for: who the client is, how replies may be
/// packed, and an id for the logs of both sides.
const MORE_A_REQUEST: u64 = 160;

/// What one work sent, without what it took to look.
struct Sent {
    connections: u64,
    bytes: u64,
    requests: Vec<Value>,
}

/// Does both works once: the counts are the same each time.
pub fn measure(bench: &Bench<'_>) -> Result<Row> {
    let server = environment(bench, USERS)?;
    let mut list = program(bench, "list-users", &server)?;
    list.arg(columns());
    let list = sent(&server, list)?;
    // The token and the pages, in which the users of the seed are as well.
    let pages = server.row_count("systemusers")?.div_ceil(5000) as usize;
    let fewest = Least { connections: 1, requests: 1 + pages, bytes: least_bytes(&list, &server)? };
    let listed = fewest.compare("100,000 users", &list)?;

    let server = environment(bench, 10_000)?;
    server.add_fault(&json!({ "path": "/api/", "times": 0, "action": { "delayMs": 20 } }))?;
    let mut assign = program(bench, "assign-roles", &server)?;
    assign.arg(CHANGES.to_string());
    let assign = sent(&server, assign)?;
    ensure!(server.ledger()?.len() == CHANGES, "{} roles were assigned", server.ledger()?.len());
    // The token; a page of the users; the role by its name; the users with their roles, many at a time; each change.
    let requests = 1 + 1 + 1 + CHANGES.div_ceil(READ_AHEAD) + CHANGES;
    let fewest = Least { connections: AT_ONCE, requests, bytes: least_bytes(&assign, &server)? };
    let assigned = fewest.compare("2,000 assignments", &assign)?;
    Ok(Row {
        ours: format!("{}; {}", listed.ours, assigned.ours),
        theirs: format!("{}; {}", listed.least, assigned.least),
        ratio: format!(
            "tokens and connections equal; {} and {} requests more; {} and {} bytes of headers more a request",
            listed.requests, assigned.requests, listed.bytes, assigned.bytes
        ),
        seconds: None,
    })
}

/// A program of `benches/` on a server.
fn program(bench: &Bench<'_>, name: &str, server: &Dataverse) -> Result<Command> {
    let mut command = Command::new(rust_program(bench, name)?);
    command.arg(&server.url).arg(Dataverse::login()).env("DYNAMICS365_SECRET", SECRET);
    Ok(command)
}

fn sent(server: &Dataverse, mut work: Command) -> Result<Sent> {
    let known = server.requests()?.len();
    let (first, before) = (server.traffic()?, server.traffic()?);
    let ended = run(&mut work, LIMIT, false)?;
    ensure!(ended.success, "{work:?} failed:\n{}", ended.output);
    let (after, requests) = (server.traffic()?, server.requests()?);
    // What looking takes is known from looking twice.
    let looking = |of: fn(&Traffic) -> u64| of(&before) - of(&first);
    let between = |of: fn(&Traffic) -> u64| of(&after) - of(&before) - looking(of);
    Ok(Sent {
        connections: between(|traffic| traffic.connections),
        bytes: between(|traffic| traffic.received),
        requests: requests.into_iter().skip(known).collect(),
    })
}

/// The least that a work needs.
struct Least {
    connections: u64,
    requests: usize,
    bytes: u64,
}

struct Compared {
    ours: String,
    least: String,
    /// How many requests more there are.
    requests: usize,
    /// How many bytes more a request has.
    bytes: u64,
}

impl Least {
    fn compare(&self, name: &str, sent: &Sent) -> Result<Compared> {
        let tokens = sent.requests.iter().filter(|request| is_sign_in(request)).count();
        let requests = sent.requests.len();
        let told = |tokens: usize, connections: u64, requests: usize, bytes: u64| {
            let kilobytes = bytes as f64 / 1000.0;
            let (token, connection) =
                (if tokens == 1 { "token" } else { "tokens" }, if connections == 1 { "" } else { "s" });
            format!(
                "{name}: {tokens} {token}, {connections} connection{connection}, {requests} requests, {kilobytes:.1} kB"
            )
        };
        let ours = told(tokens, sent.connections, requests, sent.bytes);
        let least = told(1, self.connections, self.requests, self.bytes);
        let more = sent.bytes.saturating_sub(self.bytes) / requests as u64;
        // Each worker of a bulk begins at once, without waiting for more to read together with its first user.
        let most = self.requests + 2 * AT_ONCE as usize;
        ensure!(
            tokens == 1 && sent.connections <= self.connections && requests <= most && more <= MORE_A_REQUEST,
            "more than the least: {ours} in place of {least}"
        );
        Ok(Compared { ours, least, requests: requests.saturating_sub(self.requests), bytes: more })
    }
}

fn is_sign_in(request: &Value) -> bool {
    request["path"].as_str().is_some_and(|path| path.contains("/oauth2/"))
}

/// The bytes of these requests with the headers that HTTP and the Web API's documentation ask for.
fn least_bytes(sent: &Sent, server: &Dataverse) -> Result<u64> {
    let host = server.url.trim_start_matches("http://").trim_end_matches('/');
    let token = server.token()?;
    let mut bytes = 0;
    for request in &sent.requests {
        let text = |name: &str| request[name].as_str().with_context(|| format!("a request has no {name}: {request}"));
        let (method, path) = (text("method")?, text("path")?);
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\n");
        let mut body = String::new();
        if is_sign_in(request) {
            let scope = format!("{}.default", server.url).replace(':', "%3A").replace('/', "%2F");
            body = format!("grant_type=client_credentials&client_id={CLIENT_ID}&client_secret={SECRET}&scope={scope}");
            head += "Content-Type: application/x-www-form-urlencoded\r\nAccept: application/json\r\n";
        } else {
            head += &format!("Authorization: Bearer {token}\r\nAccept: application/json\r\n");
            head += "OData-Version: 4.0\r\nOData-MaxVersion: 4.0\r\n";
            if method == "GET" {
                head += "If-None-Match: null\r\n";
            }
            if path.contains("/systemusers?") && !path.contains("CRM.In") {
                head += "Prefer: odata.maxpagesize=5000\r\n";
            }
            if method == "POST" {
                let api = format!("{}api/data/v9.2/", server.url);
                body = format!("{{\"@odata.id\":\"{api}roles(00000000-0000-0000-0000-000000000000)\"}}");
                head += "Content-Type: application/json\r\n";
            }
        }
        if !body.is_empty() {
            head += &format!("Content-Length: {}\r\n", body.len());
        }
        bytes += (head.len() + "\r\n".len() + body.len()) as u64;
    }
    Ok(bytes)
}
