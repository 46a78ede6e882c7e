//! Values of columns: borrowed from a row, or owned by a change.

use std::cmp::Ordering;

use uuid::Uuid;

use super::text;

/// A column's value as a row lends it out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// No value.
    Null,
    /// Text.
    Text(&'a str),
    /// A unique identifier, of the row itself or of one that it refers to.
    Guid(Uuid),
    /// A yes/no column.
    Bool(bool),
    /// A whole number or a choice.
    Int(i64),
    /// A number with a fraction.
    Double(f64),
    /// Seconds since 1970-01-01T00:00:00Z.
    Date(i64),
    /// A managed property: JSON that never changes.
    Json(&'static str),
}

impl Value<'_> {
    /// An owned copy.
    pub fn to_scalar(self) -> Scalar {
        match self {
            Value::Null | Value::Json(_) => Scalar::Null,
            Value::Text(text) => Scalar::Text(text.into()),
            Value::Guid(id) => Scalar::Guid(id),
            Value::Bool(flag) => Scalar::Bool(flag),
            Value::Int(number) => Scalar::Int(number),
            Value::Double(number) => Scalar::Double(number),
            Value::Date(seconds) => Scalar::Date(seconds),
        }
    }

    /// The order in which the service sorts: nulls first, text without regard to case.
    pub fn order(self, other: Value<'_>) -> Ordering {
        match (self, other) {
            (Value::Null, Value::Null) => Ordering::Equal,
            (Value::Null, _) => Ordering::Less,
            (_, Value::Null) => Ordering::Greater,
            (left, right) => left.compare(right).unwrap_or(Ordering::Equal),
        }
    }

    /// How two values compare, or `None` where one of them is null or they are of different kinds.
    pub fn compare(self, other: Value<'_>) -> Option<Ordering> {
        match (self, other) {
            (Value::Text(left), Value::Text(right)) => Some(text::compare(left, right)),
            (Value::Guid(left), Value::Guid(right)) => Some(left.cmp(&right)),
            (Value::Bool(left), Value::Bool(right)) => Some(left.cmp(&right)),
            (Value::Int(left), Value::Int(right)) => Some(left.cmp(&right)),
            (Value::Double(left), Value::Double(right)) => left.partial_cmp(&right),
            (Value::Int(left), Value::Double(right)) => (left as f64).partial_cmp(&right),
            (Value::Double(left), Value::Int(right)) => left.partial_cmp(&(right as f64)),
            (Value::Date(left), Value::Date(right)) => Some(left.cmp(&right)),
            _ => None,
        }
    }
}

/// A value that a change or a literal owns.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    /// No value.
    Null,
    /// Text.
    Text(Box<str>),
    /// A unique identifier.
    Guid(Uuid),
    /// A yes/no value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction.
    Double(f64),
    /// Seconds since 1970-01-01T00:00:00Z.
    Date(i64),
}

impl Scalar {
    /// The name of the value's type in OData's messages.
    pub fn edm(&self) -> &'static str {
        match self {
            Scalar::Null => "Edm.Untyped",
            Scalar::Text(_) => "Edm.String",
            Scalar::Guid(_) => "Edm.Guid",
            Scalar::Bool(_) => "Edm.Boolean",
            Scalar::Int(_) => "Edm.Int32",
            Scalar::Double(_) => "Edm.Double",
            Scalar::Date(_) => "Edm.DateTimeOffset",
        }
    }

    /// The value, borrowed.
    pub fn as_value(&self) -> Value<'_> {
        match self {
            Scalar::Null => Value::Null,
            Scalar::Text(text) => Value::Text(text),
            Scalar::Guid(id) => Value::Guid(*id),
            Scalar::Bool(flag) => Value::Bool(*flag),
            Scalar::Int(number) => Value::Int(*number),
            Scalar::Double(number) => Value::Double(*number),
            Scalar::Date(seconds) => Value::Date(*seconds),
        }
    }

    /// The text, for a text column's setter; anything else is null.
    pub fn into_text(self) -> Option<Box<str>> {
        match self {
            Scalar::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The identifier, for a lookup's setter; anything else is null.
    pub fn into_guid(self) -> Option<Uuid> {
        match self {
            Scalar::Guid(id) => Some(id),
            _ => None,
        }
    }

    /// The flag, or null.
    pub fn into_bool(self) -> Option<bool> {
        match self {
            Scalar::Bool(flag) => Some(flag),
            _ => None,
        }
    }

    /// The whole number, or null.
    pub fn into_int(self) -> Option<i64> {
        match self {
            Scalar::Int(number) => Some(number),
            _ => None,
        }
    }
}
