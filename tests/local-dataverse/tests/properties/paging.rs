//! Pages while rows come and go: a row that is there all the time is seen once, no row is seen twice, none that is gone is seen.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::json;
use uuid::Uuid;

use crate::client::Fixture;
use crate::lists::{next, page};
use crate::support::{cases, escaped, text};
use crate::world;

/// What happens between two pages.
#[derive(Clone, Debug)]
enum Event {
    /// A role is added.
    Add(String),
    /// A role is taken out: one of those before the cursor, at it, or behind it.
    Remove(Index),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![text().prop_map(Event::Add), any::<Index>().prop_map(Event::Remove)]
}

struct Roles<'f> {
    fixture: &'f Fixture,
    next: u128,
    /// Roles that were made here and are there.
    present: Vec<Uuid>,
}

impl Roles<'_> {
    fn add(&mut self, name: &str) {
        self.next += 1;
        // Keys in no order, so that new rows come before the cursor as often as behind it.
        let id = Uuid::from_u128(self.next.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835));
        let body = json!({"roleid": id, "name": format!("{name} {}", self.next)});
        let reply = self.fixture.send("POST", "roles", &[], Some(body));
        assert_eq!(reply.status, 204, "{}", reply.text);
        self.present.push(id);
    }

    fn remove(&mut self, index: &Index) -> Option<Uuid> {
        if self.present.is_empty() {
            return None;
        }
        let id = self.present.swap_remove(index.index(self.present.len()));
        assert_eq!(self.fixture.send("DELETE", &format!("roles({id})"), &[], None).status, 204);
        Some(id)
    }
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn rows_that_stay_are_seen_once_while_others_come_and_go(
        names in vec(text(), 1..12),
        between in vec(vec(event(), 0..4), 1..8),
        size in 1usize..4,
        order in select(vec!["", "&$orderby=name", "&$orderby=name desc", "&$orderby=createdon,name", "&$orderby=_parentroleid_value"]),
    ) {
        SERVER.with(|fixture| {
            fixture.server.reset();
            let mut roles = Roles { fixture, next: 0, present: Vec::new() };
            names.iter().for_each(|name| roles.add(name));
            let mut staying: BTreeSet<Uuid> = roles.present.iter().copied().collect();
            let (mut seen, mut gone) = (BTreeSet::new(), BTreeSet::new());
            let mut events = between.iter();
            let mut path = Some(format!("roles?$select=name{}", order.replace(' ', &escaped(" "))));
            while let Some(this) = path {
                let reply = page(fixture, &this, Some(size));
                for id in reply.column("roleid") {
                    let id: Uuid = id.parse().unwrap();
                    prop_assert!(!gone.contains(&id), "{} was taken out before this page", id);
                    prop_assert!(seen.insert(id), "{} was seen before", id);
                }
                path = next(fixture, &reply);
                for event in events.next().into_iter().flatten() {
                    match event {
                        Event::Add(name) => roles.add(name),
                        Event::Remove(index) => {
                            let removed = roles.remove(index);
                            staying.retain(|id| Some(*id) != removed);
                            gone.extend(removed);
                        }
                    }
                }
            }
            prop_assert!(staying.is_subset(&seen), "{:?} were never seen", staying.difference(&seen));
            Ok(())
        })?;
    }
}

thread_local! {
    static SERVER: Fixture = world::server();
}
