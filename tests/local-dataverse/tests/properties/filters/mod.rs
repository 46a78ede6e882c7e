//! Generated filters over generated environments: the server finds the rows that a plain reading of the filter finds.

mod fetch;
mod model;
mod print;
mod tree;

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::client::Fixture;
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

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn fetchxml_finds_what_the_same_filter_finds(plan in world::plan(9), filters in vec(tree::plain(), 1..24)) {
        SERVER.with(|fixture| {
            let world = plan.build(fixture);
            for filter in &filters {
                let Some(fetch) = fetch::fetch_of(filter) else { continue };
                let reply = fixture.get(&format!("systemusers?fetchXml={}", escaped(&fetch)));
                prop_assert_eq!(reply.status, 200, "{}: {}", fetch, reply.text);
                let found: BTreeSet<String> = reply.column("systemuserid").into_iter().collect();
                prop_assert_eq!(found, expected(&world, filter), "{}", fetch);
            }
            Ok(())
        })?;
    }
}

thread_local! {
    /// One server for all cases: each makes its own environment in it.
    static SERVER: Fixture = world::server();
}
