//! Queries in FetchXML.

mod aggregates;
mod filters;
mod links;
mod paging;
mod queries;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::client::{Fixture, Reply};

/// The path of a query.
fn path(set: &str, xml: &str) -> String {
    format!("{set}?fetchXml={}", utf8_percent_encode(xml, NON_ALPHANUMERIC))
}

/// The reply to a query.
fn run(fixture: &Fixture, set: &str, xml: &str) -> Reply {
    fixture.send("GET", &path(set, xml), &[], None)
}

/// The reply to a query with all annotations.
fn annotated(fixture: &Fixture, set: &str, xml: &str) -> Reply {
    fixture.send("GET", &path(set, xml), &[("Prefer", "odata.include-annotations=\"*\"")], None)
}

/// A refusal.
fn refusal(reply: &Reply) -> (u16, String) {
    (reply.status, reply.code())
}
