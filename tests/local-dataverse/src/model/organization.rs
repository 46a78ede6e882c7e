//! The organization: one row, whose settings change rules.

use std::sync::{Arc, LazyLock};

use uuid::Uuid;

use super::entity::Entity;
use super::schema::build::{computed, field, fixed, sparse};
use super::schema::{Column, Kind, Others, Schema, Target};
use super::set::Set;
use super::value::{Scalar, Value};
use crate::ledger::Subject;
use crate::store::{Store, Table};

/// The row of `organization`.
#[derive(Clone, Debug, PartialEq)]
pub struct Organization {
    /// organizationid
    pub id: Uuid,
    /// versionnumber
    pub version: u64,
    /// createdon, in seconds since 1970
    pub created_on: i64,
    /// modifiedon, in seconds since 1970
    pub modified_on: i64,
    /// modifiedby
    pub modified_by: Option<Uuid>,
    /// name
    pub name: Box<str>,
    /// orgdborgsettings: XML with an element for each setting
    pub db_settings: Option<Box<str>>,
    /// expirechangetrackingindays
    pub expire_change_tracking: i64,
    /// Columns that few rows have a value in.
    pub others: Others,
}

const WHOLE: Kind = Kind::Int(i32::MIN as i64, i32::MAX as i64);
const NO_YES: Kind = Kind::Bool("No", "Yes");

static COLUMNS: [Column<Organization>; 23] = [
    computed("organizationid", Kind::Guid, |row| Value::Guid(row.id)),
    computed("name", Kind::Text(160), |row| Value::Text(&row.name)),
    field(
        "orgdborgsettings",
        Kind::Text(1_073_741_823),
        |row| row.db_settings.as_deref().map_or(Value::Null, Value::Text),
        |row, value| row.db_settings = value.into_text(),
    ),
    field(
        "expirechangetrackingindays",
        Kind::Int(0, 365),
        |row| Value::Int(row.expire_change_tracking),
        |row, value| row.expire_change_tracking = value.into_int().unwrap_or(row.expire_change_tracking),
    ),
    sparse(
        "fullnameconventioncode",
        Kind::Choice(&[(0, "Last Name, First Name"), (1, "First Name"), (2, "Last Name, First Name, Middle Initial")]),
    ),
    sparse("maxuploadfilesize", Kind::Int(0, 131_072)),
    sparse("isauditenabled", NO_YES),
    sparse("sessiontimeoutenabled", NO_YES),
    sparse("sessiontimeoutinmins", WHOLE),
    fixed("languagecode", WHOLE, Value::Int(1033)),
    fixed("localeid", WHOLE, Value::Int(1033)),
    fixed("schemanameprefix", Kind::Text(8), Value::Text("New")),
    fixed("isdisabled", NO_YES, Value::Bool(false)),
    fixed("pastexpirationrange", WHOLE, Value::Int(90)),
    fixed("futureexpansionwindow", WHOLE, Value::Int(12)),
    fixed("isdelegateaccessenabled", NO_YES, Value::Bool(false)),
    fixed("fiscalcalendarstart", Kind::Date, Value::Date(1_704_067_200)),
    fixed("weekstartdaycode", Kind::Choice(&[(0, "Sunday"), (1, "Monday")]), Value::Int(0)),
    fixed(
        "organizationstate",
        Kind::Choice(&[(0, "Creating"), (1, "Upgrading"), (2, "Updating"), (3, "Active")]),
        Value::Int(3),
    ),
    computed("createdon", Kind::Date, |row| Value::Date(row.created_on)),
    computed("modifiedon", Kind::Date, |row| Value::Date(row.modified_on)),
    computed("_modifiedby_value", Kind::Lookup(Target::Held(Set::Users), "modifiedby"), |row| {
        row.modified_by.map_or(Value::Null, Value::Guid)
    }),
    computed("versionnumber", Kind::BigInt, |row| Value::Int(row.version as i64)),
];

static SCHEMA: LazyLock<Schema<Organization>> =
    LazyLock::new(|| Schema::new("organization", "organizations", "organizationid", &["organizationid"], &COLUMNS));

impl Entity for Organization {
    const SET: Set = Set::Organizations;
    type Kept = Arc<Self>;

    fn schema() -> &'static Schema<Self> {
        &SCHEMA
    }

    fn table(store: &Store) -> &Table<Self> {
        &store.organizations
    }

    fn table_mut(store: &mut Store) -> &mut Table<Self> {
        &mut store.organizations
    }

    fn subject(row: Self::Kept) -> Subject {
        Subject::Organization(row)
    }

    fn of_subject(subject: &Subject) -> Option<&Self> {
        if let Subject::Organization(row) = subject { Some(row) } else { None }
    }

    fn id(&self) -> Uuid {
        self.id
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn touch(&mut self, version: u64, now: i64, by: Option<Uuid>) {
        self.version = version;
        self.modified_on = now;
        self.modified_by = by;
    }

    fn others(&self) -> &Others {
        &self.others
    }

    fn set_other(&mut self, column: usize, value: Scalar) {
        self.others.set(column, value);
    }
}
