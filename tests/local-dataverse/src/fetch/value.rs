//! Text of conditions and cookies as values.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::error;
use super::table::Field;
use crate::model::{Kind, Scalar};
use crate::odata::{ApiResult, scalar};

/// The text of a condition as a value of its column. Ids may stand in braces, flags may be numbers, dates may lack time and zone.
pub fn read(field: &Field, text: &str) -> ApiResult<Scalar> {
    let kind = field.kind();
    let parsed = match kind {
        Kind::Guid | Kind::Lookup(..) => Uuid::try_parse(text.trim()).ok().map(Scalar::Guid),
        Kind::Date => date(text.trim()).map(Scalar::Date),
        Kind::Text(_) => Some(Scalar::Text(text.into())),
        _ => scalar::read(kind, text.trim()),
    };
    parsed.ok_or_else(|| error::value_type(&field.display(), clr_type(kind), text))
}

/// The name of the type in messages.
fn clr_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Text(_) => "System.String",
        Kind::Guid | Kind::Lookup(..) => "System.Guid",
        Kind::Bool(..) => "System.Boolean",
        Kind::Int(..) | Kind::Choice(_) => "System.Int32",
        Kind::BigInt => "System.Int64",
        Kind::Double => "System.Double",
        Kind::Date => "System.DateTime",
        Kind::Image => "System.Byte[]",
        Kind::Complex => "Microsoft.Xrm.Sdk.BooleanManagedProperty",
    }
}

/// A date in one of the forms that the service takes, in seconds since 1970.
fn date(text: &str) -> Option<i64> {
    if let Some(second) = scalar::date(text) {
        return Some(second);
    }
    let moment = text.parse::<DateTime>().ok().or_else(|| american(text))?;
    Some(TimeZone::UTC.to_timestamp(moment).ok()?.as_second())
}

/// `3/15/2024`
fn american(text: &str) -> Option<DateTime> {
    let mut parts = text.splitn(3, '/').map(|part| part.parse::<i16>().ok());
    let (month, day, year) = (parts.next()??, parts.next()??, parts.next()??);
    let date = jiff::civil::Date::new(year, month.try_into().ok()?, day.try_into().ok()?).ok()?;
    Some(date.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Set;

    fn value(attribute: &str, text: &str) -> Result<Scalar, String> {
        read(&Field::new(0, Set::Users, attribute).unwrap(), text).map_err(|error| error.message)
    }

    #[test]
    fn values_are_read_by_the_type_of_their_column() {
        let id = Uuid::from_u128(0xc000_0000_0000_4000_8000_0000_0000_0002);
        for (attribute, text, expected) in [
            ("firstname", " Anna ", Scalar::Text(" Anna ".into())),
            ("systemuserid", "c0000000-0000-4000-8000-000000000002", Scalar::Guid(id)),
            ("businessunitid", "{C0000000-0000-4000-8000-000000000002}", Scalar::Guid(id)),
            ("businessunitidname", "Sales", Scalar::Text("Sales".into())),
            ("isdisabled", "1", Scalar::Bool(true)),
            ("isdisabled", "False", Scalar::Bool(false)),
            ("accessmode", "4", Scalar::Int(4)),
            ("address1_latitude", "1.5", Scalar::Double(1.5)),
            ("createdon", "2024-01-15T08:00:00Z", Scalar::Date(1_705_305_600)),
            ("createdon", "2024-01-15T09:00:00+01:00", Scalar::Date(1_705_305_600)),
            ("createdon", "2024-01-15 08:00:00", Scalar::Date(1_705_305_600)),
            ("createdon", "2024-01-15", Scalar::Date(1_705_276_800)),
            ("createdon", "1/15/2024", Scalar::Date(1_705_276_800)),
        ] {
            assert_eq!(value(attribute, text), Ok(expected), "{attribute} {text}");
        }
    }

    #[test]
    fn a_value_of_another_type_is_refused_with_both_types() {
        for (attribute, text, clr) in [
            ("systemuserid", "Adele", "System.Guid"),
            ("businessunitid", "", "System.Guid"),
            ("isdisabled", "maybe", "System.Boolean"),
            ("accessmode", "Read-Write", "System.Int32"),
            ("address1_latitude", "north", "System.Double"),
            ("createdon", "13/40/2024", "System.DateTime"),
            ("createdon", "soon", "System.DateTime"),
        ] {
            let message = value(attribute, text).unwrap_err();
            assert!(message.starts_with(&format!(
                "Condition for attribute 'systemuser.{attribute}': expected argument(s) of type '{clr}' but received \
                 'System.String'."
            )), "{message}");
        }
    }
}
