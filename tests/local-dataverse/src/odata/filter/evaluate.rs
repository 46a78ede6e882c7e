//! Applies a filter to a row.
//!
//! Null behaves as in the service, which makes SQL of a filter: `ne` a constant, `not contains(...)` and the like hold for it (the SQL has
//! `or ... is null`), and it is neither less nor greater than anything. Of two columns, `eq` wants two values, and `ne` holds where the
//! left one has none.

use std::cmp::Ordering;

use super::ast::{Comparison, Quantifier};
use super::bind::{Condition, Source};
use crate::model::{Collection, Entity, Value, with_set};
use crate::store::Store;

impl Condition {
    /// Whether the row passes.
    pub fn holds<T: Entity>(&self, row: &T, store: &Store) -> bool {
        match self {
            Condition::All(parts) => parts.iter().all(|part| part.holds(row, store)),
            Condition::Any(parts) => parts.iter().any(|part| part.holds(row, store)),
            Condition::Constant(source, comparison, constant) => {
                compare(value(*source, row, store), *comparison, constant.as_value())
            }
            Condition::Columns(left, comparison, right) => {
                compare_columns(value(*left, row, store), *comparison, value(*right, row, store))
            }
            Condition::Text(source, pattern, negated) => {
                let fits = matches!(value(*source, row, store), Value::Text(text) if pattern.fits(text));
                fits != *negated
            }
            Condition::In(source, values, negated) => {
                let value = value(*source, row, store);
                let found = values.iter().any(|one| compare(value, Comparison::Equal, one.as_value()));
                found != *negated
            }
            Condition::Lambda(collection, quantifier, inner, negated) => {
                lambda(*collection, *quantifier, inner.as_deref(), row, store) != *negated
            }
        }
    }
}

fn lambda<T: Entity>(
    collection: Collection,
    quantifier: Quantifier,
    inner: Option<&Condition>,
    row: &T,
    store: &Store,
) -> bool {
    let all = quantifier == Quantifier::All;
    let mut outcome = all;
    with_set!(collection.target(), Row => store.related(collection, row.id()).each::<Row>(None, store, |row| {
        outcome = inner.is_none_or(|inner| inner.holds(&**row, store));
        // One row that does not hold settles `all`, one that does settles `any`.
        outcome == all
    }));
    outcome
}

fn value<'a, T: Entity>(source: Source, row: &'a T, store: &'a Store) -> Value<'a> {
    match source {
        Source::Column(column) => row.value(column),
        Source::Related(via, set, column) => {
            let Value::Guid(id) = row.value(via) else { return Value::Null };
            with_set!(set, Row => Row::table(store).get(id).map_or(Value::Null, |related| related.value(column)))
        }
    }
}

/// How a column's value compares with a constant.
pub fn compare(left: Value<'_>, comparison: Comparison, right: Value<'_>) -> bool {
    let equal = match (left, right) {
        (Value::Null, Value::Null) => true,
        _ => left.compare(right) == Some(Ordering::Equal),
    };
    match comparison {
        Comparison::Equal => equal,
        Comparison::NotEqual => !equal,
        _ => {
            let Some(order) = left.compare(right) else { return false };
            match comparison {
                Comparison::Greater => order == Ordering::Greater,
                Comparison::GreaterOrEqual => order != Ordering::Less,
                Comparison::Less => order == Ordering::Less,
                _ => order != Ordering::Greater,
            }
        }
    }
}

/// How the values of two columns compare.
pub fn compare_columns(left: Value<'_>, comparison: Comparison, right: Value<'_>) -> bool {
    match (left, right) {
        (Value::Null, _) => comparison == Comparison::NotEqual,
        (_, Value::Null) => false,
        (left, right) => compare(left, comparison, right),
    }
}
