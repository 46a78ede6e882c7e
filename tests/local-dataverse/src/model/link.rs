//! Rows of intersect tables: two rows tied together by a relationship of many to many.

use std::marker::PhantomData;
use std::sync::LazyLock;

use uuid::Uuid;

use super::entity::{Entity, Inline};
use super::hash::{self, spread};
use super::relationship::Relationship;
use super::schema::build::computed;
use super::schema::{Column, Kind, Others, Schema};
use super::set::Set;
use super::value::Value;
use crate::ledger::Subject;
use crate::store::{Store, Table};

/// A relationship as a type, so that each intersect table has a struct of its own.
pub trait Intersect: Copy + std::fmt::Debug + Send + Sync + 'static {
    /// The relationship.
    const RELATIONSHIP: Relationship;
    /// The table's description.
    fn schema() -> &'static Schema<Link<Self>>;
    /// The row as the ledger keeps it.
    fn subject(row: Inline<Link<Self>>) -> Subject;
    /// The row that the ledger keeps, where it is one of this table.
    fn of_subject(subject: &Subject) -> Option<&Link<Self>>;
    /// The table in the store.
    fn table(store: &Store) -> &Table<Link<Self>>;
    /// The table in the store, to be changed.
    fn table_mut(store: &mut Store) -> &mut Table<Link<Self>>;
}

/// A row of an intersect table. Its key, such as systemuserroleid, follows from the rest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Link<R> {
    /// versionnumber
    pub version: u64,
    /// The row on the relationship's left: the user of `systemuserroles`.
    pub left: Uuid,
    /// The row on its right: the role.
    pub right: Uuid,
    relationship: PhantomData<R>,
}

impl<R: Intersect> Link<R> {
    /// The row that ties these two together.
    pub fn new(left: Uuid, right: Uuid) -> Self {
        Self { version: 0, left, right, relationship: PhantomData }
    }
}

/// The key of a row of an intersect table. It follows from what the row ties together, so that a seed always gives the same
/// keys and no index from pairs to keys is needed; to a reader it looks as random as the service's own.
pub fn link_id(relationship: Relationship, left: Uuid, right: Uuid) -> Uuid {
    let ((a, b), (c, d)) = (left.as_u64_pair(), right.as_u64_pair());
    let first = spread(spread(spread(spread(a ^ (relationship as u64 + 1)) ^ b) ^ c) ^ d);
    let second = spread(spread(first ^ b.rotate_left(17)) ^ d.rotate_left(31) ^ c);
    hash::id(first, second)
}

static NONE: Others = Others::NONE;
/// Where the columns of what is tied together stand.
const LEFT: usize = 1;
const RIGHT: usize = 2;

impl<R: Intersect> Entity for Link<R> {
    const SET: Set = R::RELATIONSHIP.intersect_set();
    type Kept = Inline<Self>;

    fn schema() -> &'static Schema<Self> {
        R::schema()
    }

    fn table(store: &Store) -> &Table<Self> {
        R::table(store)
    }

    fn table_mut(store: &mut Store) -> &mut Table<Self> {
        R::table_mut(store)
    }

    fn subject(row: Self::Kept) -> Subject {
        R::subject(row)
    }

    fn of_subject(subject: &Subject) -> Option<&Self> {
        R::of_subject(subject)
    }

    fn index(store: &mut Store, before: Option<&Self>, after: Option<&Self>) {
        let links = store.links_mut(R::RELATIONSHIP);
        if let Some(before) = before {
            links.remove(before.left, before.right);
        }
        if let Some(after) = after {
            links.add(after.left, after.right);
        }
    }

    fn indexed<'s>(store: &'s Store, column: usize, value: Value<'_>) -> Option<Box<dyn Iterator<Item = Uuid> + 's>> {
        let Value::Guid(own) = value else { return None };
        let links = store.links(R::RELATIONSHIP);
        match column {
            LEFT => Some(Box::new(links.of_left(own).map(move |right| link_id(R::RELATIONSHIP, own, right)))),
            RIGHT => Some(Box::new(links.of_right(own).map(move |left| link_id(R::RELATIONSHIP, left, own)))),
            _ => None,
        }
    }

    fn id(&self) -> Uuid {
        link_id(R::RELATIONSHIP, self.left, self.right)
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

    fn set_other(&mut self, _: usize, _: super::value::Scalar) {}
}

/// Declares an intersect table.
macro_rules! intersect {
    ($(#[$doc:meta])* $name:ident, $set:literal, $key:literal, $left:literal, $right:literal, $field:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name;

        impl Intersect for $name {
            const RELATIONSHIP: Relationship = Relationship::$name;

            fn schema() -> &'static Schema<Link<Self>> {
                static COLUMNS: [Column<Link<$name>>; 4] = [
                    computed($key, Kind::Guid, |row| Value::Guid(row.id())),
                    computed($left, Kind::Guid, |row| Value::Guid(row.left)),
                    computed($right, Kind::Guid, |row| Value::Guid(row.right)),
                    computed("versionnumber", Kind::BigInt, |row| Value::Int(row.version as i64)),
                ];
                static SCHEMA: LazyLock<Schema<Link<$name>>> = LazyLock::new(|| {
                    Schema::new(Relationship::$name.intersect(), $set, $key, &[$key], &COLUMNS)
                });
                &SCHEMA
            }

            fn subject(row: Inline<Link<Self>>) -> Subject {
                Subject::$name(row)
            }

            fn of_subject(subject: &Subject) -> Option<&Link<Self>> {
                if let Subject::$name(row) = subject { Some(row) } else { None }
            }

            fn table(store: &Store) -> &Table<Link<Self>> {
                &store.$field
            }

            fn table_mut(store: &mut Store) -> &mut Table<Link<Self>> {
                &mut store.$field
            }
        }
    };
}

intersect!(
    /// `systemuserroles`: which user holds which role.
    UserRole, "systemuserrolescollection", "systemuserroleid", "systemuserid", "roleid", user_roles
);
intersect!(
    /// `teamroles`: which team holds which role.
    TeamRole, "teamrolescollection", "teamroleid", "teamid", "roleid", team_roles
);
intersect!(
    /// `teammembership`: which user belongs to which team.
    TeamMember, "teammemberships", "teammembershipid", "teamid", "systemuserid", team_members
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_has_one_key_and_other_pairs_have_others() {
        let (user, role) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let key = link_id(Relationship::UserRole, user, role);
        assert_eq!(key, link_id(Relationship::UserRole, user, role));
        assert_eq!(key.get_version_num(), 4);
        let others = [
            link_id(Relationship::UserRole, role, user),
            link_id(Relationship::TeamRole, user, role),
            link_id(Relationship::UserRole, user, Uuid::from_u128(3)),
        ];
        assert!(!others.contains(&key));
        let many: std::collections::HashSet<Uuid> =
            (0..100_000).map(|number| link_id(Relationship::UserRole, Uuid::from_u128(number), role)).collect();
        assert_eq!(many.len(), 100_000);
    }
}
