//! A privilege: the right to do one kind of thing with one table, given by roles.

use std::sync::{Arc, LazyLock};

use uuid::Uuid;

use super::entity::Entity;
use super::schema::build::{computed, fixed};
use super::schema::{Column, Kind, Others, Schema};
use super::set::Set;
use super::value::{Scalar, Value};
use crate::ledger::Subject;
use crate::store::{Store, Table};

/// A row of `privilege`.
#[derive(Clone, Debug, PartialEq)]
pub struct Privilege {
    /// privilegeid
    pub id: Uuid,
    /// versionnumber
    pub version: u64,
    /// name, such as `prvReadUser`
    pub name: &'static str,
}

impl Privilege {
    /// accessright: the bit of what the privilege allows, by the verb in its name.
    fn access_right(&self) -> i64 {
        let rights = [
            ("prvReadAll", 0),
            ("prvRead", 1),
            ("prvWrite", 2),
            ("prvAppendTo", 16),
            ("prvAppend", 4),
            ("prvCreate", 32),
            ("prvDelete", 65_536),
            ("prvShare", 262_144),
            ("prvAssign", 524_288),
        ];
        rights.into_iter().find(|(verb, _)| self.name.starts_with(verb)).map_or(0, |(_, right)| right)
    }
}

const NO_YES: Kind = Kind::Bool("No", "Yes");

static COLUMNS: [Column<Privilege>; 9] = [
    computed("privilegeid", Kind::Guid, |row| Value::Guid(row.id)),
    computed("name", Kind::Text(100), |row| Value::Text(row.name)),
    computed("accessright", Kind::Int(0, 524_288), |row| Value::Int(row.access_right())),
    fixed("canbebasic", NO_YES, Value::Bool(true)),
    fixed("canbelocal", NO_YES, Value::Bool(true)),
    fixed("canbedeep", NO_YES, Value::Bool(true)),
    fixed("canbeglobal", NO_YES, Value::Bool(true)),
    fixed("isdisabledwhenintegrated", NO_YES, Value::Bool(false)),
    computed("versionnumber", Kind::BigInt, |row| Value::Int(row.version as i64)),
];

static SCHEMA: LazyLock<Schema<Privilege>> =
    LazyLock::new(|| Schema::new("privilege", "privileges", "privilegeid", &["privilegeid"], &COLUMNS));

static NONE: Others = Others::NONE;

impl Entity for Privilege {
    const SET: Set = Set::Privileges;
    type Kept = Arc<Self>;

    fn schema() -> &'static Schema<Self> {
        &SCHEMA
    }

    fn table(store: &Store) -> &Table<Self> {
        &store.privileges
    }

    fn table_mut(store: &mut Store) -> &mut Table<Self> {
        &mut store.privileges
    }

    fn subject(row: Self::Kept) -> Subject {
        Subject::Privilege(row)
    }

    fn of_subject(subject: &Subject) -> Option<&Self> {
        if let Subject::Privilege(row) = subject { Some(row) } else { None }
    }

    fn id(&self) -> Uuid {
        self.id
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn touch(&mut self, version: u64, _: i64, _: Option<Uuid>) {
        self.version = version;
    }

    fn others(&self) -> &Others {
        &NONE
    }

    fn set_other(&mut self, _: usize, _: Scalar) {}
}
