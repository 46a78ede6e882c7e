//! The faults of the matrix.

use local_dataverse::{Action, Close, RetryAfter, Trickle};
use serde_json::json;

/// One fault.
pub struct Fault {
    /// The name in the matrix.
    pub name: &'static str,
    /// What happens to the request.
    pub action: fn() -> Action,
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

/// All of them.
pub const FAULTS: [Fault; 27] = [
    Fault { name: "429 requests", action: || throttled("0x80072322", RetryAfter::Seconds(0)) },
    Fault { name: "429 execution time", action: || throttled("0x80072321", RetryAfter::DateAfterSeconds(0)) },
    Fault { name: "429 concurrency, decimal code", action: || throttled("-2147015898", RetryAfter::Seconds(0)) },
    Fault { name: "500", action: || status(500) },
    Fault { name: "502", action: || status(502) },
    Fault { name: "503", action: || status(503) },
    Fault { name: "504", action: || status(504) },
    Fault { name: "503, applied", action: || Action { applied: true, ..status(503) } },
    Fault { name: "500, applied", action: || Action { applied: true, ..status(500) } },
    Fault { name: "404, applied", action: || Action { applied: true, ..status(404) } },
    Fault { name: "close before read", action: || closed(Close::BeforeRead, false) },
    Fault { name: "close after read", action: || closed(Close::AfterRead, false) },
    Fault { name: "close after applied", action: || closed(Close::AfterApplied, false) },
    Fault { name: "reset before read", action: || closed(Close::BeforeRead, true) },
    Fault { name: "reset after read", action: || closed(Close::AfterRead, true) },
    Fault { name: "reset after applied", action: || closed(Close::AfterApplied, true) },
    Fault { name: "truncated body", action: || Action { truncate: Some(20), ..Action::default() } },
    Fault { name: "truncated body, reset", action: || Action { truncate: Some(20), reset: true, ..Action::default() } },
    Fault { name: "garbage body", action: || Action { garbage: true, ..Action::default() } },
    Fault { name: "HTML with 200", action: || Action { body: Some(json!("<html>")), ..status(200) } },
    Fault {
        name: "HTML with 200, applied",
        action: || Action { body: Some(json!("<html>")), applied: true, ..status(200) },
    },
    Fault { name: "wrong content type", action: || with_type("text/html") },
    Fault { name: "no reply in time", action: || Action { delay_ms: Some(60_000), ..Action::default() } },
    Fault {
        name: "no reply in time, applied",
        action: || Action { delay_reply_ms: Some(60_000), ..Action::default() },
    },
    Fault {
        name: "slow trickle",
        action: || Action { trickle: Some(Trickle { bytes: 1, every_ms: 1000 }), ..Action::default() },
    },
    Fault { name: "401", action: || status(401) },
    Fault {
        name: "redirect",
        action: || Action {
            headers: [("location".to_owned(), "https://elsewhere.example/".to_owned())].into(),
            ..status(302)
        },
    },
];
