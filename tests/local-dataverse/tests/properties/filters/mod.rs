//! Generated filters over generated environments: the server finds the rows that a plain reading of the filter finds.

mod fetch;
mod model;
mod print;
mod tree;

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::client::{Fixture, Reply};
use crate::support::{cases, escaped};
use crate::world::{self, World};
use tree::Filter;

pub use model::{folded, passes};
pub use print::text_of;
pub use tree::filter;

/// The rows that the server finds, by key.
fn found(fixture: &Fixture, filter: &str) -> BTreeSet<String> {
    let reply = fixture.get(&format!("systemusers?$select=systemuserid&$filter={}", escaped(filter)));
    assert_eq!(reply.status, 200, "{filter:?}: {}", reply.text);
    reply.column("systemuserid").into_iter().collect()
}

fn expected(world: &World, filter: &Filter) -> BTreeSet<String> {
    let users = world.tables["systemusers"].iter();
    users
        .filter(|user| passes(world, "systemusers", user, filter))
        .map(|user| user["systemuserid"].as_str().unwrap().to_owned())
        .collect()
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn a_filter_finds_what_a_plain_reading_of_it_finds(plan in world::plan(9), filters in vec((filter(), any::<u64>()), 1..24)) {
        SERVER.with(|fixture| {
            let world = plan.build(fixture);
            for (filter, spelling) in &filters {
                let text = text_of(filter, *spelling);
                prop_assert_eq!(found(fixture, &text), expected(&world, filter), "{}", text);
            }
            Ok(())
        })?;
    }
}

/// The rows that the server finds by FetchXML, by key.
fn fetched(fixture: &Fixture, xml: &str) -> Reply {
    fixture.get(&format!("systemusers?fetchXml={}", escaped(xml)))
}

proptest! {
    #![proptest_config(cases(32))]

    #[test]
    fn a_filter_in_fetch_xml_finds_what_the_same_filter_of_odata_finds(plan in world::plan(9), filters in vec(filter(), 1..24)) {
        SERVER.with(|fixture| {
            let world = plan.build(fixture);
            for filter in &filters {
                let Some(xml) = fetch::xml_of(filter) else { continue };
                let reply = fetched(fixture, &xml);
                if !xml.chars().all(fetch::is_xml) {
                    // XML has no way to say what such a filter looks for.
                    prop_assert_eq!((reply.status, reply.code()), (400, "0x80040201".to_owned()), "{}", xml);
                    continue;
                }
                prop_assert_eq!(reply.status, 200, "{}: {}", xml, reply.text);
                let rows = reply.column("systemuserid");
                prop_assert_eq!(rows.iter().cloned().collect::<BTreeSet<_>>(), expected(&world, filter), "{}", xml);
                let same = fixture.get(&format!("systemusers?$select=systemuserid&$filter={}", escaped(&text_of(filter, 0))));
                prop_assert_eq!(rows, same.column("systemuserid"), "{}", xml);
            }
            Ok(())
        })?;
    }
}

thread_local! {
    /// One server for all cases: each makes its own environment in it.
    static SERVER: Fixture = world::server();
}
