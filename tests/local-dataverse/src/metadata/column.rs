//! The columns of a table without the table's type.

use crate::model::{Entity, Kind, Set, with_set};

/// A column as metadata tell of it.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// The logical name of its table.
    pub table: &'static str,
    /// Its name in a reply, such as `_businessunitid_value`.
    pub name: &'static str,
    /// The logical name of the attribute, such as `businessunitid`.
    pub logical_name: &'static str,
    /// Its type.
    pub kind: Kind,
    /// Whether a create may set it.
    pub create: bool,
    /// Whether an update may set it.
    pub update: bool,
    /// Its place in a row, from 1.
    pub number: usize,
    /// Whether it is the table's key.
    pub is_key: bool,
    /// Whether it names a row to a person.
    pub is_name: bool,
}

/// The columns of a set's table.
pub fn columns(set: Set) -> Vec<Column> {
    with_set!(set, Row => of::<Row>())
}

fn of<T: Entity>() -> Vec<Column> {
    let schema = T::schema();
    let described = schema.columns.iter().zip(1..).map(|(column, number)| Column {
        table: schema.logical_name,
        name: column.name,
        logical_name: column.name.strip_prefix('_').and_then(|name| name.strip_suffix("_value")).unwrap_or(column.name),
        kind: column.kind,
        create: column.create,
        update: column.update,
        number,
        is_key: column.name == schema.key,
        is_name: Some(column.name) == schema.name_column,
    });
    // Owners have this key from the type that users and teams come from; it is no attribute of either.
    described.filter(|column| column.name != "ownerid").collect()
}
