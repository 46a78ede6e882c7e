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
    /// Choices go by their numbers.
    raw: bool,
}

impl Sort {
    /// By a column. `raw`: choices by their numbers.
    pub fn new(field: Field, descending: bool, raw: bool) -> Self {
        Self { field, descending, raw }
    }

    fn is_by_name(&self) -> bool {
        !self.field.name && is_by_name(self.field.kind, self.raw)
    }

    /// What a row is ordered by.
    pub fn value<'a>(&self, row: &Row<'a>, store: &'a Store) -> Value<'a> {
        let value = self.field.value(row, store);
        if self.field.name { value } else { shown(self.field.kind, value, self.raw, store) }
    }

    /// What the value is, for a cookie.
    pub fn kind(&self) -> Kind {
        if self.is_by_name() { Kind::Text(u32::MAX) } else { self.field.kind() }
    }

    /// The name in a cookie.
    pub fn name(&self) -> String {
        let name = if self.is_by_name() || self.field.name { "name" } else { "" };
        format!("{}{name}", self.field.attribute())
    }
}

/// Whether rows are ordered by the names of values: of lookups always, of choices unless the query says otherwise.
fn is_by_name(kind: Kind, raw: bool) -> bool {
    match kind {
        Kind::Lookup(Target::Held(set), _) => !matches!(set, Set::UserRoles | Set::TeamRoles | Set::TeamMembers),
        Kind::Choice(labels) => !raw && !labels.is_empty(),
        _ => false,
    }
}

/// What stands for a value in an order: itself or its name.
pub fn shown<'a>(kind: Kind, value: Value<'a>, raw: bool, store: &'a Store) -> Value<'a> {
    if is_by_name(kind, raw) { annotations::name(kind, value, store).map_or(Value::Null, Value::Text) } else { value }
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
