//! OData's grammar, construct by construct: what is supported answers as it should, what is not is 501, what is malformed is 400 (or 404, where
//! a path leads nowhere). Which constructs there are is taken from the test cases of OASIS for the ABNF of OData.

mod filters;
mod urls;

use crate::client::Fixture;

/// What a construct gives.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Gives {
    /// The users with these first names.
    Users(&'static str),
    /// 501.
    Unsupported,
    /// 400.
    Malformed,
}

use Gives::{Malformed, Unsupported, Users};

const EVERYBODY: Gives = Users("Adele Bruno Chiara Connector Dora");
const NOBODY: Gives = Users("");

/// Everything that has a meaning in a URL, but for what is escaped already.
fn escaped(text: &str) -> String {
    let escape = |next: char| match next {
        ' ' | '\t' | '"' | '#' | '&' | '+' | '<' | '>' | '[' | ']' | '{' | '}' | '\\' | '^' | '`' | '|' => {
            format!("%{:02X}", next as u32)
        }
        _ => next.to_string(),
    };
    text.chars().map(escape).collect()
}

fn check(cases: &[(&str, Gives)], query: impl Fn(&str) -> String) {
    let fixture = Fixture::new();
    let mut wrong = Vec::new();
    for (text, expected) in cases {
        let reply = fixture.send("GET", &query(text), &[], None);
        let fits = match expected {
            Users(names) => reply.status == 200 && reply.column("firstname").join(" ") == *names,
            Unsupported => reply.status == 501,
            Malformed => reply.status == 400,
        };
        let explained = reply.status == 200 || !reply.message().is_empty();
        if !fits || !explained {
            wrong.push(format!("{text}: expected {expected:?}, got {} {}", reply.status, reply.text));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
