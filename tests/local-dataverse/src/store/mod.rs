//! The data, in memory. Every change goes through here and is written into the ledger.

mod history;
mod links;
mod pairs;
mod rows;
mod table;
mod user_index;

use std::cmp::Ordering::Equal;
use std::ops::Deref;
use std::sync::Arc;

use uuid::Uuid;

pub use links::Links;
pub use pairs::Pairs;
pub use rows::Rows;
pub use table::Table;
pub use user_index::{UserIndex, UserName};

use crate::ledger::{Change, Ledger, with_subject};
use crate::model::{
    BusinessUnit, Children, Collection, Entity, Intersect, Link, Organization, Privilege, Relationship, Role, Scalar,
    Set, SystemUser, Team, TeamMember, TeamRole, UserRole, Value, link_id, lookups_of, with_set,
};

/// Who makes a change, in which request, and when.
#[derive(Clone, Copy, Debug)]
pub struct Actor {
    /// The user who makes the change.
    pub caller: Uuid,
    /// The user who makes it in that user's name.
    pub impersonator: Option<Uuid>,
    /// The request that it came in.
    pub request_id: Uuid,
    /// Seconds since 1970.
    pub now: i64,
}

/// Since when a store tracks changes. What was told about another store before, or about this one before it was reset, is good for
/// nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Start {
    /// The version of the last row of the seed.
    pub version: u64,
    /// Seconds since 1970.
    pub second: i64,
}

/// Many users with all that ties them to roles and teams, in tables that were made at once.
#[derive(Debug)]
pub struct Crowd {
    /// The users.
    pub users: Table<SystemUser>,
    /// The users by what names them.
    pub user_index: UserIndex,
    /// The users by what their lookups name.
    pub children: Vec<(Children, Pairs)>,
    /// Which user holds which role.
    pub user_roles: (Table<Link<UserRole>>, Links),
    /// Which user belongs to which team.
    pub team_members: (Table<Link<TeamMember>>, Links),
    /// The highest version of these rows.
    pub last_version: u64,
    /// The highest identityid of these users.
    pub last_identity: i64,
}

/// All tables and the ledger of their changes. A copy shares the rows.
#[derive(Clone, Debug, Default)]
pub struct Store {
    /// Users.
    pub users: Table<SystemUser>,
    /// Roles, a copy for each business unit.
    pub roles: Table<Role>,
    /// Business units.
    pub units: Table<BusinessUnit>,
    /// Teams.
    pub teams: Table<Team>,
    /// The organization.
    pub organizations: Table<Organization>,
    /// Privileges, which never change.
    pub privileges: Table<Privilege>,
    /// Which user holds which role.
    pub user_roles: Table<Link<UserRole>>,
    /// Which team holds which role.
    pub team_roles: Table<Link<TeamRole>>,
    /// Which user belongs to which team.
    pub team_members: Table<Link<TeamMember>>,
    /// Users by what names them.
    pub user_index: UserIndex,
    /// What changed since the start.
    pub ledger: Ledger,
    /// The pairs of the intersect tables, by relationship.
    links: [Links; Relationship::ALL.len()],
    /// The rows that name others, by relationship of one to many.
    children: [Pairs; Children::COUNT],
    start: Start,
    last_version: u64,
    last_identity: i64,
}

impl Store {
    /// An empty store, whose first row gets a version as a lived-in environment has it.
    pub fn new() -> Self {
        Self { last_version: 1_000_000, ..Self::default() }
    }

    /// Takes a crowd in: before there are any other rows of these tables, which it takes the place of.
    pub fn start_with(&mut self, crowd: Crowd) {
        self.users = crowd.users;
        self.user_index = crowd.user_index;
        for (children, pairs) in crowd.children {
            self.children[children.number()] = pairs;
        }
        (self.user_roles, *self.links_mut(Relationship::UserRole)) = crowd.user_roles;
        (self.team_members, *self.links_mut(Relationship::TeamMember)) = crowd.team_members;
        self.last_version = crowd.last_version;
        self.last_identity = crowd.last_identity;
    }

    /// A version number that no row has had.
    pub fn next_version(&mut self) -> u64 {
        self.last_version += 1;
        self.last_version
    }

    /// The version of the last change.
    pub fn version(&self) -> u64 {
        self.last_version
    }

    /// Since when changes are tracked.
    pub fn start(&self) -> Start {
        self.start
    }

    /// The seed is complete: changes are tracked from now on. No two stores of a server start in the same second.
    pub fn begin(&mut self, second: i64) {
        self.start = Start { version: self.last_version, second };
    }

    /// A number for a new user's identityid.
    pub fn next_identity(&mut self) -> i64 {
        self.last_identity += 1;
        self.last_identity
    }

    /// The pairs of a relationship.
    pub fn links(&self, relationship: Relationship) -> &Links {
        &self.links[relationship as usize]
    }

    /// The pairs of a relationship, to be changed by the intersect table alone.
    pub(crate) fn links_mut(&mut self, relationship: Relationship) -> &mut Links {
        &mut self.links[relationship as usize]
    }

    /// The rows that a collection of a row leads to.
    pub fn related(&self, collection: Collection, own: Uuid) -> Rows<'_> {
        match collection {
            Collection::Linked(side) => self.links(side.relationship).of(side, own),
            Collection::Children(children) => self.children(children, own),
        }
    }

    /// The rows whose lookup names a row.
    pub fn children(&self, children: Children, parent: Uuid) -> Rows<'_> {
        self.children[children.number()].of(parent)
    }

    /// Whether a row names another by the lookup of a relationship.
    pub fn is_child(&self, children: Children, parent: Uuid, id: Uuid) -> bool {
        self.children[children.number()].contains(parent, id)
    }

    /// Keeps the indexes in step with a change of a row.
    fn index<T: Entity>(&mut self, before: Option<&T>, after: Option<&T>) {
        T::index(self, before, after);
        let Some(id) = after.or(before).map(Entity::id) else { return };
        for (children, column) in lookups_of::<T>() {
            let named = |row: Option<&T>| match row?.value(*column) {
                Value::Guid(parent) => Some(parent),
                _ => None,
            };
            self.children[children.number()].change(id, named(before), named(after));
        }
    }

    /// Whether a set has a row with this key.
    pub fn contains(&self, set: Set, id: Uuid) -> bool {
        with_set!(set, Row => Row::table(self).contains(id))
    }

    /// The root business unit.
    pub fn root_unit(&self) -> Option<&Arc<BusinessUnit>> {
        self.units.iter().find(|unit| unit.parent.is_none())
    }

    /// Puts a row in without a word in the ledger: for the seed.
    pub fn seed<T: Entity>(&mut self, mut row: T, now: i64) {
        let version = self.next_version();
        row.touch(version, now, None);
        self.index(None, Some(&row));
        T::table_mut(self).put(row.into());
    }

    /// Puts a row that the server itself changed in the place of the one with its key, without a word in the ledger.
    pub fn amend<T: Entity>(&mut self, mut row: T, now: i64) {
        let version = self.next_version();
        row.touch(version, now, None);
        self.put::<T>(row.into());
    }

    /// Adds a row.
    pub fn insert<T: Entity>(&mut self, actor: Actor, mut row: T, sent: Vec<&'static str>) {
        let version = self.next_version();
        row.touch(version, actor.now, Some(actor.caller));
        set_user(&mut row, "_createdonbehalfby_value", actor.impersonator);
        set_user(&mut row, "_modifiedonbehalfby_value", actor.impersonator);
        let row = T::Kept::from(row);
        self.put::<T>(row.clone());
        self.ledger.record(actor, Change { before: None, after: Some(T::subject(row)), sent, derived: false });
    }

    /// Puts a changed row in the place of the one with its key.
    pub fn replace<T: Entity>(&mut self, actor: Actor, mut row: T, sent: Vec<&'static str>) {
        let version = self.next_version();
        row.touch(version, actor.now, Some(actor.caller));
        set_user(&mut row, "_modifiedonbehalfby_value", actor.impersonator);
        let row = T::Kept::from(row);
        let before = self.put::<T>(row.clone()).map(T::subject);
        self.ledger.record(actor, Change { before, after: Some(T::subject(row)), sent, derived: false });
    }

    /// Puts a row in, and writes down that it changed.
    fn put<T: Entity>(&mut self, row: T::Kept) -> Option<T::Kept> {
        let (id, version) = (row.id(), row.version());
        let before = T::table(self).get(id).cloned();
        self.index(before.as_deref(), Some(&row));
        let table = T::table_mut(self);
        table.history.change(id, before.as_ref().map(|row| row.version()), version);
        table.put(row)
    }

    /// Takes a row out.
    pub fn delete<T: Entity>(&mut self, actor: Actor, id: Uuid) {
        let Some(row) = T::table_mut(self).remove(id) else { return };
        let version = self.next_version();
        T::table_mut(self).history.delete(id, row.version(), version);
        self.index(Some(&*row), None);
        self.ledger
            .record(actor, Change { before: Some(T::subject(row)), after: None, sent: Vec::new(), derived: false });
    }

    /// Ties two rows together; false where they are already.
    pub fn associate<R: Intersect>(&mut self, actor: Actor, left: Uuid, right: Uuid) -> bool {
        if self.links(R::RELATIONSHIP).contains(left, right) {
            return false;
        }
        self.insert(actor, Link::<R>::new(left, right), Vec::new());
        true
    }

    /// Takes two rows apart; false where they were not tied together.
    pub fn disassociate<R: Intersect>(&mut self, actor: Actor, left: Uuid, right: Uuid) -> bool {
        if !self.links(R::RELATIONSHIP).contains(left, right) {
            return false;
        }
        self.delete::<Link<R>>(actor, link_id(R::RELATIONSHIP, left, right));
        true
    }

    /// Where the ledger stands, for [`Store::roll_back`].
    pub fn mark(&self) -> usize {
        self.ledger.len()
    }

    /// Takes back every change since the mark, and its words in the ledger.
    pub fn roll_back(&mut self, mark: usize) {
        while self.ledger.len() > mark {
            let Some(Change { before, after, .. }) = self.ledger.pop() else { return };
            match (before, after) {
                (Some(row), _) => with_subject!(row, row => self.put_back(row)),
                (None, Some(row)) => with_subject!(row, row => self.take_back(&row)),
                (None, None) => {}
            }
        }
    }

    /// A row as it was before.
    fn put_back<K: Clone + Deref<Target: Entity<Kept = K>>>(&mut self, row: K) {
        let now = K::Target::table(self).get(row.id()).cloned();
        self.index(now.as_deref(), Some(&*row));
        let table = K::Target::table_mut(self);
        table.history.undo(row.id(), Some(row.version()), now.map(|row| row.version()));
        table.put(row);
    }

    /// A row that was not there before.
    fn take_back<K: Deref<Target: Entity<Kept = K>>>(&mut self, row: &K) {
        self.index(Some(&**row), None);
        let table = K::Target::table_mut(self);
        table.history.undo(row.id(), None, Some(row.version()));
        table.remove(row.id());
    }

    /// The users with this name, but one.
    pub fn others_named<'a>(&'a self, name: UserName, user: &'a SystemUser) -> impl Iterator<Item = Uuid> + 'a {
        let value = name.of(user);
        let ids = self.user_index.find(name, value).filter(|id| *id != user.id);
        ids.filter(move |id| self.users.get(*id).is_some_and(|other| name.of(other).compare(value) == Some(Equal)))
    }

    /// The user of an application.
    pub fn user_of_application(&self, application: Uuid) -> Option<Uuid> {
        let mut ids = self.user_index.find(UserName::Application, Value::Guid(application));
        ids.find(|id| self.users.get(*id).is_some_and(|user| user.application_id == Some(application)))
    }
}

/// Sets a column that names a user, where the table has it and it says something else.
fn set_user<T: Entity>(row: &mut T, column: &str, user: Option<Uuid>) {
    let value = user.map_or(Scalar::Null, Scalar::Guid);
    if let Some(column) = T::schema().column(column)
        && row.value(column) != value.as_value()
    {
        row.set(column, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Options;
    use crate::seed;

    #[test]
    fn a_delta_costs_what_changed_and_not_what_there_is() {
        let mut store = seed::populate(&Options { users: 1000, ..Options::default() });
        store.begin(0);
        let start = store.start().version;
        let actor = Actor { caller: seed::APPLICATION_USER, impersonator: None, request_id: Uuid::nil(), now: 1 };
        let changed = |store: &Store| store.users.history.changed(0, u64::MAX - 1).collect::<Vec<_>>();
        assert_eq!(changed(&store), []);
        let user = (**store.users.get(seed::ADELE).unwrap()).clone();
        store.replace(actor, user, Vec::new());
        assert_eq!(changed(&store), [(start + 1, seed::ADELE)]);
        store.roll_back(0);
        // Put back with the version of the seed, which no delta reaches.
        assert!(changed(&store).iter().all(|(version, _)| *version <= start));
    }
}
