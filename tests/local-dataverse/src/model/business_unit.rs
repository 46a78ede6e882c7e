//! A business unit.

use std::sync::{Arc, LazyLock};

use uuid::Uuid;

use super::entity::Entity;
use super::schema::build::{computed, field, fixed, sparse};
use super::schema::{Access, Column, Kind, Others, Schema, Target};
use super::set::Set;
use super::value::{Scalar, Value};
use crate::ledger::Subject;
use crate::seed;
use crate::store::{Store, Table};

/// A row of `businessunit`.
#[derive(Clone, Debug, PartialEq)]
pub struct BusinessUnit {
    /// businessunitid
    pub id: Uuid,
    /// versionnumber
    pub version: u64,
    /// createdon, in seconds since 1970
    pub created_on: i64,
    /// modifiedon, in seconds since 1970
    pub modified_on: i64,
    /// createdby
    pub created_by: Option<Uuid>,
    /// modifiedby
    pub modified_by: Option<Uuid>,
    /// name
    pub name: Box<str>,
    /// parentbusinessunitid; only the root has none
    pub parent: Option<Uuid>,
    /// isdisabled
    pub is_disabled: bool,
    /// Columns that few rows have a value in.
    pub others: Others,
}

const WHOLE: Kind = Kind::Int(i32::MIN as i64, i32::MAX as i64);

fn guid(value: Option<Uuid>) -> Value<'static> {
    value.map_or(Value::Null, Value::Guid)
}

static COLUMNS: [Column<BusinessUnit>; 31] = [
    Column {
        name: "businessunitid",
        kind: Kind::Guid,
        create: true,
        update: false,
        access: Access::Field(|row| Value::Guid(row.id), None),
    },
    field(
        "name",
        Kind::Text(160),
        |row| Value::Text(&row.name),
        |row, value| row.name = value.into_text().unwrap_or_default(),
    ),
    field(
        "_parentbusinessunitid_value",
        Kind::Lookup(Target::Held(Set::Units), "parentbusinessunitid"),
        |row| guid(row.parent),
        |row, value| row.parent = value.into_guid(),
    ),
    field(
        "isdisabled",
        Kind::Bool("No", "Yes"),
        |row| Value::Bool(row.is_disabled),
        |row, value| row.is_disabled = value.into_bool().unwrap_or(false),
    ),
    sparse("divisionname", Kind::Text(100)),
    sparse("description", Kind::Text(2000)),
    sparse("emailaddress", Kind::Text(100)),
    sparse("costcenter", Kind::Text(100)),
    sparse("websiteurl", Kind::Text(200)),
    sparse("tickersymbol", Kind::Text(10)),
    sparse("stockexchange", Kind::Text(20)),
    sparse("disabledreason", Kind::Text(500)),
    sparse("creditlimit", Kind::Double),
    sparse("fileasname", Kind::Text(100)),
    sparse("ftpsiteurl", Kind::Text(200)),
    sparse("address1_city", Kind::Text(80)),
    sparse("address1_country", Kind::Text(80)),
    sparse("address1_line1", Kind::Text(250)),
    sparse("address1_postalcode", Kind::Text(20)),
    sparse("address1_telephone1", Kind::Text(50)),
    sparse("importsequencenumber", WHOLE),
    fixed("inheritancemask", WHOLE, Value::Int(1023)),
    computed("_organizationid_value", Kind::Lookup(Target::Held(Set::Organizations), "organizationid"), |_| {
        Value::Guid(seed::ORGANIZATION_ID)
    }),
    fixed("workflowsuspended", Kind::Bool("No", "Yes"), Value::Bool(false)),
    computed("createdon", Kind::Date, |row| Value::Date(row.created_on)),
    computed("modifiedon", Kind::Date, |row| Value::Date(row.modified_on)),
    computed("_createdby_value", Kind::Lookup(Target::Held(Set::Users), "createdby"), |row| guid(row.created_by)),
    computed("_modifiedby_value", Kind::Lookup(Target::Held(Set::Users), "modifiedby"), |row| guid(row.modified_by)),
    fixed("_createdonbehalfby_value", Kind::Lookup(Target::Held(Set::Users), "createdonbehalfby"), Value::Null),
    fixed("_modifiedonbehalfby_value", Kind::Lookup(Target::Held(Set::Users), "modifiedonbehalfby"), Value::Null),
    computed("versionnumber", Kind::BigInt, |row| Value::Int(row.version as i64)),
];

static SCHEMA: LazyLock<Schema<BusinessUnit>> =
    LazyLock::new(|| Schema::new("businessunit", "businessunits", "businessunitid", &["businessunitid"], &COLUMNS));

impl Entity for BusinessUnit {
    const SET: Set = Set::Units;
    type Kept = Arc<Self>;

    fn schema() -> &'static Schema<Self> {
        &SCHEMA
    }

    fn table(store: &Store) -> &Table<Self> {
        &store.units
    }

    fn table_mut(store: &mut Store) -> &mut Table<Self> {
        &mut store.units
    }

    fn subject(row: Self::Kept) -> Subject {
        Subject::Unit(row)
    }

    fn of_subject(subject: &Subject) -> Option<&Self> {
        if let Subject::Unit(row) = subject { Some(row) } else { None }
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
