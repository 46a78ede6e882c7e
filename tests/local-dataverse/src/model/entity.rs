//! What all rows have in common.

use std::fmt::Debug;
use std::ops::Deref;

use uuid::Uuid;

use super::schema::{Access, Others, Schema};
use super::set::Set;
use super::value::{Scalar, Value};
use crate::ledger::Subject;
use crate::store::{Store, Table};

/// A row that is kept as it is, where another keeps a pointer to one: rows of intersect tables are no larger than what sharing them
/// would cost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Inline<T>(T);

impl<T> Deref for Inline<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> AsRef<T> for Inline<T> {
    fn as_ref(&self) -> &T {
        &self.0
    }
}

impl<T> From<T> for Inline<T> {
    fn from(row: T) -> Self {
        Self(row)
    }
}

/// A row of a table that the server holds.
pub trait Entity: Clone + Debug + Send + Sync + 'static {
    /// The set of the table's rows.
    const SET: Set;
    /// How the table and the ledger keep it: behind an `Arc`, or [`Inline`].
    type Kept: Deref<Target = Self> + AsRef<Self> + From<Self> + Clone + Debug + Send + Sync;

    /// The table's description.
    fn schema() -> &'static Schema<Self>;
    /// The table in the store.
    fn table(store: &Store) -> &Table<Self>;
    /// The table in the store, to be changed.
    fn table_mut(store: &mut Store) -> &mut Table<Self>;
    /// The row as the ledger keeps it.
    fn subject(row: Self::Kept) -> Subject;
    /// The row that the ledger keeps, where it is one of this table.
    fn of_subject(subject: &Subject) -> Option<&Self>;
    /// Keeps the store's indexes in step with a change of a row.
    fn index(_store: &mut Store, _before: Option<&Self>, _after: Option<&Self>) {}
    /// The keys of the rows that may have a value in a column: all that have it, and hardly any others. None where no index of the
    /// table's own tells.
    fn indexed<'s>(
        _store: &'s Store,
        _column: usize,
        _value: Value<'_>,
    ) -> Option<Box<dyn Iterator<Item = Uuid> + 's>> {
        None
    }
    /// The row's key.
    fn id(&self) -> Uuid;
    /// The row's version: the number in its ETag.
    fn version(&self) -> u64;
    /// Writes down that the row changed.
    fn touch(&mut self, version: u64, now: i64, by: Option<Uuid>);
    /// The values of rarely used columns.
    fn others(&self) -> &Others;
    /// Sets the value of a rarely used column.
    fn set_other(&mut self, column: usize, value: Scalar);

    /// The value of a column.
    fn value(&self, column: usize) -> Value<'_> {
        match &Self::schema().columns[column].access {
            Access::Field(get, _) => get(self),
            Access::Sparse(preset) => self.others().get(column).map_or(*preset, Scalar::as_value),
        }
    }

    /// Sets a column; those that only the server computes are left alone.
    fn set(&mut self, column: usize, value: Scalar) {
        match &Self::schema().columns[column].access {
            Access::Field(_, Some(set)) => set(self, value),
            Access::Field(_, None) => {}
            Access::Sparse(_) => self.set_other(column, value),
        }
    }

    /// The value of the column with this name; null where there is no such column.
    fn named(&self, name: &str) -> Value<'_> {
        Self::schema().column(name).map_or(Value::Null, |column| self.value(column))
    }

    /// The row's ETag.
    fn etag(&self) -> String {
        format!("W/\"{}\"", self.version())
    }
}
