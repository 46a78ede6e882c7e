//! A user.

use std::sync::{Arc, LazyLock};

use uuid::Uuid;

use super::entity::Entity;
use super::schema::{Others, Schema};
use super::set::Set;
use super::system_user_columns::COLUMNS;
use super::value::Scalar;
use crate::ledger::Subject;
use crate::store::{Store, Table};

/// A row of `systemuser`.
#[derive(Clone, Debug, PartialEq)]
pub struct SystemUser {
    /// systemuserid, and ownerid
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
    /// businessunitid
    pub business_unit: Uuid,
    /// isdisabled; null is the broken state
    pub is_disabled: Option<bool>,
    /// deletedstate: marked as deleted, and not gone yet
    pub is_deleted: bool,
    /// azurestate: the account is gone from Microsoft Entra
    pub is_gone_from_entra: bool,
    /// accessmode
    pub access_mode: i64,
    /// applicationid, for an application user
    pub application_id: Option<Uuid>,
    /// azureactivedirectoryobjectid
    pub object_id: Option<Uuid>,
    /// identityid: a number of the server's own
    pub identity: i64,
    /// domainname
    pub domain_name: Option<Box<str>>,
    /// internalemailaddress
    pub email: Option<Box<str>>,
    /// firstname
    pub first_name: Option<Box<str>>,
    /// middlename
    pub middle_name: Option<Box<str>>,
    /// lastname
    pub last_name: Option<Box<str>>,
    /// fullname, computed from first and last name
    pub full_name: Option<Box<str>>,
    /// nickname
    pub nickname: Option<Box<str>>,
    /// salutation
    pub salutation: Option<Box<str>>,
    /// title
    pub title: Option<Box<str>>,
    /// jobtitle
    pub job_title: Option<Box<str>>,
    /// employeeid
    pub employee_id: Option<Box<str>>,
    /// governmentid
    pub government_id: Option<Box<str>>,
    /// homephone
    pub home_phone: Option<Box<str>>,
    /// mobilephone
    pub mobile_phone: Option<Box<str>>,
    /// skills
    pub skills: Option<Box<str>>,
    /// photourl
    pub photo_url: Option<Box<str>>,
    /// Columns that few rows have a value in.
    pub others: Others,
}

impl SystemUser {
    /// accessmode: never at a screen, as application users are.
    pub const NON_INTERACTIVE: i64 = 4;

    /// A user with nothing but a key and a business unit.
    pub fn new(id: Uuid, business_unit: Uuid) -> Self {
        Self {
            id,
            version: 0,
            created_on: 0,
            modified_on: 0,
            created_by: None,
            modified_by: None,
            business_unit,
            is_disabled: Some(false),
            is_deleted: false,
            is_gone_from_entra: false,
            access_mode: 0,
            application_id: None,
            object_id: None,
            identity: 0,
            domain_name: None,
            email: None,
            first_name: None,
            middle_name: None,
            last_name: None,
            full_name: None,
            nickname: None,
            salutation: None,
            title: None,
            job_title: None,
            employee_id: None,
            government_id: None,
            home_phone: None,
            mobile_phone: None,
            skills: None,
            photo_url: None,
            others: Others::default(),
        }
    }

    /// Computes fullname anew, in the service's default form: first name, last name.
    pub fn compute_full_name(&mut self) {
        self.full_name = match (self.first_name.as_deref(), self.last_name.as_deref()) {
            (None, None) => None,
            (Some(name), None) | (None, Some(name)) => Some(name.into()),
            (Some(first), Some(last)) => Some(format!("{first} {last}").into()),
        };
    }

    /// An identifier of something that belongs to this user alone (a mailbox, an address), different for each `part`.
    pub(super) fn part_id(&self, part: u8) -> Uuid {
        let mut bytes = *self.id.as_bytes();
        bytes[0] ^= 0x5a ^ part;
        Uuid::from_bytes(bytes)
    }
}

static SCHEMA: LazyLock<Schema<SystemUser>> =
    LazyLock::new(|| Schema::new("systemuser", "systemusers", "systemuserid", &["systemuserid", "ownerid"], &COLUMNS));

impl Entity for SystemUser {
    const SET: Set = Set::Users;

    fn schema() -> &'static Schema<Self> {
        &SCHEMA
    }

    fn table(store: &Store) -> &Table<Self> {
        &store.users
    }

    fn table_mut(store: &mut Store) -> &mut Table<Self> {
        &mut store.users
    }

    fn subject(row: Arc<Self>) -> Subject {
        Subject::User(row)
    }

    fn of_subject(subject: &Subject) -> Option<&Self> {
        if let Subject::User(row) = subject { Some(row) } else { None }
    }

    fn index(store: &mut Store, before: Option<&Self>, after: Option<&Self>) {
        store.index_user(before, after);
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
