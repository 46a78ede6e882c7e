//! A security role: each business unit holds its own copy.

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

/// A row of `role`.
#[derive(Clone, Debug, PartialEq)]
pub struct Role {
    /// roleid
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
    /// businessunitid
    pub business_unit: Uuid,
    /// parentroleid: the copy in the parent business unit
    pub parent: Option<Uuid>,
    /// parentrootroleid: the first of all copies, which names itself
    pub root: Uuid,
    /// roletemplateid
    pub template: Option<Uuid>,
    /// ismanaged
    pub is_managed: bool,
    /// Columns that few rows have a value in.
    pub others: Others,
}

const MANAGED_PROPERTY: &str =
    r#"{"Value":true,"CanBeChanged":true,"ManagedPropertyLogicalName":"iscustomizableanddeletable"}"#;
const CAN_BE_DELETED: &str = r#"{"Value":true,"CanBeChanged":true,"ManagedPropertyLogicalName":"canbedeleted"}"#;
const WHOLE: Kind = Kind::Int(i32::MIN as i64, i32::MAX as i64);

fn guid(value: Option<Uuid>) -> Value<'static> {
    value.map_or(Value::Null, Value::Guid)
}

/// The columns, in the order in which a recorded row of a real environment has them.
static COLUMNS: [Column<Role>; 24] = [
    fixed("overwritetime", Kind::Date, Value::Date(-2_208_988_800)),
    computed("organizationid", Kind::Guid, |_| Value::Guid(seed::ORGANIZATION_ID)),
    sparse(
        "isinherited",
        Kind::Choice(&[(0, "Team privileges only"), (1, "Direct User (Basic) access level and Team privileges")]),
    ),
    computed("solutionid", Kind::Guid, |_| Value::Guid(seed::SOLUTION_ID)),
    computed("roleidunique", Kind::Guid, |row| {
        let mut bytes = *row.id.as_bytes();
        bytes[0] ^= 0x5a;
        Value::Guid(Uuid::from_bytes(bytes))
    }),
    computed("ismanaged", Kind::Bool("Unmanaged", "Managed"), |row| Value::Bool(row.is_managed)),
    Column {
        name: "roleid",
        kind: Kind::Guid,
        create: true,
        update: false,
        access: Access::Field(|row| Value::Guid(row.id), None),
    },
    fixed("componentstate", Kind::Choice(&[(0, "Published"), (1, "Unpublished"), (2, "Deleted")]), Value::Int(0)),
    computed("modifiedon", Kind::Date, |row| Value::Date(row.modified_on)),
    computed("_modifiedby_value", Kind::Lookup(Target::Held(Set::Users), "modifiedby"), |row| guid(row.modified_by)),
    computed("_parentrootroleid_value", Kind::Lookup(Target::Held(Set::Roles), "parentrootroleid"), |row| {
        Value::Guid(row.root)
    }),
    computed("createdon", Kind::Date, |row| Value::Date(row.created_on)),
    computed("versionnumber", Kind::BigInt, |row| Value::Int(row.version as i64)),
    Column {
        name: "_businessunitid_value",
        kind: Kind::Lookup(Target::Held(Set::Units), "businessunitid"),
        create: true,
        update: false,
        access: Access::Field(
            |row| Value::Guid(row.business_unit),
            Some(|row, value| row.business_unit = value.into_guid().unwrap_or(row.business_unit)),
        ),
    },
    field(
        "name",
        Kind::Text(100),
        |row| Value::Text(&row.name),
        |row, value| row.name = value.into_text().unwrap_or_default(),
    ),
    computed("_createdby_value", Kind::Lookup(Target::Held(Set::Users), "createdby"), |row| guid(row.created_by)),
    computed("_parentroleid_value", Kind::Lookup(Target::Held(Set::Roles), "parentroleid"), |row| guid(row.parent)),
    fixed("overriddencreatedon", Kind::Date, Value::Null),
    sparse("importsequencenumber", WHOLE),
    fixed("_modifiedonbehalfby_value", Kind::Lookup(Target::Held(Set::Users), "modifiedonbehalfby"), Value::Null),
    computed("_roletemplateid_value", Kind::Lookup(Target::Elsewhere("roletemplate"), "roletemplateid"), |row| {
        guid(row.template)
    }),
    fixed("_createdonbehalfby_value", Kind::Lookup(Target::Held(Set::Users), "createdonbehalfby"), Value::Null),
    fixed("iscustomizable", Kind::Complex, Value::Json(MANAGED_PROPERTY)),
    fixed("canbedeleted", Kind::Complex, Value::Json(CAN_BE_DELETED)),
];

static SCHEMA: LazyLock<Schema<Role>> = LazyLock::new(|| Schema::new("role", "roles", "roleid", &["roleid"], &COLUMNS));

impl Entity for Role {
    const SET: Set = Set::Roles;
    type Kept = Arc<Self>;

    fn schema() -> &'static Schema<Self> {
        &SCHEMA
    }

    fn table(store: &Store) -> &Table<Self> {
        &store.roles
    }

    fn table_mut(store: &mut Store) -> &mut Table<Self> {
        &mut store.roles
    }

    fn subject(row: Self::Kept) -> Subject {
        Subject::Role(row)
    }

    fn of_subject(subject: &Subject) -> Option<&Self> {
        if let Subject::Role(row) = subject { Some(row) } else { None }
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
