//! A page of a query's rows.

use std::cmp::Ordering;
use std::collections::HashSet;

use super::ast::Fetch;
use super::bind::{Plan, Query};
use super::cookie::Place;
use super::key::Key;
use super::order;
use super::table::{self, Record, Row};
use crate::model::Value;
use crate::odata::{ApiResult, COUNT_LIMIT, ODataError};

/// Without cookies the service gives no more rows than this of one query.
const MOST_WITHOUT_COOKIE: usize = 50_000;

/// Which rows are asked for.
#[derive(Debug)]
pub struct Paging {
    /// The most rows.
    size: usize,
    /// So many rows are left out before them.
    skip: usize,
    /// The rows before this place are left out.
    after: Option<Place>,
    /// From 1.
    number: u64,
    /// There may be a page after this one.
    is_page: bool,
}

/// A page.
#[derive(Default)]
pub struct Page<'a> {
    /// The rows.
    pub rows: Vec<Box<Row<'a>>>,
    /// Whether there are more.
    pub more: bool,
    /// The cookie for the next page, where there is one and the query allows for it.
    pub cookie: Option<String>,
    /// How many rows there are in all, not above the limit, and whether there are more.
    pub total: Option<(usize, bool)>,
}

impl Paging {
    /// What a query asks for; `top` is a limit from elsewhere.
    pub fn new(fetch: &Fetch, plan: &Plan<'_>, top: Option<usize>) -> ApiResult<Self> {
        let size = fetch.count.unwrap_or(usize::MAX).min(plan.scene.page_size);
        let size = fetch.top.or(top.map(|top| top.min(size))).unwrap_or(size);
        let number = fetch.page.unwrap_or(1);
        let mut paging =
            Self { size, skip: 0, after: None, number: number as u64, is_page: fetch.top.is_none() && top.is_none() };
        if number == 1 {
            return Ok(paging);
        }
        if let Some(text) =
            fetch.paging_cookie.as_deref().filter(|_| plan.has_cookies() && !fetch.distinct && !fetch.aggregate)
        {
            // A cookie of a page that is not the one before says nothing.
            let (before, place) = plan.place(text)?;
            paging.after = Some(place).filter(|_| before + 1 == paging.number);
        }
        if paging.after.is_none() {
            paging.skip = (number - 1).saturating_mul(size);
            if paging.skip.saturating_add(size) > MOST_WITHOUT_COOKIE {
                return Err(ODataError::bad_request(
                    "0x80040203",
                    format!(
                        "A query without a paging cookie gives at most {MOST_WITHOUT_COOKIE} rows; page {number} of {size} rows \
                         lies behind them."
                    ),
                ));
            }
        }
        Ok(paging)
    }
}

impl Paging {
    /// The page of rows that are all there, and whether there are more.
    pub fn cut<R>(&self, rows: Vec<R>) -> (impl Iterator<Item = R>, bool) {
        let more = self.is_page && rows.len() > self.skip.saturating_add(self.size);
        (rows.into_iter().skip(self.skip).take(self.size), more)
    }
}

impl<'a> Query<'a> {
    /// The page that is asked for.
    pub fn page(&self) -> Page<'a> {
        let Paging { size, mut skip, is_page, number, .. } = self.paging;
        let mut rows: Vec<Box<Row<'a>>> = Vec::new();
        let mut is_new = self.once();
        self.in_order(&mut |row| {
            if is_new(row) {
                if skip > 0 {
                    skip -= 1;
                } else {
                    rows.push(row.into());
                }
            }
            rows.len() <= size
        });
        let more = rows.len() > size && is_page;
        rows.truncate(size);
        let mut page = Page { more, total: self.total.then(|| self.count()), ..Page::default() };
        if let (true, Some(first), Some(last)) =
            (more && self.plan.has_cookies() && !self.distinct, rows.first(), rows.last())
        {
            page.cookie = Some(self.plan.cookie(number, first, last));
        }
        page.rows = rows;
        page
    }

    /// How many rows there are, not above the limit, and whether there are more.
    fn count(&self) -> (usize, bool) {
        let mut found = 0;
        let mut is_new = self.once();
        let tree = &self.plan.tree;
        tree.each(tree.roots(None), &mut |row| {
            found += usize::from(is_new(row));
            found <= COUNT_LIMIT
        });
        (found.min(COUNT_LIMIT), found > COUNT_LIMIT)
    }

    /// Tells of each row whether it counts: of the same rows only the first does, where rows must be distinct.
    fn once(&self) -> impl FnMut(&Row<'a>) -> bool {
        let mut seen: HashSet<Vec<Key>> = HashSet::new();
        move |row| {
            let values =
                || self.plan.outputs.list.iter().map(|one| Key::new(one.field.value(row, self.plan.tree.store)));
            !self.distinct || seen.insert(values().collect())
        }
    }

    /// Calls `visit` with each row in order, from the place of the cookie on, until it says false.
    fn in_order(&self, visit: &mut dyn FnMut(&Row<'a>) -> bool) {
        let tree = &self.plan.tree;
        if self.plan.has_cookies() {
            tree.each(self.roots(), &mut |row| self.is_before(row) || visit(row));
            return;
        }
        let mut rows: Vec<(Vec<Value<'a>>, Box<Row<'a>>)> = Vec::new();
        tree.each(tree.roots(None), &mut |row| {
            rows.push((self.values(row), row.into()));
            true
        });
        // The sort keeps rows that are equal in the order of their keys, in which they come.
        rows.sort_by(|(left, _), (right, _)| order::compare(&self.plan.orders, left, right));
        for (_, row) in rows {
            if !visit(&row) {
                return;
            }
        }
    }

    /// What a row is ordered by.
    fn values(&self, row: &Row<'a>) -> Vec<Value<'a>> {
        self.plan.orders.iter().map(|sort| sort.value(row, self.plan.tree.store)).collect()
    }

    /// The rows of the first table, in order, from that of the cookie on.
    fn roots(&self) -> Box<dyn Iterator<Item = &'a dyn Record> + '_> {
        let tree = &self.plan.tree;
        let set = tree.sources[0].set;
        if self.plan.orders.is_empty() {
            // Keys are the order: what is before the page need not be looked at.
            let after = self.paging.after.as_ref().map(|place| place.root);
            let same = after.and_then(|key| table::row(set, key, tree.store));
            return Box::new(same.into_iter().chain(tree.roots(after)));
        }
        let sorts = &self.plan.orders;
        let mut rows: Vec<(Vec<Value<'a>>, &'a dyn Record)> = Vec::new();
        for row in tree.roots(None).filter(|row| tree.admits(*row)) {
            let values = self.values(&[Some(row)]);
            let is_behind = self.paging.after.as_ref().is_none_or(|place| {
                let stand: Vec<Value<'_>> = place.values.iter().map(|value| value.as_value()).collect();
                order::compare(sorts, &values, &stand).then_with(|| row.key().cmp(&place.root)) != Ordering::Less
            });
            if is_behind {
                rows.push((values, row));
            }
        }
        let compare = |(left, one): &(Vec<Value<'a>>, &'a dyn Record),
                       (right, other): &(Vec<Value<'a>>, &'a dyn Record)| {
            order::compare(sorts, left, right).then_with(|| one.key().cmp(&other.key()))
        };
        // Without joins, the rows behind the page need no order.
        let enough = self.paging.skip + self.paging.size.saturating_add(2);
        if tree.sources.len() == 1 && !self.distinct && rows.len() > enough {
            rows.select_nth_unstable_by(enough, compare);
            rows.truncate(enough);
        }
        rows.sort_unstable_by(compare);
        Box::new(rows.into_iter().map(|(_, row)| row))
    }

    /// Whether a row is one of the cookie's own row of the first table, and not behind its place.
    fn is_before(&self, row: &Row<'a>) -> bool {
        self.paging.after.as_ref().is_some_and(|place| {
            row[0].is_some_and(|root| root.key() == place.root) && self.plan.others(row) <= place.others
        })
    }
}
