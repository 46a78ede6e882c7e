//! The order of rows.

use std::cmp::Ordering;

use super::table::{Field, Row};
use crate::model::{Kind, Set, Target, Value};
use crate::odata::annotations;
use crate::store::Store;

/// A column that rows are ordered by.
#[derive(Clone, Copy, Debug)]
pub struct Sort {
    /// The column.
    pub field: Field,
    /// The largest first.
    pub descending: bool,
    /// What stands for the value is its name: of lookups, and of choices unless the query says otherwise.
    by_name: bool,
}

impl Sort {
    /// By a column. `raw`: choices by their numbers.
    pub fn new(field: Field, descending: bool, raw: bool) -> Self {
        let by_name = match field.kind {
            Kind::Lookup(Target::Held(set), _) => !field.name && has_names(set),
            Kind::Choice(labels) => !raw && !labels.is_empty() && !field.name,
            _ => false,
        };
        Self { field, descending, by_name }
    }

    /// What a row is ordered by.
    pub fn value<'a>(&self, row: &Row<'a>, store: &'a Store) -> Value<'a> {
        let value = self.field.value(row, store);
        if self.by_name {
            annotations::name(self.field.kind, value, store).map_or(Value::Null, Value::Text)
        } else {
            value
        }
    }

    /// What the value is, for a cookie.
    pub fn kind(&self) -> Kind {
        if self.by_name { Kind::Text(u32::MAX) } else { self.field.kind() }
    }

    /// The name in a cookie.
    pub fn name(&self) -> String {
        let name = if self.by_name || self.field.name { "name" } else { "" };
        format!("{}{name}", self.field.attribute())
    }
}

fn has_names(set: Set) -> bool {
    !matches!(set, Set::UserRoles | Set::TeamRoles | Set::TeamMembers)
}

/// How two rows are ordered by their values.
pub fn compare(sorts: &[Sort], left: &[Value<'_>], right: &[Value<'_>]) -> Ordering {
    for (sort, (left, right)) in sorts.iter().zip(left.iter().zip(right)) {
        let order = left.order(*right);
        if order != Ordering::Equal {
            return if sort.descending { order.reverse() } else { order };
        }
    }
    Ordering::Equal
}
