//! Conditions that are ready to be held against rows.

use std::collections::HashSet;

use super::key::Key;
use super::table::{Field, Row};
use crate::model::text::Pattern;
use crate::model::{Scalar, Value};
use crate::odata::filter::ast::Comparison;
use crate::odata::filter::{compare, compare_columns};
use crate::store::Store;

/// A condition on a row of a join. Null is as in `$filter`: a negated operator holds for it, others don't.
#[derive(Debug)]
pub enum Test {
    /// All hold.
    All(Vec<Test>),
    /// One holds.
    Any(Vec<Test>),
    /// A column compared with a constant.
    Compare(Field, Comparison, Scalar),
    /// Two columns compared.
    Columns(Field, Comparison, Field),
    /// The text fits a pattern, or does not.
    Like(Field, Pattern, bool),
    /// The value lies between two others, both included, or does not.
    Between(Field, Scalar, Scalar, bool),
    /// The date is not before the first second, and before the last.
    Within(Field, Option<i64>, Option<i64>),
    /// There is no value, or there is one.
    Null(Field, bool),
    /// The value is one of these, or none of them.
    Member(Field, HashSet<Key>, bool),
}

impl Test {
    /// Whether the row passes.
    pub fn holds<'a>(&self, row: &Row<'a>, store: &'a Store) -> bool {
        match self {
            Test::All(parts) => parts.iter().all(|part| part.holds(row, store)),
            Test::Any(parts) => parts.iter().any(|part| part.holds(row, store)),
            Test::Compare(field, comparison, constant) => {
                compare(field.value(row, store), *comparison, constant.as_value())
            }
            Test::Columns(left, comparison, right) => {
                compare_columns(left.value(row, store), *comparison, right.value(row, store))
            }
            Test::Like(field, pattern, negated) => {
                let fits = matches!(field.value(row, store), Value::Text(text) if pattern.fits(text));
                fits != *negated
            }
            Test::Between(field, least, most, negated) => {
                let value = field.value(row, store);
                let within = compare(value, Comparison::GreaterOrEqual, least.as_value())
                    && compare(value, Comparison::LessOrEqual, most.as_value());
                within != *negated
            }
            Test::Within(field, from, to) => match field.value(row, store) {
                Value::Date(second) => from.is_none_or(|from| second >= from) && to.is_none_or(|to| second < to),
                _ => false,
            },
            Test::Null(field, negated) => (field.value(row, store) == Value::Null) != *negated,
            Test::Member(field, keys, negated) => {
                let value = field.value(row, store);
                (value != Value::Null && keys.contains(&Key::new(value))) != *negated
            }
        }
    }

    /// The last of the query's tables that the condition needs.
    pub fn last_source(&self) -> usize {
        match self {
            Test::All(parts) | Test::Any(parts) => parts.iter().map(Test::last_source).max().unwrap_or(0),
            Test::Columns(left, _, right) => left.source.max(right.source),
            Test::Compare(field, ..)
            | Test::Like(field, ..)
            | Test::Between(field, ..)
            | Test::Within(field, ..)
            | Test::Null(field, _)
            | Test::Member(field, ..) => field.source,
        }
    }
}
