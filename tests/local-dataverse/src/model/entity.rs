//! What all rows have in common.

use std::sync::Arc;

use uuid::Uuid;

use super::schema::{Access, Others, Schema};
use super::set::Set;
use super::value::{Scalar, Value};
use crate::ledger::Subject;
use crate::store::{Store, Table};

/// A row of a table that the server holds.
pub trait Entity: Clone + Send + Sync + 'static {
    /// The set of the table's rows.
    const SET: Set;
    /// The table's description.
    fn schema() -> &'static Schema<Self>;
    /// The table in the store.
    fn table(store: &Store) -> &Table<Self>;
    /// The table in the store, to be changed.
    fn table_mut(store: &mut Store) -> &mut Table<Self>;
    /// The row as the ledger keeps it.
    fn subject(row: Arc<Self>) -> Subject;
    /// The row that the ledger keeps, where it is one of this table.
    fn of_subject(subject: &Subject) -> Option<&Self>;
    /// Keeps the store's indexes in step with a change of a row.
    fn index(_store: &mut Store, _before: Option<&Self>, _after: Option<&Self>) {}
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
