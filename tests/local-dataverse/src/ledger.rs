//! What was changed: every applied change with its caller, its request, and the row before and after it.

use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use crate::model::{BusinessUnit, Entity, Role, SystemUser};
use crate::odata::json;
use crate::store::Actor;

/// The relationship of users and roles.
pub const USER_ROLES: &str = "systemuserroles_association";

/// What happened to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Operation {
    /// A row was added.
    Create,
    /// A row was changed.
    Update,
    /// A row was taken out.
    Delete,
    /// Two rows were tied together.
    Associate,
    /// Two rows were taken apart.
    Disassociate,
}

/// One applied change, as `/_local/ledger` and [`crate::Server::ledger`] show it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LedgerEntry {
    /// 1 for the first change.
    pub number: u64,
    /// When, such as `2024-03-15T16:21:58Z`.
    pub time: String,
    /// The user (systemuserid) who made the change.
    pub caller: Uuid,
    /// The `REQ_ID` of the request that made it.
    pub request_id: Uuid,
    /// What happened.
    pub operation: Operation,
    /// The entity set of the row.
    pub entity_set: &'static str,
    /// The key of the row.
    pub id: Uuid,
    /// For an association: its relationship.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relationship: Option<&'static str>,
    /// For an association: the key of the other row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub related_id: Option<Uuid>,
    /// The columns that the request named, whether or not they were different.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sent: Vec<&'static str>,
    /// Before the change: for an update the columns that it altered, for a delete all that had a value.
    pub before: Option<Map<String, Json>>,
    /// After the change: for an update the columns that it altered, for a create all that have a value.
    pub after: Option<Map<String, Json>>,
}

/// A row of any table.
#[derive(Clone, Debug)]
pub enum Subject {
    /// Of `systemuser`.
    User(Arc<SystemUser>),
    /// Of `role`.
    Role(Arc<Role>),
    /// Of `businessunit`.
    Unit(Arc<BusinessUnit>),
}

/// A change as the ledger keeps it: rows are shared with the store, and turned into JSON when somebody asks.
#[derive(Clone, Debug)]
pub enum Change {
    /// A row that was added, changed or taken out.
    Row {
        /// The row as it was.
        before: Option<Subject>,
        /// The row as it is.
        after: Option<Subject>,
        /// The columns that the request named.
        sent: Vec<&'static str>,
    },
    /// A role that was given to a user or taken away.
    Link {
        /// The user.
        user: Uuid,
        /// The role.
        role: Uuid,
        /// Given, not taken.
        added: bool,
    },
}

/// The changes in their order.
#[derive(Debug, Default)]
pub struct Ledger {
    changes: Vec<(Actor, Change)>,
}

impl Ledger {
    /// Writes a change down.
    pub fn record(&mut self, actor: Actor, change: Change) {
        self.changes.push((actor, change));
    }

    /// How many changes there are.
    pub fn len(&self) -> usize {
        self.changes.len()
    }

    /// Takes the last change out.
    pub fn pop(&mut self) -> Option<Change> {
        self.changes.pop().map(|(_, change)| change)
    }

    /// All changes, readable.
    pub fn entries(&self) -> Vec<LedgerEntry> {
        self.changes.iter().zip(1..).map(|((actor, change), number)| entry(number, actor, change)).collect()
    }
}

fn entry(number: u64, actor: &Actor, change: &Change) -> LedgerEntry {
    let mut entry = LedgerEntry {
        number,
        time: json::date(actor.now),
        caller: actor.caller,
        request_id: actor.request_id,
        operation: Operation::Update,
        entity_set: SystemUser::schema().entity_set,
        id: Uuid::nil(),
        relationship: None,
        related_id: None,
        sent: Vec::new(),
        before: None,
        after: None,
    };
    match change {
        Change::Link { user, role, added } => {
            entry.operation = if *added { Operation::Associate } else { Operation::Disassociate };
            entry.id = *user;
            entry.relationship = Some(USER_ROLES);
            entry.related_id = Some(*role);
        }
        Change::Row { before, after, sent } => {
            entry.sent.clone_from(sent);
            match (before, after) {
                (Some(Subject::User(before)), Some(Subject::User(after))) => {
                    altered::<SystemUser>(&mut entry, before, after)
                }
                (Some(Subject::Role(before)), Some(Subject::Role(after))) => altered::<Role>(&mut entry, before, after),
                (Some(Subject::Unit(before)), Some(Subject::Unit(after))) => {
                    altered::<BusinessUnit>(&mut entry, before, after)
                }
                (None, Some(after)) => {
                    entry.operation = Operation::Create;
                    entry.after = Some(whole(&mut entry, after));
                }
                (Some(before), _) => {
                    entry.operation = Operation::Delete;
                    entry.before = Some(whole(&mut entry, before));
                }
                (None, None) => {}
            }
        }
    }
    entry
}

fn altered<T: Entity>(entry: &mut LedgerEntry, before: &T, after: &T) {
    let (mut old, mut new) = (Map::new(), Map::new());
    for (index, column) in T::schema().columns.iter().enumerate() {
        // These change with every update, and say nothing about it.
        if matches!(column.name, "modifiedon" | "_modifiedby_value" | "versionnumber") {
            continue;
        }
        let (was, is) = (before.value(index), after.value(index));
        if was != is {
            old.insert(column.name.into(), json::value(was));
            new.insert(column.name.into(), json::value(is));
        }
    }
    entry.entity_set = T::schema().entity_set;
    entry.id = after.id();
    entry.before = Some(old);
    entry.after = Some(new);
}

fn whole(entry: &mut LedgerEntry, subject: &Subject) -> Map<String, Json> {
    match subject {
        Subject::User(row) => all_columns(entry, row.as_ref()),
        Subject::Role(row) => all_columns(entry, row.as_ref()),
        Subject::Unit(row) => all_columns(entry, row.as_ref()),
    }
}

fn all_columns<T: Entity>(entry: &mut LedgerEntry, row: &T) -> Map<String, Json> {
    entry.entity_set = T::schema().entity_set;
    entry.id = row.id();
    let columns = T::schema().columns.iter().enumerate();
    let values = columns.map(|(index, column)| (column.name.to_string(), json::value(row.value(index))));
    values.filter(|(_, value)| !value.is_null()).collect()
}
