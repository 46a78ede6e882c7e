//! Rows by key, in the order of their keys.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use uuid::Uuid;

use super::history::History;

/// A table's rows. Rows are shared, so that the ledger can keep what was there before a change.
#[derive(Clone, Debug)]
pub struct Table<T> {
    /// What changed since the start.
    pub history: History,
    rows: BTreeMap<Uuid, Arc<T>>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { history: History::default(), rows: BTreeMap::new() }
    }
}

impl<T> Table<T> {
    /// The row with this key.
    pub fn get(&self, id: Uuid) -> Option<&Arc<T>> {
        self.rows.get(&id)
    }

    /// Whether there is a row with this key.
    pub fn contains(&self, id: Uuid) -> bool {
        self.rows.contains_key(&id)
    }

    /// Adds a row, or puts it in the place of the one with this key.
    pub fn put(&mut self, id: Uuid, row: Arc<T>) -> Option<Arc<T>> {
        self.rows.insert(id, row)
    }

    /// Takes a row out.
    pub fn remove(&mut self, id: Uuid) -> Option<Arc<T>> {
        self.rows.remove(&id)
    }

    /// All rows, by key.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<T>> {
        self.rows.values()
    }

    /// The rows whose keys come after this one.
    pub fn after(&self, id: Option<Uuid>) -> impl Iterator<Item = &Arc<T>> {
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
