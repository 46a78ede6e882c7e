//! Values as keys of maps: what the service's database takes as the same is the same here.

use uuid::Uuid;

use crate::model::{Value, text};

/// A value to look others up by.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// No value.
    Null,
    /// A yes/no value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// The bits of a number with a fraction.
    Double(u64),
    /// Seconds since 1970.
    Date(i64),
    /// A unique identifier.
    Guid(Uuid),
    /// Text without its case.
    Text(Box<str>),
    /// A managed property.
    Json(&'static str),
}

impl Key {
    /// The key of a value.
    pub fn new(value: Value<'_>) -> Self {
        match value {
            Value::Null => Key::Null,
            Value::Bool(flag) => Key::Bool(flag),
            Value::Int(number) => Key::Int(number),
            // Both zeros are one.
            Value::Double(number) => Key::Double((number + 0.0).to_bits()),
            Value::Date(seconds) => Key::Date(seconds),
            Value::Guid(id) => Key::Guid(id),
            Value::Text(text) => Key::Text(text::folded(text).into()),
            Value::Json(text) => Key::Json(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_the_same_to_the_database_is_one_key() {
        assert_eq!(Key::new(Value::Text("\u{c9}cole")), Key::new(Value::Text("\u{e9}COLE")));
        assert_ne!(Key::new(Value::Text("ecole")), Key::new(Value::Text("\u{e9}cole")));
        assert_eq!(Key::new(Value::Double(-0.0)), Key::new(Value::Double(0.0)));
        assert_ne!(Key::new(Value::Int(1)), Key::new(Value::Bool(true)));
    }
}
