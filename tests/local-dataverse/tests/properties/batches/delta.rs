//! What change tracking says of a batch: what the batch changed, and of a changeset that failed nothing.

use std::collections::BTreeSet;

use local_dataverse::Operation;
use proptest::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use super::model::{Line, Model};
use crate::client::Fixture;
use crate::world::rows;

/// Delta links of the users and of their roles, taken before a batch.
pub struct Watch {
    users: String,
    roles: String,
    /// The keys of the intersect rows, with what they tie together.
    links: Vec<(String, Uuid, Uuid)>,
}

fn links(fixture: &Fixture) -> Vec<(String, Uuid, Uuid)> {
    let id = |value: &Value| value.as_str().unwrap().to_owned();
    let key = |value: &Value| value.as_str().unwrap().parse().unwrap();
    let all = rows(fixture, "systemuserrolescollection");
    all.iter().map(|row| (id(&row["systemuserroleid"]), key(&row["systemuserid"]), key(&row["roleid"]))).collect()
}

fn start(fixture: &Fixture, path: &str) -> String {
    let reply = fixture.send("GET", path, &[("Prefer", "odata.track-changes")], None);
    reply.json()["@odata.deltaLink"].as_str().expect("a delta link").to_owned()
}

/// The rows that a delta link tells of, and the keys of those that are gone.
fn delta(fixture: &Fixture, link: &str, key: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let path = link.strip_prefix(fixture.server.url()).expect("the link leads to this server");
    let (gone, there): (Vec<Value>, Vec<Value>) =
        fixture.get(&format!("/{path}")).rows().into_iter().partition(|row| row.get("reason").is_some());
    let text = |rows: Vec<Value>, name: &str| rows.iter().map(|row| row[name].as_str().unwrap().to_owned()).collect();
    (text(there, key), text(gone, "id"))
}

impl Watch {
    /// Starts to watch.
    pub fn new(fixture: &Fixture) -> Self {
        Self {
            users: start(fixture, "systemusers?$select=jobtitle"),
            roles: start(fixture, "systemuserrolescollection?$select=roleid"),
            links: links(fixture),
        }
    }

    /// Holds what the links tell against the lines that the batch added to the ledger, and what there was before.
    pub fn check(&self, fixture: &Fixture, before: &Model, after: &Model, lines: &[Line]) -> Result<(), TestCaseError> {
        let (told, gone) = delta(fixture, &self.users, "systemuserid");
        let rows = lines.iter().filter(|line| matches!(line.operation, Operation::Create | Operation::Update));
        let changed: BTreeSet<String> = rows.map(|line| line.user.to_string()).collect();
        prop_assert_eq!(told, changed, "users that changed");
        prop_assert!(gone.is_empty(), "users don't go: {:?}", gone);

        let (told, gone) = delta(fixture, &self.roles, "systemuserroleid");
        let now = links(fixture);
        let touched: BTreeSet<(Uuid, Uuid)> = lines.iter().filter_map(|line| Some((line.user, line.role?))).collect();
        for (key, user, role) in &now {
            let pair = (*user, *role);
            if told.contains(key) {
                prop_assert!(touched.contains(&pair), "{:?} was not given", pair);
            } else {
                prop_assert!(before.held.contains(&pair), "{:?} is new and not told", pair);
            }
        }
        for (key, user, role) in &self.links {
            if !after.held.contains(&(*user, *role)) {
                prop_assert!(gone.contains(key), "{} lost {} and it is not told", user, role);
            }
        }
        // One that came and went in between may be told as gone, or not at all.
        let most = touched.iter().filter(|pair| !after.held.contains(pair)).count();
        prop_assert!(gone.len() <= most, "more is gone than was taken: {:?}", gone);
        prop_assert!(
            told.iter().all(|key| now.iter().any(|(known, ..)| known == key)),
            "{:?} is told and not there",
            told
        );
        Ok(())
    }
}
