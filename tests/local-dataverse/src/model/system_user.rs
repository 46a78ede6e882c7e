//! A user.

use std::sync::{Arc, LazyLock};

use uuid::Uuid;

use super::entity::Entity;
use super::schema::{Others, Schema};
use super::set::Set;
use super::system_user_columns::COLUMNS;
use super::texts::Texts;
use super::value::{Scalar, Value};
use crate::ledger::Subject;
use crate::store::{Store, Table, UserName};

/// The texts that a user's row has a place for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserText {
    /// domainname
    DomainName,
    /// internalemailaddress
    Email,
    /// firstname
    FirstName,
    /// lastname
    LastName,
    /// fullname, computed from first and last name
    FullName,
    /// middlename
    MiddleName,
    /// nickname
    Nickname,
    /// salutation
    Salutation,
    /// title
    Title,
    /// jobtitle
    JobTitle,
    /// employeeid
    EmployeeId,
    /// governmentid
    GovernmentId,
    /// address1_telephone1: the main phone
    MainPhone,
    /// mobilephone
    MobilePhone,
    /// homephone
    HomePhone,
    /// address1_city
    City,
    /// address1_country
    Country,
    /// skills
    Skills,
    /// photourl
    PhotoUrl,
}

impl UserText {
    /// How many there are.
    pub const COUNT: usize = Self::PhotoUrl as usize + 1;
}

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
    /// parentsystemuserid: the manager
    pub manager: Option<Uuid>,
    /// The texts: see [`UserText`].
    pub texts: Texts<{ UserText::COUNT }>,
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
            manager: None,
            texts: Texts::default(),
            others: Others::default(),
        }
    }

    /// One of the texts.
    pub fn text(&self, which: UserText) -> Option<&str> {
        self.texts.get(which as usize)
    }

    /// Puts a text in the place of one.
    pub fn set_text(&mut self, which: UserText, text: Option<&str>) {
        self.texts.set(which as usize, text);
    }

    /// Computes fullname anew.
    pub fn compute_full_name(&mut self) {
        let full_name = full_name(self.text(UserText::FirstName), self.text(UserText::LastName));
        self.set_text(UserText::FullName, full_name.as_deref());
    }

    /// An identifier of something that belongs to this user alone (a mailbox, an address), different for each `part`.
    pub(super) fn part_id(&self, part: u8) -> Uuid {
        let mut bytes = *self.id.as_bytes();
        bytes[0] ^= 0x5a ^ part;
        Uuid::from_bytes(bytes)
    }
}

/// A full name in the service's default form: first name, last name.
pub fn full_name(first: Option<&str>, last: Option<&str>) -> Option<String> {
    match (first, last) {
        (None, None) => None,
        (Some(name), None) | (None, Some(name)) => Some(name.to_owned()),
        (Some(first), Some(last)) => Some(format!("{first} {last}")),
    }
}

static SCHEMA: LazyLock<Schema<SystemUser>> =
    LazyLock::new(|| Schema::new("systemuser", "systemusers", "systemuserid", &["systemuserid", "ownerid"], &COLUMNS));

impl Entity for SystemUser {
    const SET: Set = Set::Users;
    type Kept = Arc<Self>;

    fn schema() -> &'static Schema<Self> {
        &SCHEMA
    }

    fn table(store: &Store) -> &Table<Self> {
        &store.users
    }

    fn table_mut(store: &mut Store) -> &mut Table<Self> {
        &mut store.users
    }

    fn subject(row: Self::Kept) -> Subject {
        Subject::User(row)
    }

    fn of_subject(subject: &Subject) -> Option<&Self> {
        if let Subject::User(row) = subject { Some(row) } else { None }
    }

    fn index(store: &mut Store, before: Option<&Self>, after: Option<&Self>) {
        if let Some(before) = before {
            store.user_index.remove(before);
        }
        if let Some(after) = after {
            store.user_index.add(after);
        }
    }

    fn indexed<'s>(store: &'s Store, column: usize, value: Value<'_>) -> Option<Box<dyn Iterator<Item = Uuid> + 's>> {
        let name = UserName::of_column(COLUMNS[column].name)?;
        Some(Box::new(store.user_index.find(name, value)))
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

#[cfg(test)]
mod tests {
    use super::super::schema::{Access, Kind};
    use super::*;

    #[test]
    fn the_longest_texts_find_room_in_a_row() {
        let mut user = SystemUser::new(Uuid::nil(), Uuid::nil());
        // A letter of three bytes for each unit that the limits count.
        let mut longest = 0;
        for (index, column) in SystemUser::schema().columns.iter().enumerate() {
            if let (Kind::Text(limit), Access::Field(_, Some(_))) = (column.kind, &column.access) {
                user.set(index, Scalar::Text("\u{898b}".repeat(limit as usize).into()));
                longest += 1;
            }
        }
        user.compute_full_name();
        assert_eq!(longest + 1, UserText::COUNT, "all but the full name");
        assert_eq!(user.text(UserText::PhotoUrl).map(str::len), Some(600));
        assert_eq!(user.text(UserText::FullName).map(str::len), Some(3 * (256 + 1 + 256) - 2));
    }
}
