//! Where a page starts: behind the row that a paging cookie names.

use uuid::Uuid;

use super::bind::Plan;
use super::error;
use super::table::{Record, Row};
use crate::model::{Scalar, Value};
use crate::odata::cookie::{self, Entry, Inner};
use crate::odata::{ApiResult, scalar};

/// A place between two rows.
#[derive(Debug, PartialEq)]
pub struct Place {
    /// What the row before it is ordered by.
    pub values: Vec<Scalar>,
    /// The key of its row of the first table.
    pub root: Uuid,
    /// The keys of its rows of those tables that give several for one.
    pub others: Vec<Option<Uuid>>,
}

impl<'a> Plan<'a> {
    /// Whether the service gives cookies for such a query: rows are ordered by columns of the first table alone.
    pub fn has_cookies(&self) -> bool {
        self.orders.iter().all(|sort| sort.field.source == 0)
    }

    /// Whether one of the orders is the key, which then needs no entry of its own.
    fn is_by_key(&self) -> bool {
        let set = self.scope.set(0);
        self.orders.iter().any(|sort| sort.field.attribute() == set.names().key)
    }

    /// The keys of a row's rows of the tables that give several for one.
    pub fn others(&self, row: &Row<'a>) -> Vec<Option<Uuid>> {
        self.tree.multiplying().into_iter().map(|place| row[place].map(Record::key)).collect()
    }

    /// The outer cookie of a page.
    pub fn cookie(&self, page: u64, first: &Row<'a>, last: &Row<'a>) -> String {
        let store = self.scene.store;
        let text = |value: Value<'_>| match value {
            Value::Guid(id) => Some(cookie::key(id)),
            other => scalar::write(other),
        };
        let mut entries: Vec<Entry> = Vec::new();
        for sort in &self.orders {
            let (last, first) = (text(sort.value(last, store)), text(sort.value(first, store)));
            entries.push(Entry { name: sort.name(), last, first });
        }
        let key = |row: &Row<'a>, place: usize| row[place].map(|record| cookie::key(record.key()));
        if !self.is_by_key() {
            let name = self.scope.set(0).names().key.to_owned();
            entries.push(Entry { name, last: key(last, 0), first: key(first, 0) });
        }
        for place in self.tree.multiplying() {
            let name = format!("{}.{}", self.scope.alias(place), self.scope.set(place).names().key);
            entries.push(Entry { name, last: key(last, place), first: key(first, place) });
        }
        Inner { page, token: None, entries }.outer()
    }

    /// Reads an inner cookie: the page that it ends, and the place behind it.
    pub fn place(&self, text: &str) -> ApiResult<(u64, Place)> {
        let Inner { page, entries, .. } = Inner::read(text).ok_or_else(error::cookie)?;
        let mut entries = entries.into_iter();
        let mut next = |name: &str| match entries.next() {
            Some(entry) if entry.name == name => Ok(entry.last),
            _ => Err(error::foreign_cookie()),
        };
        let key_name = self.scope.set(0).names().key;
        let mut values = Vec::new();
        let mut root = None;
        for sort in &self.orders {
            let value = match next(&sort.name())? {
                None => Scalar::Null,
                Some(text) => scalar::read(sort.kind(), &text).ok_or_else(error::foreign_cookie)?,
            };
            if let (Scalar::Guid(id), true) = (&value, sort.field.attribute() == key_name) {
                root = Some(*id);
            }
            values.push(value);
        }
        let key = |text: Option<String>| {
            text.map(|text| cookie::read_key(&text).ok_or_else(error::foreign_cookie)).transpose()
        };
        if !self.is_by_key() {
            root = key(next(key_name)?)?;
        }
        let mut others = Vec::new();
        for place in self.tree.multiplying() {
            let name = format!("{}.{}", self.scope.alias(place), self.scope.set(place).names().key);
            others.push(key(next(&name)?)?);
        }
        if entries.next().is_some() {
            return Err(error::foreign_cookie());
        }
        Ok((page, Place { values, root: root.ok_or_else(error::foreign_cookie)?, others }))
    }
}
