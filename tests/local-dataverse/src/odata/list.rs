//! Lists of rows: filter, order, pages.

use std::cmp::Ordering;

use uuid::Uuid;

use super::cookie::Cookie;
use super::delta::DeltaToken;
use super::error::{ApiResult, ODataError};
use super::filter::{self, Condition};
use super::options::QueryOptions;
use super::scalar;
use super::select::Selection;
use crate::model::{Entity, Scalar};
use crate::store::{Rows, Store};

/// The service counts no further than this.
pub const COUNT_LIMIT: usize = 5000;
/// The most rows that a reply has.
pub const PAGE_LIMIT: usize = 5000;

/// A list that was asked for, checked and ready.
#[derive(Debug)]
pub struct List {
    /// What is written of each row.
    pub selection: Selection,
    /// Where changes are tracked: up to where the list tells of them.
    pub tracking: Option<DeltaToken>,
    condition: Option<Condition>,
    order: Vec<(usize, bool)>,
    top: Option<usize>,
    count: bool,
    page_size: usize,
    after: Option<(Vec<Scalar>, Uuid)>,
    page: u64,
}

/// A page of a list.
#[derive(Debug)]
pub struct Page<'s, T> {
    /// The rows.
    pub rows: Vec<&'s T>,
    /// Where the next page starts, for `$skiptoken`.
    pub next: Option<String>,
    /// How many rows there are in all, not above the limit, and whether there are more.
    pub count: Option<(usize, bool)>,
}

impl List {
    /// Checks the options for a list of `T`.
    /// `base` is the address of the API, for links within rows.
    pub fn new<T: Entity>(options: &QueryOptions, page_size: usize, annotate: bool, base: &str) -> ApiResult<Self> {
        let schema = T::schema();
        let mut order = Vec::new();
        for (name, descending) in &options.order_by {
            let column = schema.column(name).or_else(|| schema.navigation(name));
            let column = column.ok_or_else(|| {
                if name.contains(['/', '(']) {
                    ODataError::unsupported(format!("$orderby by anything but a column: '{name}'"))
                } else {
                    ODataError::no_property(name, schema.logical_name)
                }
            })?;
            order.push((column, *descending));
        }
        let cookie = options.skip_token.as_deref().map(|text| Cookie::read(text, schema.key)).transpose()?;
        let after = match &cookie {
            None => None,
            Some(cookie) => Some((cookie_values::<T>(cookie, &order)?, cookie.key)),
        };
        Ok(Self {
            selection: Selection::with_expansions::<T>(options, annotate, base)?,
            condition: options
                .filter
                .as_deref()
                .map(|text| filter::compile::<T>(text, |name| options.alias(name)))
                .transpose()?,
            order,
            top: options.top,
            count: options.count,
            page_size,
            after,
            page: cookie.as_ref().map_or(1, |cookie| cookie.page),
            tracking: cookie.and_then(|cookie| cookie.tracking),
        })
    }

    /// How many rows there are, not above the limit, and whether there are more.
    pub fn total<T: Entity>(&self, rows: Rows<'_>, store: &Store) -> (usize, bool) {
        let mut found = 0;
        self.each::<T>(rows, None, store, |_| {
            found += 1;
            found <= COUNT_LIMIT
        });
        (found.min(COUNT_LIMIT), found > COUNT_LIMIT)
    }

    /// Finds the page.
    pub fn page<'s, T: Entity>(&self, rows: Rows<'_>, store: &'s Store) -> Page<'s, T> {
        let limit = self.top.unwrap_or(self.page_size).min(PAGE_LIMIT);
        let mut found: Vec<&T> = Vec::new();
        if self.order.is_empty() {
            // Keys are the order: what is behind the page need not be looked at, but for one row.
            let after = self.after.as_ref().map(|(_, key)| *key);
            self.each::<T>(rows, after, store, |row| {
                found.push(row);
                found.len() <= limit
            });
        } else {
            self.each::<T>(rows, None, store, |row| {
                if self.after.as_ref().is_none_or(|after| self.is_after(row, after)) {
                    found.push(row);
                }
                true
            });
            if found.len() > limit + 1 {
                found.select_nth_unstable_by(limit, |left, right| self.compare(*left, *right));
                found.truncate(limit + 1);
            }
            found.sort_unstable_by(|left, right| self.compare(*left, *right));
        }
        let more = found.len() > limit && self.top.is_none();
        found.truncate(limit);
        Page {
            next: found.last().filter(|_| more).map(|last| self.cookie(*last).write(T::schema().key)),
            rows: found,
            count: self.count.then(|| self.total::<T>(rows, store)),
        }
    }

    /// Calls `visit` with each row that passes the filter until it says false.
    fn each<'a, T: Entity>(
        &self,
        rows: Rows<'_>,
        after: Option<Uuid>,
        store: &'a Store,
        mut visit: impl FnMut(&'a T) -> bool,
    ) {
        let passes = |row: &T| self.condition.as_ref().is_none_or(|condition| condition.holds(row, store));
        rows.each::<T>(after, store, |row| !passes(row) || visit(row));
    }

    fn compare<T: Entity>(&self, left: &T, right: &T) -> Ordering {
        for (column, descending) in &self.order {
            let order = left.value(*column).order(right.value(*column));
            let order = if *descending { order.reverse() } else { order };
            if order != Ordering::Equal {
                return order;
            }
        }
        left.id().cmp(&right.id())
    }

    fn is_after<T: Entity>(&self, row: &T, (values, key): &(Vec<Scalar>, Uuid)) -> bool {
        for ((column, descending), value) in self.order.iter().zip(values) {
            let order = row.value(*column).order(value.as_value());
            let order = if *descending { order.reverse() } else { order };
            if order != Ordering::Equal {
                return order == Ordering::Greater;
            }
        }
        row.id() > *key
    }

    fn cookie<T: Entity>(&self, last: &T) -> Cookie {
        let values = self.order.iter().map(|(column, _)| {
            (T::schema().columns[*column].attribute().to_owned(), scalar::write(last.value(*column)))
        });
        Cookie { page: self.page + 1, values: values.collect(), key: last.id(), tracking: self.tracking }
    }
}

/// The values of a cookie by the types of the ordered columns; the columns must be the same as in this request.
fn cookie_values<T: Entity>(cookie: &Cookie, order: &[(usize, bool)]) -> ApiResult<Vec<Scalar>> {
    let foreign = || {
        ODataError::bad_request(
            "0x80040203",
            "The paging cookie does not belong to this query: its ordered columns differ.",
        )
    };
    if cookie.values.len() != order.len() {
        return Err(foreign());
    }
    let mut values = Vec::new();
    for ((name, text), (column, _)) in cookie.values.iter().zip(order) {
        let column = &T::schema().columns[*column];
        if column.attribute() != name {
            return Err(foreign());
        }
        let Some(text) = text else {
            values.push(Scalar::Null);
            continue;
        };
        values.push(scalar::read(column.kind, text).ok_or_else(foreign)?);
    }
    Ok(values)
}
