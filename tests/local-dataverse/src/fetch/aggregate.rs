//! Aggregate queries: rows in groups, and what is counted, added up or compared in each.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};

use super::ast::{Attribute, Entity, Fetch, Order};
use super::bind::Plan;
use super::key::Key;
use super::table::{self, Field, Row};
use super::{error, order};
use crate::model::{Kind, Value};
use crate::odata::{ApiResult, ODataError};

/// The service aggregates no more rows than this.
const MOST_ROWS: usize = 50_000;

/// The columns of an aggregate query.
#[derive(Debug, Default)]
pub struct Totals {
    /// In the order in which they are written.
    pub columns: Vec<Total>,
    /// The columns that rows are ordered by, and whether descending.
    orders: Vec<(String, bool)>,
    /// The most rows that may be aggregated.
    limit: usize,
}

/// A column of an aggregate query.
#[derive(Debug)]
pub struct Total {
    /// Its alias.
    pub name: String,
    /// The column of the table.
    pub field: Field,
    what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    /// The value itself: rows with the same one are a group.
    Group,
    /// A part of a date: rows with the same one are a group.
    DatePart(DatePart),
    /// count: rows
    Rows,
    /// countcolumn: values, or different ones
    Values { distinct: bool },
    /// sum
    Sum,
    /// avg
    Average,
    /// min
    Least,
    /// max
    Most,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DatePart {
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

impl DatePart {
    fn of(name: &str) -> ApiResult<Self> {
        Ok(match name {
            "day" => Self::Day,
            "week" => Self::Week,
            "month" => Self::Month,
            "quarter" => Self::Quarter,
            "year" => Self::Year,
            "fiscal-period" | "fiscal-year" => {
                return Err(ODataError::unsupported(format!("dategrouping='{name}' in FetchXML")));
            }
            _ => return Err(date_grouping(format_args!("There is no '{name}'."))),
        })
    }

    /// The part of a date in UTC, as the service's database counts: weeks start on Sundays, the first one with the year.
    fn in_date(self, seconds: i64) -> i64 {
        let Ok(moment) = Timestamp::from_second(seconds) else { return 0 };
        let date: civil::Date = moment.to_zoned(TimeZone::UTC).date();
        i64::from(match self {
            Self::Day => i16::from(date.day()),
            Self::Week => {
                let before = date.first_of_year().weekday().to_sunday_zero_offset();
                (date.day_of_year() - 1 + i16::from(before)) / 7 + 1
            }
            Self::Month => i16::from(date.month()),
            Self::Quarter => i16::from((date.month() - 1) / 3 + 1),
            Self::Year => date.year(),
        })
    }
}

fn date_grouping(detail: impl std::fmt::Display) -> ODataError {
    ODataError::bad_request("0x80041135", format!("An invalid value was specified for dategrouping. {detail}"))
}

fn wrong(detail: impl std::fmt::Display) -> ODataError {
    ODataError::bad_request("0x8004111a", format!("An error occurred while processing Aggregates in Query. {detail}"))
}

impl Total {
    fn new(attribute: &Attribute, field: Field) -> ApiResult<Self> {
        let Some(name) = attribute.alias.clone() else {
            return Err(ODataError::bad_request(
                "0x80041109",
                format!("Invalid alias for aggregate operation. {} has no alias.", attribute.text),
            ));
        };
        if field.name {
            return Err(ODataError::unsupported(format!("the attribute '{}' in an aggregate query", attribute.name)));
        }
        let what = match (&attribute.aggregate, attribute.group_by) {
            (None, true) => group(attribute, &field)?,
            (Some(function), false) => aggregate(function, attribute, &field)?,
            _ => {
                return Err(wrong(format_args!(
                    "An attribute can not be requested when an aggregate operation has been specified and its neither groupby \
                     not aggregate. NodeXml : {}",
                    attribute.text
                )));
            }
        };
        Ok(Self { name, field, what })
    }

    /// The type of the values.
    pub fn kind(&self) -> Kind {
        match self.what {
            What::Group | What::Sum | What::Average | What::Least | What::Most => self.field.kind,
            What::DatePart(_) | What::Rows | What::Values { .. } => Kind::BigInt,
        }
    }

    /// What rows of a group have in common, where this is a column of the group.
    fn of_group<'a>(&self, value: Value<'a>) -> Option<Value<'a>> {
        match (self.what, value) {
            (What::Group, _) => Some(value),
            (What::DatePart(part), Value::Date(seconds)) => Some(Value::Int(part.in_date(seconds))),
            (What::DatePart(_), _) => Some(Value::Null),
            _ => None,
        }
    }
}

fn group(attribute: &Attribute, field: &Field) -> ApiResult<What> {
    match (&attribute.date_grouping, field.kind) {
        (Some(part), Kind::Date) => Ok(What::DatePart(DatePart::of(part)?)),
        (None, Kind::Date) => Err(date_grouping(format_args!("'{}' is a date and needs one.", field.display()))),
        (Some(_), _) => Err(date_grouping(format_args!("'{}' is no date.", field.display()))),
        (None, _) => Ok(What::Group),
    }
}

fn aggregate(function: &str, attribute: &Attribute, field: &Field) -> ApiResult<What> {
    let is_number = matches!(field.kind, Kind::Int(..) | Kind::BigInt | Kind::Double);
    let (what, fits) = match function {
        "count" => (What::Rows, true),
        "countcolumn" => (What::Values { distinct: attribute.distinct }, true),
        "sum" => (What::Sum, is_number),
        "avg" => (What::Average, is_number),
        "min" => (What::Least, is_number || field.kind == Kind::Date),
        "max" => (What::Most, is_number || field.kind == Kind::Date),
        _ => return Err(wrong(format_args!("There is no aggregate '{function}'."))),
    };
    if fits {
        return Ok(what);
    }
    let kind = match field.kind {
        Kind::Text(_) => "String",
        Kind::Guid => "Uniqueidentifier",
        Kind::Lookup(..) => "Lookup",
        Kind::Bool(..) => "Boolean",
        Kind::Choice(_) => "Picklist",
        Kind::Int(..) => "Integer",
        Kind::BigInt => "BigInt",
        Kind::Double => "Double",
        Kind::Date => "DateTime",
        Kind::Image => "Image",
        Kind::Complex => "ManagedProperty",
    };
    Err(ODataError::bad_request(
        "0x8004112F",
        format!("Aggregate {function} is not supported for attribute of type {kind}."),
    ))
}

impl<'a> Plan<'a> {
    /// Starts an aggregate query.
    pub fn aggregates(&mut self, fetch: &Fetch) {
        let limit = fetch.aggregate_limit.unwrap_or(MOST_ROWS).min(MOST_ROWS);
        self.totals = Some(Totals { limit, ..Totals::default() });
    }

    /// Takes the columns and orders that the table at `place` has in an aggregate query.
    pub fn take_totals(&mut self, entity: &Entity, place: usize) -> ApiResult<()> {
        if entity.all {
            return Err(wrong("<all-attributes> has no place in an aggregate query."));
        }
        for attribute in &entity.attributes {
            let total = Total::new(attribute, self.scope.field(place, &attribute.name)?)?;
            let totals = self.totals.get_or_insert_default();
            if totals.columns.iter().any(|other| other.name == total.name) {
                return Err(error::duplicate_alias(&total.name));
            }
            totals.columns.push(total);
        }
        for Order { attribute, alias, descending, .. } in &entity.orders {
            let (Some(alias), None) = (alias, attribute) else {
                return Err(wrong("<order> has 'alias' in an aggregate query, not 'attribute'."));
            };
            self.totals.get_or_insert_default().orders.push((alias.clone(), *descending));
        }
        Ok(())
    }

    /// Checks what can be checked once all columns are known.
    pub fn check_totals(&self) -> ApiResult<()> {
        let Some(totals) = &self.totals else { return Ok(()) };
        if totals.columns.is_empty() {
            return Err(wrong("The query asks for nothing: it has no <attribute>."));
        }
        match totals.orders.iter().find(|(alias, _)| totals.place(alias).is_none()) {
            Some((alias, _)) => Err(error::no_alias(alias)),
            None => Ok(()),
        }
    }

    /// The rows of an aggregate query: a value for each of its columns.
    pub fn aggregate(&self, totals: &Totals) -> ApiResult<Vec<Vec<Value<'a>>>> {
        let store = self.tree.store;
        let mut groups: HashMap<Vec<Key>, Vec<Sum<'a>>> = HashMap::new();
        let mut seen = 0;
        self.tree.each(table::rows(self.tree.sources[0].set, None, store), &mut |row: &Row<'a>| {
            seen += 1;
            let of_group = |total: &Total| total.of_group(total.field.value(row, store));
            let key = totals.columns.iter().filter_map(of_group).map(Key::new).collect();
            let sums = groups.entry(key).or_insert_with(|| totals.columns.iter().map(|_| Sum::default()).collect());
            for (total, sum) in totals.columns.iter().zip(sums) {
                sum.add(total, total.field.value(row, store));
            }
            seen <= totals.limit
        });
        if seen > totals.limit {
            return Err(ODataError::bad_request(
                "0x8004E023",
                "AggregateQueryRecordLimit exceeded. Cannot perform this operation.",
            ));
        }
        if groups.is_empty() && !totals.columns.iter().any(|total| total.of_group(Value::Null).is_some()) {
            // Nothing is a group as well, where no column tells groups apart.
            groups.insert(Vec::new(), totals.columns.iter().map(|_| Sum::default()).collect());
        }
        let result =
            |sums: Vec<Sum<'a>>| totals.columns.iter().zip(sums).map(|(total, sum)| sum.result(total)).collect();
        let mut rows: Vec<Vec<Value<'a>>> = groups.into_values().map(result).collect();
        rows.sort_by(|left, right| self.compare_totals(totals, left, right));
        Ok(rows)
    }

    /// By the orders, then by the columns from left to right, so that the order is always the same.
    fn compare_totals(&self, totals: &Totals, left: &[Value<'_>], right: &[Value<'_>]) -> Ordering {
        let by = |place: usize| {
            let total = &totals.columns[place];
            let shown = |value| match total.what {
                What::Group => order::shown(total.field.kind, value, self.raw_order, self.tree.store),
                _ => value,
            };
            shown(left[place]).order(shown(right[place]))
        };
        let mut ordered =
            totals.orders.iter().filter_map(|(alias, descending)| Some((totals.place(alias)?, *descending)));
        let by_orders = ordered.find_map(|(place, descending)| {
            let order = if descending { by(place).reverse() } else { by(place) };
            (order != Ordering::Equal).then_some(order)
        });
        by_orders.unwrap_or_else(|| {
            let all = left.iter().zip(right).map(|(left, right)| left.order(*right));
            all.fold(Ordering::Equal, Ordering::then)
        })
    }
}

impl Totals {
    fn place(&self, alias: &str) -> Option<usize> {
        self.columns.iter().position(|total| total.name == alias)
    }
}

/// What a column of one group comes to.
#[derive(Debug, Default)]
struct Sum<'a> {
    rows: i64,
    values: i64,
    whole: i64,
    fraction: f64,
    kept: Option<Value<'a>>,
    distinct: HashSet<Key>,
}

impl<'a> Sum<'a> {
    fn add(&mut self, total: &Total, value: Value<'a>) {
        self.rows += 1;
        if let Some(of_group) = total.of_group(value) {
            self.kept = Some(of_group);
            return;
        }
        if value == Value::Null {
            return;
        }
        self.values += 1;
        match (total.what, value) {
            (What::Values { distinct: true }, _) => {
                self.distinct.insert(Key::new(value));
            }
            (What::Sum | What::Average, Value::Int(number)) => self.whole = self.whole.saturating_add(number),
            (What::Sum | What::Average, Value::Double(number)) => self.fraction += number,
            (What::Least, _) => self.keep(value, Ordering::Less),
            (What::Most, _) => self.keep(value, Ordering::Greater),
            _ => {}
        }
    }

    fn keep(&mut self, value: Value<'a>, wanted: Ordering) {
        if self.kept.is_none_or(|kept| value.order(kept) == wanted) {
            self.kept = Some(value);
        }
    }

    fn result(self, total: &Total) -> Value<'a> {
        let is_whole = total.field.kind != Kind::Double;
        match total.what {
            What::Group | What::DatePart(_) | What::Least | What::Most => self.kept.unwrap_or(Value::Null),
            What::Rows => Value::Int(self.rows),
            What::Values { distinct: true } => Value::Int(self.distinct.len() as i64),
            What::Values { distinct: false } => Value::Int(self.values),
            What::Sum if is_whole => Value::Int(self.whole),
            What::Sum => Value::Double(self.fraction),
            What::Average if self.values == 0 => Value::Null,
            // The database divides whole numbers as whole numbers.
            What::Average if is_whole => Value::Int(self.whole / self.values),
            What::Average => Value::Double(self.fraction / self.values as f64),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_dates_are_those_of_the_services_database() {
        // 2023-03-25 and 2023-08-27, as in https://learn.microsoft.com/power-apps/developer/data-platform/fetchxml/aggregate-data
        let parts = |date: &str| {
            let seconds = date.parse::<Timestamp>().unwrap().as_second();
            [DatePart::Day, DatePart::Week, DatePart::Month, DatePart::Quarter, DatePart::Year]
                .map(|part| part.in_date(seconds))
        };
        assert_eq!(parts("2023-03-25T12:00:00Z"), [25, 12, 3, 1, 2023]);
        assert_eq!(parts("2023-08-27T12:00:00Z"), [27, 35, 8, 3, 2023]);
        assert_eq!(parts("2024-01-06T23:59:59Z"), [6, 1, 1, 1, 2024]);
        assert_eq!(parts("2024-01-07T00:00:00Z"), [7, 2, 1, 1, 2024]);
        assert_eq!(parts("2024-12-31T00:00:00Z"), [31, 53, 12, 4, 2024]);
    }
}
