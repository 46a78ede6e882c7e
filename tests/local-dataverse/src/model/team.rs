//! A team.

use std::sync::{Arc, LazyLock};

use uuid::Uuid;

use super::entity::Entity;
use super::schema::build::{computed, create_only, field, fixed, sparse};
use super::schema::{Access, Column, Kind, Others, Schema, Target};
use super::set::Set;
use super::value::{Scalar, Value};
use crate::ledger::Subject;
use crate::seed;
use crate::store::{Store, Table};

/// A row of `team`.
#[derive(Clone, Debug, PartialEq)]
pub struct Team {
    /// teamid, and ownerid
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
    /// administratorid
    pub administrator: Option<Uuid>,
    /// teamtype: see [`Team::OWNER`] and its like
    pub team_type: i64,
    /// isdefault: the team that every user of the business unit belongs to
    pub is_default: bool,
    /// azureactivedirectoryobjectid, for a team of a group
    pub object_id: Option<Uuid>,
    /// Columns that few rows have a value in.
    pub others: Others,
}

impl Team {
    /// teamtype: may own rows and hold roles.
    pub const OWNER: i64 = 0;
    /// teamtype: gets access to single rows, holds no roles.
    pub const ACCESS: i64 = 1;
    /// teamtype: the members are those of a security group.
    pub const SECURITY_GROUP: i64 = 2;
    /// teamtype: the members are those of an Office group.
    pub const OFFICE_GROUP: i64 = 3;

    /// membershiptype of a team of a group: all of the group's members.
    pub const MEMBERS_AND_GUESTS: i64 = 0;

    /// A team with nothing but a key, a name and a business unit.
    pub fn new(id: Uuid, name: &str, business_unit: Uuid) -> Self {
        Self {
            id,
            version: 0,
            created_on: 0,
            modified_on: 0,
            created_by: None,
            modified_by: None,
            name: name.into(),
            business_unit,
            administrator: None,
            team_type: Self::OWNER,
            is_default: false,
            object_id: None,
            others: Others::default(),
        }
    }
}

const WHOLE: Kind = Kind::Int(i32::MIN as i64, i32::MAX as i64);
const TYPES: &[(i64, &str)] = &[
    (Team::OWNER, "Owner"),
    (Team::ACCESS, "Access"),
    (Team::SECURITY_GROUP, "Security Group"),
    (Team::OFFICE_GROUP, "Office Group"),
];
const MEMBERSHIP_TYPES: &[(i64, &str)] = &[(0, "Members and guests"), (1, "Members"), (2, "Owners"), (3, "Guests")];

fn guid(value: Option<Uuid>) -> Value<'static> {
    value.map_or(Value::Null, Value::Guid)
}

static COLUMNS: [Column<Team>; 32] = [
    computed("ownerid", Kind::Guid, |row| Value::Guid(row.id)),
    Column {
        name: "teamid",
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
    sparse("description", Kind::Text(2000)),
    sparse("emailaddress", Kind::Text(100)),
    create_only(
        "teamtype",
        Kind::Choice(TYPES),
        |row| Value::Int(row.team_type),
        |row, value| row.team_type = value.into_int().unwrap_or(Team::OWNER),
    ),
    computed("isdefault", Kind::Bool("No", "Yes"), |row| Value::Bool(row.is_default)),
    field(
        "_businessunitid_value",
        Kind::Lookup(Target::Held(Set::Units), "businessunitid"),
        |row| Value::Guid(row.business_unit),
        |row, value| row.business_unit = value.into_guid().unwrap_or(row.business_unit),
    ),
    field(
        "_administratorid_value",
        Kind::Lookup(Target::Held(Set::Users), "administratorid"),
        |row| guid(row.administrator),
        |row, value| row.administrator = value.into_guid(),
    ),
    create_only(
        "azureactivedirectoryobjectid",
        Kind::Guid,
        |row| guid(row.object_id),
        |row, value| row.object_id = value.into_guid(),
    ),
    sparse("membershiptype", Kind::Choice(MEMBERSHIP_TYPES)),
    computed("organizationid", Kind::Guid, |_| Value::Guid(seed::ORGANIZATION_ID)),
    sparse("_queueid_value", Kind::Lookup(Target::Elsewhere("queue"), "queueid")),
    fixed("_regardingobjectid_value", Kind::Guid, Value::Null),
    fixed(
        "_teamtemplateid_value",
        Kind::Lookup(Target::Elsewhere("teamtemplate"), "associatedteamtemplateid"),
        Value::Null,
    ),
    sparse(
        "_transactioncurrencyid_value",
        Kind::Lookup(Target::Elsewhere("transactioncurrency"), "transactioncurrencyid"),
    ),
    fixed("exchangerate", Kind::Double, Value::Null),
    sparse("yominame", Kind::Text(160)),
    fixed("systemmanaged", Kind::Bool("No", "Yes"), Value::Bool(false)),
    fixed("sharelinkqualifier", Kind::Text(1250), Value::Null),
    fixed("traversedpath", Kind::Text(1250), Value::Null),
    fixed("processid", Kind::Guid, Value::Null),
    fixed("stageid", Kind::Guid, Value::Null),
    sparse("importsequencenumber", WHOLE),
    fixed("overriddencreatedon", Kind::Date, Value::Null),
    computed("createdon", Kind::Date, |row| Value::Date(row.created_on)),
    computed("modifiedon", Kind::Date, |row| Value::Date(row.modified_on)),
    computed("_createdby_value", Kind::Lookup(Target::Held(Set::Users), "createdby"), |row| guid(row.created_by)),
    computed("_modifiedby_value", Kind::Lookup(Target::Held(Set::Users), "modifiedby"), |row| guid(row.modified_by)),
    fixed("_createdonbehalfby_value", Kind::Lookup(Target::Held(Set::Users), "createdonbehalfby"), Value::Null),
    fixed("_modifiedonbehalfby_value", Kind::Lookup(Target::Held(Set::Users), "modifiedonbehalfby"), Value::Null),
    computed("versionnumber", Kind::BigInt, |row| Value::Int(row.version as i64)),
];

static SCHEMA: LazyLock<Schema<Team>> =
    LazyLock::new(|| Schema::new("team", "teams", "teamid", &["teamid", "ownerid"], &COLUMNS));

impl Entity for Team {
    const SET: Set = Set::Teams;
    type Kept = Arc<Self>;

    fn schema() -> &'static Schema<Self> {
        &SCHEMA
    }

    fn table(store: &Store) -> &Table<Self> {
        &store.teams
    }

    fn table_mut(store: &mut Store) -> &mut Table<Self> {
        &mut store.teams
    }

    fn subject(row: Self::Kept) -> Subject {
        Subject::Team(row)
    }

    fn of_subject(subject: &Subject) -> Option<&Self> {
        if let Subject::Team(row) = subject { Some(row) } else { None }
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
