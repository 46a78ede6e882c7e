//! The columns of aggregate queries.

use super::ast::{Attribute, Entity, Fetch, Order};
use super::bind::Plan;
use super::date_part::DatePart;
use super::error;
use super::table::Field;
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
    pub orders: Vec<(String, bool)>,
    /// The most rows that may be aggregated.
    pub limit: usize,
}

/// A column of an aggregate query.
#[derive(Debug)]
pub struct Total {
    /// Its alias.
    pub name: String,
    /// The column of the table.
    pub field: Field,
    /// What becomes of it.
    pub what: What,
}

/// What becomes of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The value itself: rows with the same one are a group.
    Group,
    /// A part of a date: rows with the same one are a group.
    DatePart(DatePart),
    /// count: rows
    Rows,
    /// countcolumn: values, or different ones
    Values {
        /// Only different ones count.
        distinct: bool,
    },
    /// sum
    Sum,
    /// avg
    Average,
    /// min
    Least,
    /// max
    Most,
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
                return Err(error::aggregate(format_args!(
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
    pub fn of_group<'a>(&self, value: Value<'a>) -> Option<Value<'a>> {
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
        (None, Kind::Date) => Err(error::date_grouping(format_args!("'{}' is a date and needs one.", field.display()))),
        (Some(_), _) => Err(error::date_grouping(format_args!("'{}' is no date.", field.display()))),
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
        _ => return Err(error::aggregate(format_args!("There is no aggregate '{function}'."))),
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

impl Plan<'_> {
    /// Starts an aggregate query.
    pub fn aggregates(&mut self, fetch: &Fetch) {
        let limit = fetch.aggregate_limit.unwrap_or(MOST_ROWS).min(MOST_ROWS);
        self.totals = Some(Totals { limit, ..Totals::default() });
    }

    /// Takes the columns and orders that the table at `place` has in an aggregate query.
    pub fn take_totals(&mut self, entity: &Entity, place: usize) -> ApiResult<()> {
        if entity.all {
            return Err(error::aggregate("<all-attributes> has no place in an aggregate query."));
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
                return Err(error::aggregate("<order> has 'alias' in an aggregate query, not 'attribute'."));
            };
            self.totals.get_or_insert_default().orders.push((alias.clone(), *descending));
        }
        Ok(())
    }

    /// Checks what can be checked once all columns are known.
    pub fn check_totals(&self) -> ApiResult<()> {
        let Some(totals) = &self.totals else { return Ok(()) };
        if totals.columns.is_empty() {
            return Err(error::aggregate("The query asks for nothing: it has no <attribute>."));
        }
        match totals.orders.iter().find(|(alias, _)| totals.place(alias).is_none()) {
            Some((alias, _)) => Err(error::no_alias(alias)),
            None => Ok(()),
        }
    }
}

impl Totals {
    /// Which column has an alias.
    pub fn place(&self, alias: &str) -> Option<usize> {
        self.columns.iter().position(|total| total.name == alias)
    }
}
