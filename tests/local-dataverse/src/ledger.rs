//! What was changed: every applied change with its caller, its request, and the row before and after it.

use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use crate::model::{
    BusinessUnit, Entity, Inline, Intersect, Link, Organization, Privilege, Role, SystemUser, Team, TeamMember,
    TeamRole, UserRole,
};
use crate::odata::json;
use crate::store::Actor;

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
    /// The user who made it in that user's name, by `CallerObjectId` or `MSCRMCallerID`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub impersonator: Option<Uuid>,
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
    /// Of `team`.
    Team(Arc<Team>),
    /// Of `organization`.
    Organization(Arc<Organization>),
    /// Of `privilege`.
    Privilege(Arc<Privilege>),
    /// Of `systemuserroles`.
    UserRole(Inline<Link<UserRole>>),
    /// Of `teamroles`.
    TeamRole(Inline<Link<TeamRole>>),
    /// Of `teammembership`.
    TeamMember(Inline<Link<TeamMember>>),
}

/// Runs an expression with the row in a subject, whatever its table.
macro_rules! with_subject {
    ($subject:expr, $row:ident => $body:expr) => {{
        use $crate::ledger::Subject;
        match $subject {
            Subject::User($row) => $body,
            Subject::Role($row) => $body,
            Subject::Unit($row) => $body,
            Subject::Team($row) => $body,
            Subject::Organization($row) => $body,
            Subject::Privilege($row) => $body,
            Subject::UserRole($row) => $body,
            Subject::TeamRole($row) => $body,
            Subject::TeamMember($row) => $body,
        }
    }};
}
pub(crate) use with_subject;

/// A change as the ledger keeps it: rows are shared with the store, and turned into JSON when somebody asks.
#[derive(Clone, Debug)]
pub struct Change {
    /// The row as it was; none where it is new.
    pub before: Option<Subject>,
    /// The row as it is; none where it is gone.
    pub after: Option<Subject>,
    /// The columns that the request named.
    pub sent: Vec<&'static str>,
    /// The change follows from another one without exception, as membership of a default team does from a user's business
    /// unit. It is taken back with the other one, but not shown.
    pub derived: bool,
}

/// The changes in their order.
#[derive(Clone, Debug, Default)]
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

    /// The last change follows from the one before it: see [`Change::derived`].
    pub fn last_is_derived(&mut self) {
        if let Some((_, change)) = self.changes.last_mut() {
            change.derived = true;
        }
    }

    /// Takes the last change out.
    pub fn pop(&mut self) -> Option<Change> {
        self.changes.pop().map(|(_, change)| change)
    }

    /// All changes, readable.
    pub fn entries(&self) -> Vec<LedgerEntry> {
        self.after(0, usize::MAX)
    }

    /// The changes after this number, readable, and no more than so many.
    pub fn after(&self, number: u64, most: usize) -> Vec<LedgerEntry> {
        let skipped = usize::try_from(number).unwrap_or(usize::MAX);
        let shown = self.shown().zip(1..).skip(skipped).take(most);
        shown.map(|((actor, change), number)| entry(number, actor, change)).collect()
    }

    /// The number of the last change that is shown; 0 before the first.
    pub fn last(&self) -> u64 {
        self.shown().count() as u64
    }

    fn shown(&self) -> impl Iterator<Item = &(Actor, Change)> {
        self.changes.iter().filter(|(_, change)| !change.derived)
    }
}

fn entry(number: u64, actor: &Actor, change: &Change) -> LedgerEntry {
    let mut entry = LedgerEntry {
        number,
        time: json::date(actor.now),
        caller: actor.caller,
        impersonator: actor.impersonator,
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
    entry.sent.clone_from(&change.sent);
    match (&change.before, &change.after) {
        (Some(before), Some(after)) => {
            with_subject!(after, after => altered(&mut entry, before, after.as_ref()));
        }
        (None, Some(after)) => {
            entry.operation = Operation::Create;
            if !linked(&mut entry, after, Operation::Associate) {
                entry.after = Some(whole(&mut entry, after));
            }
        }
        (Some(before), None) => {
            entry.operation = Operation::Delete;
            if !linked(&mut entry, before, Operation::Disassociate) {
                entry.before = Some(whole(&mut entry, before));
            }
        }
        (None, None) => {}
    }
    entry
}

/// A row of an intersect table, as what it means for the rows that it ties together; false where it is a row of another table.
fn linked(entry: &mut LedgerEntry, subject: &Subject, operation: Operation) -> bool {
    match subject {
        Subject::UserRole(link) => tie(entry, link, operation),
        Subject::TeamRole(link) => tie(entry, link, operation),
        Subject::TeamMember(link) => tie(entry, link, operation),
        _ => return false,
    }
    true
}

fn tie<R: Intersect>(entry: &mut LedgerEntry, link: &Link<R>, operation: Operation) {
    entry.operation = operation;
    entry.entity_set = R::RELATIONSHIP.left().names().entity_set;
    entry.id = link.left;
    entry.relationship = Some(R::RELATIONSHIP.name());
    entry.related_id = Some(link.right);
}

fn altered<T: Entity>(entry: &mut LedgerEntry, before: &Subject, after: &T) {
    let Some(before) = T::of_subject(before) else { return };
    let (mut old, mut new) = (Map::new(), Map::new());
    for (index, column) in T::schema().columns.iter().enumerate() {
        // These change with every update, and say nothing about it.
        if matches!(column.name, "modifiedon" | "_modifiedby_value" | "_modifiedonbehalfby_value" | "versionnumber") {
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
    with_subject!(subject, row => all_columns(entry, row.as_ref()))
}

fn all_columns<T: Entity>(entry: &mut LedgerEntry, row: &T) -> Map<String, Json> {
    entry.entity_set = T::schema().entity_set;
    entry.id = row.id();
    let columns = T::schema().columns.iter().enumerate();
    let values = columns.map(|(index, column)| (column.name.to_string(), json::value(row.value(index))));
    values.filter(|(_, value)| !value.is_null()).collect()
}
