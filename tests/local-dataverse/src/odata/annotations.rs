//! Annotations of values: labels of choices, names of related rows.

use std::borrow::Cow;

use super::json;
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

/// Appends the annotations of a value, each with a comma before it.
pub fn write<T>(out: &mut Vec<u8>, column: &Column<T>, value: Value<'_>, store: &Store) {
    if let Some(text) = formatted(column.kind, value, store) {
        write_one(out, column.name, FORMATTED, &text);
    }
    if let (Kind::Lookup(target, attribute), Value::Guid(_)) = (column.kind, value) {
        write_one(out, column.name, NAVIGATION, attribute);
        write_one(out, column.name, TABLE, target.logical_name());
    }
}

/// Appends an annotation of a property, with a comma before it.
pub fn write_one(out: &mut Vec<u8>, property: &str, annotation: &str, text: &str) {
    out.push(b',');
    json::write_text(out, &format!("{property}@{annotation}"));
    out.push(b':');
    json::write_text(out, text);
}

/// The value as a person reads it, where that differs.
pub fn formatted<'a>(kind: Kind, value: Value<'_>, store: &'a Store) -> Option<Cow<'a, str>> {
    match (kind, value) {
        (Kind::Int(..) | Kind::BigInt, Value::Int(number)) => Some(grouped(number).into()),
        (Kind::Date, Value::Date(seconds)) => Some(american(seconds).into()),
        _ => name(kind, value, store).map(Cow::Borrowed),
    }
}

/// The name of what a value stands for: a choice's label, or the row that a lookup refers to.
pub fn name<'a>(kind: Kind, value: Value<'_>, store: &'a Store) -> Option<&'a str> {
    match (kind, value) {
        (Kind::Bool(no, yes), Value::Bool(flag)) => Some(if flag { yes } else { no }),
        (Kind::Choice(labels), Value::Int(number)) => {
            labels.iter().find(|(value, _)| *value == number).map(|(_, label)| *label)
        }
        (Kind::Lookup(Target::Held(set), _), Value::Guid(id)) => with_set!(set, Row => name_of::<Row>(store, id)),
        _ => None,
    }
}

/// The name of a row: the value of its table's primary name column.
fn name_of<T: Entity>(store: &Store, id: uuid::Uuid) -> Option<&str> {
    let column = T::schema().column(T::schema().name_column?)?;
    match T::table(store).get(id)?.value(column) {
        Value::Text(name) => Some(name),
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
