//! Text that stands for a value of a known type: in lists of `Microsoft.Dynamics.CRM.In`, in paging cookies, in FetchXML.

use uuid::Uuid;

pub use super::filter::literal::date;
use super::json;
use crate::model::{Kind, Scalar, Value};

/// The text as a value of this type.
pub fn read(kind: Kind, text: &str) -> Option<Scalar> {
    match kind {
        Kind::Text(_) => Some(Scalar::Text(text.into())),
        Kind::Guid | Kind::Lookup(..) => Uuid::try_parse(text).ok().map(Scalar::Guid),
        Kind::Bool(..) => match text.to_lowercase().as_str() {
            "true" | "1" => Some(Scalar::Bool(true)),
            "false" | "0" => Some(Scalar::Bool(false)),
            _ => None,
        },
        Kind::Int(..) | Kind::Choice(_) | Kind::BigInt => text.parse().ok().map(Scalar::Int),
        Kind::Double => text.parse().ok().map(Scalar::Double),
        Kind::Date => date(text).map(Scalar::Date),
        Kind::Image | Kind::Complex => None,
    }
}

/// The text of a value; none for null.
pub fn write(value: Value<'_>) -> Option<String> {
    match value {
        Value::Null | Value::Json(_) => None,
        Value::Text(text) => Some(text.to_owned()),
        Value::Guid(id) => Some(id.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Int(number) => Some(number.to_string()),
        Value::Double(number) => Some(number.to_string()),
        Value::Date(seconds) => Some(json::date(seconds)),
    }
}
