//! What a table's columns are: name, type, what may be written, and how to get at the value in a row's struct.

use std::collections::HashMap;

use super::set::Set;
use super::value::{Scalar, Value};

/// The tables that rows can refer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A table that this server holds.
    Held(Set),
    /// A table that it does not hold.
    Elsewhere(&'static str),
}

impl Target {
    /// The table's logical name.
    pub fn logical_name(self) -> &'static str {
        match self {
            Target::Held(set) => set.names().logical,
            Target::Elsewhere(name) => name,
        }
    }

    /// The entity set that holds the table's rows, where this server has it.
    pub fn entity_set(self) -> Option<&'static str> {
        match self {
            Target::Held(set) => Some(set.names().entity_set),
            Target::Elsewhere(_) => None,
        }
    }
}

/// The type of a column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Text of at most so many characters.
    Text(u32),
    /// A unique identifier that is no lookup.
    Guid,
    /// Yes/no with the labels of false and true.
    Bool(&'static str, &'static str),
    /// A whole number between two bounds.
    Int(i64, i64),
    /// A choice: numbers with their labels. An empty list: any number, no label known.
    Choice(&'static [(i64, &'static str)]),
    /// A 64-bit number.
    BigInt,
    /// A number with a fraction.
    Double,
    /// Date and time.
    Date,
    /// A reference to a row of another table, and the attribute's (and navigation property's) name.
    Lookup(Target, &'static str),
    /// A picture.
    Image,
    /// A managed property.
    Complex,
}

impl Kind {
    /// The name of the type in OData's messages.
    pub fn edm(self) -> &'static str {
        match self {
            Kind::Text(_) => "Edm.String",
            Kind::Guid | Kind::Lookup(..) => "Edm.Guid",
            Kind::Bool(..) => "Edm.Boolean",
            Kind::Int(..) | Kind::Choice(_) => "Edm.Int32",
            Kind::BigInt => "Edm.Int64",
            Kind::Double => "Edm.Double",
            Kind::Date => "Edm.DateTimeOffset",
            Kind::Image => "Edm.Binary",
            Kind::Complex => "Microsoft.Dynamics.CRM.BooleanManagedProperty",
        }
    }
}

/// Where a row keeps a column's value.
#[derive(Debug)]
pub enum Access<T: 'static> {
    /// In a field of its own.
    Field(for<'a> fn(&'a T) -> Value<'a>, Option<fn(&mut T, Scalar)>),
    /// In the row's list of rarely used columns; this is the value where the list has none.
    Sparse(Value<'static>),
}

/// One column of a table.
#[derive(Debug)]
pub struct Column<T: 'static> {
    /// Its name in a reply, such as `fullname` or `_businessunitid_value`.
    pub name: &'static str,
    /// Its type.
    pub kind: Kind,
    /// Whether a create may set it.
    pub create: bool,
    /// Whether an update may set it.
    pub update: bool,
    /// Where the value is.
    pub access: Access<T>,
}

impl<T> Column<T> {
    /// The attribute's logical name: `businessunitid` for `_businessunitid_value`.
    pub fn attribute(&self) -> &'static str {
        match self.kind {
            Kind::Lookup(_, attribute) => attribute,
            _ => self.name,
        }
    }
}

/// Builders that keep the column tables short.
pub mod build {
    use super::{Access, Column, Kind, Scalar, Value};

    /// A column with a field of its own that clients may write.
    pub const fn field<T>(
        name: &'static str,
        kind: Kind,
        get: for<'a> fn(&'a T) -> Value<'a>,
        set: fn(&mut T, Scalar),
    ) -> Column<T> {
        Column { name, kind, create: true, update: true, access: Access::Field(get, Some(set)) }
    }

    /// A column with a field of its own that clients may set when they create a row, and never again.
    pub const fn create_only<T>(
        name: &'static str,
        kind: Kind,
        get: for<'a> fn(&'a T) -> Value<'a>,
        set: fn(&mut T, Scalar),
    ) -> Column<T> {
        Column { name, kind, create: true, update: false, access: Access::Field(get, Some(set)) }
    }

    /// A column with a field of its own that only the server writes.
    pub const fn computed<T>(name: &'static str, kind: Kind, get: for<'a> fn(&'a T) -> Value<'a>) -> Column<T> {
        Column { name, kind, create: false, update: false, access: Access::Field(get, None) }
    }

    /// A rarely used column that clients may write.
    pub const fn sparse<T>(name: &'static str, kind: Kind) -> Column<T> {
        Column { name, kind, create: true, update: true, access: Access::Sparse(Value::Null) }
    }

    /// A rarely used column that clients may write, with the value that it has at first.
    pub const fn preset<T>(name: &'static str, kind: Kind, value: Value<'static>) -> Column<T> {
        Column { name, kind, create: true, update: true, access: Access::Sparse(value) }
    }

    /// A column that always has the same value.
    pub const fn fixed<T>(name: &'static str, kind: Kind, value: Value<'static>) -> Column<T> {
        Column { name, kind, create: false, update: false, access: Access::Sparse(value) }
    }
}

/// A table: its names and columns.
#[derive(Debug)]
pub struct Schema<T: 'static> {
    /// `systemuser`
    pub logical_name: &'static str,
    /// `systemusers`
    pub entity_set: &'static str,
    /// `systemuserid`
    pub key: &'static str,
    /// The column that names a row to a person, such as `fullname`; intersect tables have none.
    pub name_column: Option<&'static str>,
    /// The position of that column.
    pub name_place: Option<usize>,
    /// Columns that come with every row whatever `$select` says.
    pub always: &'static [&'static str],
    /// The columns, in the order of a full row.
    pub columns: &'static [Column<T>],
    by_name: HashMap<&'static str, usize>,
    by_navigation: HashMap<&'static str, usize>,
}

impl<T> Schema<T> {
    /// Makes the table's indexes.
    pub fn new(
        logical_name: &'static str,
        entity_set: &'static str,
        key: &'static str,
        always: &'static [&'static str],
        columns: &'static [Column<T>],
    ) -> Self {
        let by_name = columns.iter().enumerate().map(|(index, column)| (column.name, index)).collect();
        let by_navigation = columns
            .iter()
            .enumerate()
            .filter(|(_, column)| matches!(column.kind, Kind::Lookup(..)))
            .map(|(index, column)| (column.attribute(), index))
            .collect();
        let name_place = columns.iter().position(|column| matches!(column.name, "fullname" | "name"));
        let name_column = name_place.map(|place| columns[place].name);
        Self { logical_name, entity_set, key, name_column, name_place, always, columns, by_name, by_navigation }
    }

    /// The position of the column with this name.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// The position of the lookup column behind this navigation property.
    pub fn navigation(&self, name: &str) -> Option<usize> {
        self.by_navigation.get(name).copied()
    }
}

/// Values of rarely used columns; most rows have none.
// A box: a row without such values, which is nearly every one, then spends one word on them, where a list spends three.
#[allow(clippy::box_collection)]
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Others(Option<Box<Vec<(usize, Scalar)>>>);

impl Others {
    /// No values.
    pub const NONE: Self = Self(None);

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The value of a column, where the row has one.
    pub fn get(&self, column: usize) -> Option<&Scalar> {
        self.0.as_ref()?.iter().find(|(index, _)| *index == column).map(|(_, value)| value)
    }

    /// Sets the value of a column.
    pub fn set(&mut self, column: usize, value: Scalar) {
        let list = self.0.get_or_insert_default();
        match list.iter_mut().find(|(index, _)| *index == column) {
            Some(entry) => entry.1 = value,
            None => list.push((column, value)),
        }
    }
}
