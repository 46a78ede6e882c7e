//! Rows by key, in the order of their keys.

use std::collections::BTreeMap;
use std::ops::Bound;

use uuid::Uuid;

use super::history::History;
use crate::model::Entity;

/// A table's rows. Rows are shared, so that the ledger can keep what was there before a change.
#[derive(Clone, Debug)]
pub struct Table<T: Entity> {
    /// What changed since the start.
    pub history: History,
    rows: BTreeMap<Uuid, T::Kept>,
}

impl<T: Entity> Default for Table<T> {
    fn default() -> Self {
        Self { history: History::default(), rows: BTreeMap::new() }
    }
}

/// A table at its start, made at once from many rows.
impl<T: Entity> FromIterator<T::Kept> for Table<T> {
    fn from_iter<I: IntoIterator<Item = T::Kept>>(rows: I) -> Self {
        // The map sorts them, which costs next to nothing where they come in order or in a few runs that are, and is then
        // filled from left to right.
        Self { history: History::default(), rows: rows.into_iter().map(|row| (row.id(), row)).collect() }
    }
}

impl<T: Entity> Table<T> {
    /// The row with this key.
    pub fn get(&self, id: Uuid) -> Option<&T::Kept> {
        self.rows.get(&id)
    }

    /// Whether there is a row with this key.
    pub fn contains(&self, id: Uuid) -> bool {
        self.rows.contains_key(&id)
    }

    /// Adds a row, or puts it in the place of the one with its key.
    pub fn put(&mut self, row: T::Kept) -> Option<T::Kept> {
        self.rows.insert(row.id(), row)
    }

    /// Takes a row out.
    pub fn remove(&mut self, id: Uuid) -> Option<T::Kept> {
        self.rows.remove(&id)
    }

    /// All rows, by key.
    pub fn iter(&self) -> impl Iterator<Item = &T::Kept> {
        self.rows.values()
    }

    /// The rows whose keys come after this one.
    pub fn after(&self, id: Option<Uuid>) -> impl Iterator<Item = &T::Kept> {
        let start = id.map_or(Bound::Unbounded, Bound::Excluded);
        self.rows.range((start, Bound::Unbounded)).map(|(_, row)| row)
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}
