//! What the library knows of a table.

use crate::error::Status;

/// A Dataverse table: its names, its lookups, and the columns to read where none are asked for.
#[derive(Debug)]
pub(crate) struct Entity {
    /// The entity set, as in a URL: `systemusers`.
    pub(crate) set: &'static str,
    /// The logical name, as in error messages: `systemuser`.
    pub(crate) name: &'static str,
    /// Columns that hold a reference: the Web API reads them as `_<name>_value`.
    pub(crate) lookups: &'static [&'static str],
    /// The columns to read where none are asked for.
    pub(crate) columns: &'static [&'static str],
    /// What to report where a row does not exist.
    pub(crate) missing: Status,
}
