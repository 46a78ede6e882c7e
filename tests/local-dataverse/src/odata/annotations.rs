//! Annotations of values: labels of choices, names of related rows.

use super::json;
use crate::model::{Column, Entity, Kind, Target, Value, with_set};
use crate::store::Store;

/// Appends the annotations of a value, each with a comma before it.
pub fn write<T>(out: &mut Vec<u8>, column: &Column<T>, value: Value<'_>, store: &Store) {
    let mut annotation = |name: &str, text: &str| {
        out.push(b',');
        json::write_text(out, &format!("{}@{name}", column.name));
        out.push(b':');
        json::write_text(out, text);
    };
    const FORMATTED: &str = "OData.Community.Display.V1.FormattedValue";
    match (column.kind, value) {
        (_, Value::Null) => {}
        (Kind::Bool(no, yes), Value::Bool(flag)) => annotation(FORMATTED, if flag { yes } else { no }),
        (Kind::Choice(labels), Value::Int(number)) => {
            if let Some((_, label)) = labels.iter().find(|(value, _)| *value == number) {
                annotation(FORMATTED, label);
            }
        }
        (Kind::Int(..) | Kind::BigInt, Value::Int(number)) => annotation(FORMATTED, &grouped(number)),
        (Kind::Date, Value::Date(seconds)) => annotation(FORMATTED, &american(seconds)),
        (Kind::Lookup(target, attribute), Value::Guid(id)) => {
            let name: Option<String> = match target {
                Target::Held(set) => with_set!(set, Row => name_of::<Row>(store, id)),
                Target::Elsewhere(_) => None,
            };
            if let Some(name) = name {
                annotation(FORMATTED, &name);
            }
            annotation("Microsoft.Dynamics.CRM.associatednavigationproperty", attribute);
            annotation("Microsoft.Dynamics.CRM.lookuplogicalname", target.logical_name());
        }
        _ => {}
    }
}

/// The name of a row: the value of its table's primary name column.
fn name_of<T: Entity>(store: &Store, id: uuid::Uuid) -> Option<String> {
    let column = T::schema().column(T::schema().name_column?)?;
    match T::table(store).get(id)?.value(column) {
        Value::Text(name) => Some(name.to_owned()),
        _ => None,
    }
}

/// A whole number as an English reader sees it: `1,760,402`.
fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number < 0 { format!("-{text}") } else { text }
}

/// A date as an English reader sees it: `3/15/2024 4:21 PM`.
fn american(seconds: i64) -> String {
    let Ok(time) = jiff::Timestamp::from_second(seconds) else { return String::new() };
    let time = time.to_zoned(jiff::tz::TimeZone::UTC);
    let (hour, half) = match time.hour() {
        0 => (12, "AM"),
        hour @ 1..=11 => (hour, "AM"),
        12 => (12, "PM"),
        hour => (hour - 12, "PM"),
    };
    format!("{}/{}/{} {hour}:{:02} {half}", time.month(), time.day(), time.year(), time.minute())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_dates_are_formatted_for_an_english_reader() {
        assert_eq!(grouped(1_760_402), "1,760,402");
        assert_eq!(grouped(-999), "-999");
        assert_eq!(american(1_710_519_718), "3/15/2024 4:21 PM");
        assert_eq!(american(1_710_460_800), "3/15/2024 12:00 AM");
    }
}
