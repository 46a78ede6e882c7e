//! The faults of the matrix.

use std::sync::atomic::{AtomicU64, Ordering};

use dynamics365::{Client, Config, GivenToken, requests};
use local_dataverse::{Action, Close, FaultRule, NewSecret, NewToken, RetryAfter, Server, Trickle, seed};
use serde_json::json;
use socket2::{Domain, Socket, Type};

use crate::operations::Operation;

/// How often one request is sent at most.
pub const TRIES: usize = 3;

/// One fault.
pub struct Fault {
    /// The name in the matrix.
    pub name: &'static str,
    kind: Kind,
}

/// Where it happens.
enum Kind {
    /// To the request of the operation that changes something, or to its first one.
    Request(fn() -> Action),
    /// To a request for a token: the client has none yet.
    SignIn(fn() -> Action),
    /// The token that the client has is over.
    TokenExpired,
    /// The secret has been replaced since the client signed in, and the request is answered by 401.
    SecretRotated,
    /// Nobody listens any more.
    Refused,
}

/// A client that meets a fault.
pub struct Met {
    pub client: Client,
    /// Keeps the server's port, so that no other server gets it.
    _port: Option<Socket>,
}

impl Fault {
    /// Sets the fault up, to happen so often (0: always), and gives a client that will meet it.
    pub fn meet(&self, server: &mut Server, operation: &Operation, times: u64) -> Result<Met, String> {
        let met = |client| Ok(Met { client, _port: None });
        let to_request = |action| {
            let (method, path) = operation.request;
            FaultRule { method: Some(method.into()), path: Some(path.into()), times, ..FaultRule::new(action) }
        };
        match self.kind {
            Kind::Request(action) => {
                server.set_fault(to_request(action()))?;
                met(client(server))
            }
            Kind::SignIn(action) => {
                let rule = FaultRule { path: Some("/oauth2/".into()), times, ..FaultRule::new(action()) };
                server.set_fault(rule)?;
                met(client(server))
            }
            Kind::TokenExpired => met(with_expired_tokens(server, times)),
            Kind::SecretRotated => {
                let client = signed_in(server);
                let known = server.applications();
                let old =
                    &known.iter().find(|one| one.client_id.to_string() == seed::CLIENT_ID).ok_or("no application")?;
                server.add_secret(seed::CLIENT_ID, &NewSecret::new("another-secret"))?;
                server.remove_secret(seed::CLIENT_ID, old.secrets[0].key_id)?;
                server.set_fault(to_request(status(401)))?;
                met(client)
            }
            Kind::Refused => {
                // With a token and no connection yet: one that breaks off is another fault.
                let mut config = config(server);
                config.access_token(server.token(&NewToken::default()).into()).unwrap();
                server.stop();
                // Bound, but not listening: connections are refused.
                let port = Socket::new(Domain::IPV4, Type::STREAM, None).map_err(|error| error.to_string())?;
                port.set_reuse_address(true).map_err(|error| error.to_string())?;
                port.bind(&server.address().into()).map_err(|error| error.to_string())?;
                Ok(Met { client: Client::new(config).unwrap(), _port: Some(port) })
            }
        }
    }
}

/// Settings of a client that does not wait long.
fn config(server: &Server) -> Config {
    let mut config = Config::new(server.url()).unwrap();
    let tries = TRIES.to_string();
    for (name, value) in
        [("max_tries", tries.as_str()), ("timeout_ms", "400"), ("first_backoff_ms", "1"), ("max_backoff_ms", "5")]
    {
        config.option(name, value).unwrap();
    }
    config
}

/// A client that does not wait long.
pub fn client(server: &Server) -> Client {
    let mut config = config(server);
    let login = format!("{}@{}", seed::CLIENT_ID, seed::TENANT_ID);
    config.client_secret(&login, seed::CLIENT_SECRET.into()).unwrap();
    Client::new(config).unwrap()
}

fn signed_in(server: &Server) -> Client {
    let client = client(server);
    requests::who_am_i(&client).unwrap();
    client
}

/// A client whose first tokens, or all (0), are over when it gets them.
fn with_expired_tokens(server: &Server, times: u64) -> Client {
    let expired = server.token(&NewToken { expires_in_seconds: Some(-60), ..NewToken::default() });
    let (good, asked) = (server.token(&NewToken::default()), AtomicU64::new(0));
    let mut config = config(server);
    config.token_source(move |_| {
        let is_over = asked.fetch_add(1, Ordering::SeqCst) < times || times == 0;
        let token = if is_over { expired.as_str() } else { good.as_str() };
        Ok(GivenToken { token: token.into(), expires_in: None })
    });
    Client::new(config).unwrap()
}

fn status(status: u16) -> Action {
    Action { status: Some(status), ..Action::default() }
}

fn throttled(code: &str, retry_after: RetryAfter) -> Action {
    let body = json!({ "error": { "code": code, "message": "The limit is exceeded." } });
    Action { body: Some(body), retry_after: Some(retry_after), ..status(429) }
}

fn closed(close: Close, reset: bool) -> Action {
    Action { close: Some(close), reset, ..Action::default() }
}

fn with_type(content_type: &str) -> Action {
    Action { headers: [("content-type".to_owned(), content_type.to_owned())].into(), ..Action::default() }
}

const fn on_request(name: &'static str, action: fn() -> Action) -> Fault {
    Fault { name, kind: Kind::Request(action) }
}

const fn on_sign_in(name: &'static str, action: fn() -> Action) -> Fault {
    Fault { name, kind: Kind::SignIn(action) }
}

/// All of them.
pub const FAULTS: [Fault; 36] = [
    on_request("429 requests, seconds", || throttled("0x80072322", RetryAfter::Seconds(0))),
    on_request("429 requests, date", || throttled("0x80072322", RetryAfter::DateAfterSeconds(0))),
    on_request("429 execution time, seconds", || throttled("0x80072321", RetryAfter::Seconds(0))),
    on_request("429 execution time, date", || throttled("0x80072321", RetryAfter::DateAfterSeconds(0))),
    on_request("429 concurrency, decimal code, seconds", || throttled("-2147015898", RetryAfter::Seconds(0))),
    on_request("429 concurrency, decimal code, date", || throttled("-2147015898", RetryAfter::DateAfterSeconds(0))),
    on_request("500", || status(500)),
    on_request("502", || status(502)),
    on_request("503", || status(503)),
    on_request("504", || status(504)),
    on_request("503, applied", || Action { applied: true, ..status(503) }),
    on_request("500, applied", || Action { applied: true, ..status(500) }),
    on_request("404, applied", || Action { applied: true, ..status(404) }),
    on_request("close before read", || closed(Close::BeforeRead, false)),
    on_request("close after read", || closed(Close::AfterRead, false)),
    on_request("close after applied", || closed(Close::AfterApplied, false)),
    on_request("reset before read", || closed(Close::BeforeRead, true)),
    on_request("reset after read", || closed(Close::AfterRead, true)),
    on_request("reset after applied", || closed(Close::AfterApplied, true)),
    on_request("truncated body", || Action { truncate: Some(20), ..Action::default() }),
    on_request("truncated body, reset", || Action { truncate: Some(20), reset: true, ..Action::default() }),
    on_request("garbage body", || Action { garbage: true, ..Action::default() }),
    on_request("HTML with 200", || Action { body: Some(json!("<html>")), ..status(200) }),
    on_request("HTML with 200, applied", || Action { body: Some(json!("<html>")), applied: true, ..status(200) }),
    on_request("wrong content type", || with_type("text/html")),
    on_request("no reply in time", || Action { delay_ms: Some(60_000), ..Action::default() }),
    on_request("no reply in time, applied", || Action { delay_reply_ms: Some(60_000), ..Action::default() }),
    on_request("slow trickle", || Action { trickle: Some(Trickle { bytes: 1, every_ms: 1000 }), ..Action::default() }),
    on_request("401 (the token is refused)", || status(401)),
    on_request("redirect", || Action {
        headers: [("location".to_owned(), "https://elsewhere.example/".to_owned())].into(),
        ..status(302)
    }),
    on_sign_in("token end point: 503", || status(503)),
    on_sign_in("token end point: close after read", || closed(Close::AfterRead, false)),
    on_sign_in("token end point: no reply in time", || Action { delay_ms: Some(60_000), ..Action::default() }),
    Fault { name: "token expired", kind: Kind::TokenExpired },
    Fault { name: "secret rotated, then 401", kind: Kind::SecretRotated },
    Fault { name: "connection refused", kind: Kind::Refused },
];
