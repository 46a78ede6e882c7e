//! Lists of rows: filter, order, pages.

use uuid::Uuid;

use super::cookie::Cookie;
use super::delta::DeltaToken;
use super::error::{ApiResult, ODataError};
use super::filter::{self, Condition, Narrowed};
use super::options::QueryOptions;
use super::order::{Firsts, Order, Place};
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
    order: Order,
    top: Option<usize>,
    count: bool,
    page_size: usize,
    after: Option<Place>,
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
        let order = Order::new::<T>(&options.order_by)?;
        let cookie = options.skip_token.as_deref().map(|text| Cookie::read(text, T::schema().key)).transpose()?;
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
        let narrowed = self.narrow::<T>(rows, store);
        self.total_of::<T>(narrowed.as_ref().map_or(rows, Narrowed::rows), store)
    }

    /// Rows among which are all that pass, where the indexes tell.
    fn narrow<'s, T: Entity>(&self, rows: Rows<'_>, store: &'s Store) -> Option<Narrowed<'s>> {
        match rows {
            Rows::All => self.condition.as_ref()?.narrow::<T>(store),
            // What belongs to one row is not much.
            Rows::Keys(_) | Rows::Of(..) => None,
        }
    }

    fn total_of<T: Entity>(&self, rows: Rows<'_>, store: &Store) -> (usize, bool) {
        let mut found = 0;
        self.each::<T>(rows, None, store, |_| {
            found += 1;
            found <= COUNT_LIMIT
        });
        (found.min(COUNT_LIMIT), found > COUNT_LIMIT)
    }

    /// Finds the page.
    pub fn page<'s, T: Entity>(&self, rows: Rows<'_>, store: &'s Store) -> Page<'s, T> {
        let narrowed = self.narrow::<T>(rows, store);
        let rows = narrowed.as_ref().map_or(rows, Narrowed::rows);
        let limit = self.top.unwrap_or(self.page_size).min(PAGE_LIMIT);
        let mut found = if self.order.is_of_keys() {
            // What is behind the page need not be looked at, but for one row.
            let after = self.after.as_ref().map(|(_, key)| *key);
            let mut found = Vec::new();
            self.each::<T>(rows, after, store, |row| {
                found.push(row);
                found.len() <= limit
            });
            found
        } else {
            let mut firsts = Firsts::new(&self.order, limit + 1);
            self.each::<T>(rows, None, store, |row| {
                if self.after.as_ref().is_none_or(|after| self.order.is_after(row, after)) {
                    firsts.push(row);
                }
                true
            });
            firsts.rows()
        };
        let more = found.len() > limit && self.top.is_none();
        found.truncate(limit);
        Page {
            next: found.last().filter(|_| more).map(|last| self.cookie(*last).write(T::schema().key)),
            rows: found,
            count: self.count.then(|| self.total_of::<T>(rows, store)),
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

    fn cookie<T: Entity>(&self, last: &T) -> Cookie {
        let values = self
            .order
            .columns()
            .map(|column| (T::schema().columns[column].attribute().to_owned(), scalar::write(last.value(column))));
        Cookie { page: self.page + 1, values: values.collect(), key: last.id(), tracking: self.tracking }
    }
}

/// The values of a cookie by the types of the ordered columns; the columns must be the same as in this request.
fn cookie_values<T: Entity>(cookie: &Cookie, order: &Order) -> ApiResult<Vec<Scalar>> {
    let foreign = || {
        ODataError::bad_request(
            "0x80040203",
            "The paging cookie does not belong to this query: its ordered columns differ.",
        )
    };
    if cookie.values.len() != order.columns().len() {
        return Err(foreign());
    }
    let mut values = Vec::new();
    for ((name, text), column) in cookie.values.iter().zip(order.columns()) {
        let column = &T::schema().columns[column];
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
