//! Aggregate queries: rows in groups, and what is counted, added up or compared in each.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use super::bind::Plan;
use super::key::Key;
use super::order;
use super::table::Row;
use super::totals::{Total, Totals, What};
use crate::model::{Kind, Value};
use crate::odata::{ApiResult, ODataError};

impl<'a> Plan<'a> {
    /// The rows of an aggregate query: a value for each of its columns.
    pub fn aggregate(&self, totals: &Totals) -> ApiResult<Vec<Vec<Value<'a>>>> {
        let store = self.tree.store;
        let mut groups: HashMap<Vec<Key>, Vec<Sum<'a>>> = HashMap::new();
        let mut seen = 0;
        self.tree.each(self.tree.roots(None), &mut |row: &Row<'a>| {
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
