//! Annotations of values: labels of choices, names of related rows.

use std::ops::Deref;

use uuid::Uuid;

use super::short::{Short, grouped};
use super::{date, json};
use crate::model::{Column, Entity, Kind, Target, Value, with_set};
use crate::store::Store;

/// The value as a person reads it.
pub const FORMATTED: &str = "OData.Community.Display.V1.FormattedValue";
/// The logical name of the column behind an alias.
pub const ATTRIBUTE: &str = "OData.Community.Display.V1.AttributeName";
/// The navigation property of a lookup.
pub const NAVIGATION: &str = "Microsoft.Dynamics.CRM.associatednavigationproperty";
/// The table that a lookup refers to.
pub const TABLE: &str = "Microsoft.Dynamics.CRM.lookuplogicalname";

/// The annotations of the values of one column, as far as they are the same for all of them.
#[derive(Debug)]
pub struct Annotations {
    kind: Kind,
    /// `,"createdon@OData.Community.Display.V1.FormattedValue":`
    formatted: Vec<u8>,
    /// All that a lookup has but the name of the row that it refers to.
    lookup: Vec<u8>,
}

impl Annotations {
    /// Those of a column.
    pub fn of<T>(column: &Column<T>) -> Self {
        let (mut formatted, mut lookup) = (Vec::new(), Vec::new());
        write_name(&mut formatted, column.name, FORMATTED);
        if let Kind::Lookup(target, attribute) = column.kind {
            write_one(&mut lookup, column.name, NAVIGATION, attribute);
            write_one(&mut lookup, column.name, TABLE, target.logical_name());
        }
        Self { kind: column.kind, formatted, lookup }
    }

    /// Appends the annotations of a value, each with a comma before it.
    pub fn write(&self, out: &mut Vec<u8>, value: Value<'_>, store: &Store) {
        self.write_formatted(out, formatted(self.kind, value, store));
        if let Value::Guid(_) = value {
            out.extend_from_slice(&self.lookup);
        }
    }

    /// The same for a value that refers to no row.
    pub fn write_plain(&self, out: &mut Vec<u8>, value: Value<'_>) {
        self.write_formatted(out, plain(self.kind, value));
    }

    fn write_formatted(&self, out: &mut Vec<u8>, text: Option<Formatted<'_>>) {
        if let Some(text) = text {
            out.extend_from_slice(&self.formatted);
            json::write_text(out, &text);
        }
    }
}

/// Appends an annotation of a property, with a comma before it.
pub fn write_one(out: &mut Vec<u8>, property: &str, annotation: &str, text: &str) {
    write_name(out, property, annotation);
    json::write_text(out, text);
}

fn write_name(out: &mut Vec<u8>, property: &str, annotation: &str) {
    out.push(b',');
    json::write_text(out, &format!("{property}@{annotation}"));
    out.push(b':');
}

/// What a person reads in place of a value.
#[derive(Clone, Copy, Debug)]
pub enum Formatted<'a> {
    /// A name.
    Name(&'a str),
    /// A number or a date.
    Short(Short),
}

impl Deref for Formatted<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Name(name) => name,
            Self::Short(text) => text,
        }
    }
}

/// The value as a person reads it, where that differs.
pub fn formatted<'a>(kind: Kind, value: Value<'_>, store: &'a Store) -> Option<Formatted<'a>> {
    plain(kind, value).or_else(|| row_name(kind, value, store).map(Formatted::Name))
}

/// The name of what a value stands for: a choice's label, or the row that a lookup refers to.
pub fn name<'a>(kind: Kind, value: Value<'_>, store: &'a Store) -> Option<&'a str> {
    label(kind, value).or_else(|| row_name(kind, value, store))
}

/// The value as a person reads it, where it refers to no row.
fn plain(kind: Kind, value: Value<'_>) -> Option<Formatted<'static>> {
    match (kind, value) {
        (Kind::Int(..) | Kind::BigInt, Value::Int(number)) => Some(Formatted::Short(grouped(number))),
        (Kind::Date, Value::Date(seconds)) => Some(Formatted::Short(date::american(seconds))),
        _ => label(kind, value).map(Formatted::Name),
    }
}

fn label(kind: Kind, value: Value<'_>) -> Option<&'static str> {
    match (kind, value) {
        (Kind::Bool(no, yes), Value::Bool(flag)) => Some(if flag { yes } else { no }),
        (Kind::Choice(labels), Value::Int(number)) => {
            labels.iter().find(|(value, _)| *value == number).map(|(_, label)| *label)
        }
        _ => None,
    }
}

fn row_name<'a>(kind: Kind, value: Value<'_>, store: &'a Store) -> Option<&'a str> {
    match (kind, value) {
        (Kind::Lookup(Target::Held(set), _), Value::Guid(id)) => with_set!(set, Row => name_of::<Row>(store, id)),
        _ => None,
    }
}

/// The name of a row: the value of its table's primary name column.
fn name_of<T: Entity>(store: &Store, id: Uuid) -> Option<&str> {
    match T::table(store).get(id)?.value(T::schema().name_place?) {
        Value::Text(name) => Some(name),
        _ => None,
    }
}
