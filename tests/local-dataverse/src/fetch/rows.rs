//! Rows of joined tables.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::HashMap;

use uuid::Uuid;

use super::key::Key;
use super::table::{self, Field, Record, Row};
use super::test::Test;
use crate::model::{Relationship, Scalar, Set, Value, link_id};
use crate::odata::filter::ast::Comparison;
use crate::store::Store;

/// A table of a query.
pub struct Source<'a> {
    /// The table.
    pub set: Set,
    /// How its rows are found; the first table has no join.
    pub join: Option<Join<'a>>,
    /// What a row must pass once this table is joined.
    pub after: Vec<Test>,
}

/// How a table is joined.
pub struct Join<'a> {
    /// The column of a table before it.
    pub to: Field,
    /// The rows of this table by the column that must be the same.
    pub index: Index<'a>,
    /// Which of them come.
    pub kind: Kind,
    /// What a row must pass to count as found.
    pub on: Vec<Test>,
}

/// Which rows a join gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// All that are found.
    Inner,
    /// All that are found, or one without a row of this table.
    Outer,
    /// The first that is found.
    First,
}

/// The way from a value to the rows that have it in a column.
pub enum Index<'a> {
    /// The column is the key.
    Key,
    /// The column is the left or the right one of an intersect table.
    Links(Relationship, bool),
    /// Any other column: rows by value, made when first needed.
    Column(usize, OnceCell<HashMap<Key, Vec<&'a dyn Record>>>),
}

impl<'a> Index<'a> {
    /// The index of a column.
    pub fn new(field: &Field) -> Self {
        let attribute = field.attribute();
        if attribute == field.set.names().key {
            return Index::Key;
        }
        let relationship = Relationship::ALL.into_iter().find(|one| one.intersect() == field.set.names().logical);
        match relationship {
            Some(one) if one.left().names().key == attribute => Index::Links(one, true),
            Some(one) if one.right().names().key == attribute => Index::Links(one, false),
            _ => Index::Column(field.column, OnceCell::new()),
        }
    }

    /// Whether there is one row at most for each value.
    pub fn is_unique(&self) -> bool {
        matches!(self, Index::Key)
    }

    /// The rows with this value, by their keys.
    fn rows(&self, set: Set, value: Value<'_>, store: &'a Store) -> Cow<'_, [&'a dyn Record]> {
        match (self, value) {
            (_, Value::Null) => Cow::Borrowed(&[]),
            (Index::Key, Value::Guid(id)) => table::row(set, id, store).into_iter().collect(),
            (Index::Links(relationship, by_left), Value::Guid(id)) => {
                let links = store.links(*relationship);
                let mut keys: Vec<_> = if *by_left {
                    links.of_left(id).map(|right| link_id(*relationship, id, right)).collect()
                } else {
                    links.of_right(id).map(|left| link_id(*relationship, left, id)).collect()
                };
                keys.sort_unstable();
                keys.into_iter().filter_map(|key| table::row(set, key, store)).collect()
            }
            (Index::Column(column, index), value) => {
                let index = index.get_or_init(|| by_value(set, *column, store));
                Cow::Borrowed(index.get(&Key::new(value)).map_or(&[], Vec::as_slice))
            }
            _ => Cow::Borrowed(&[]),
        }
    }
}

fn by_value(set: Set, column: usize, store: &Store) -> HashMap<Key, Vec<&dyn Record>> {
    let mut index: HashMap<Key, Vec<&dyn Record>> = HashMap::new();
    for row in table::rows(set, None, store) {
        index.entry(Key::new(row.cell(column))).or_default().push(row);
    }
    index
}

/// The tables of a query, each after those that it is joined to.
pub struct Tree<'a> {
    /// The data.
    pub store: &'a Store,
    /// The tables.
    pub sources: Vec<Source<'a>>,
}

impl<'a> Tree<'a> {
    /// The rows of the first table that can pass, by their keys, from behind one on: where a condition names them, those that it names,
    /// and else all.
    pub fn roots(&self, after: Option<Uuid>) -> Box<dyn Iterator<Item = &'a dyn Record> + 'a> {
        let source = &self.sources[0];
        match source.after.iter().find_map(|test| self.named(test)) {
            Some(rows) => Box::new(rows.into_iter().filter(move |row| after.is_none_or(|after| row.key() > after))),
            None => table::rows(source.set, after, self.store),
        }
    }

    /// The rows of the first table that a condition names by their keys, or by one side of an intersect table.
    fn named(&self, test: &Test) -> Option<Vec<&'a dyn Record>> {
        let (field, mut values) = match test {
            Test::Compare(field, Comparison::Equal, Scalar::Guid(id)) => (field, vec![*id]),
            Test::Member(field, keys, false) => {
                let id = |key: &Key| if let Key::Guid(id) = key { Some(*id) } else { None };
                (field, keys.iter().map(id).collect::<Option<_>>()?)
            }
            _ => return None,
        };
        let index = Index::new(field);
        // Other columns have no index, and several values of one side would mix up the order.
        let is_ordered = matches!(index, Index::Key) || (matches!(index, Index::Links(..)) && values.len() == 1);
        if field.source != 0 || field.name || !is_ordered {
            return None;
        }
        values.sort_unstable();
        Some(
            values.into_iter().flat_map(|id| index.rows(field.set, Value::Guid(id), self.store).into_owned()).collect(),
        )
    }

    /// Whether a row of the first table passes what is asked of it alone.
    pub fn admits(&self, root: &'a dyn Record) -> bool {
        self.passes(&self.sources[0].after, &[Some(root)])
    }

    /// Calls `visit` with each row that grows from these rows of the first table, until it says false. Rows of the same root come by the
    /// keys of the joined tables.
    pub fn each(&self, roots: impl IntoIterator<Item = &'a dyn Record>, visit: &mut dyn FnMut(&Row<'a>) -> bool) {
        let mut row = vec![None; self.sources.len()];
        for root in roots {
            row[0] = Some(root);
            if self.passes(&self.sources[0].after, &row) && !self.grow(1, &mut row, visit) {
                return;
            }
        }
    }

    /// Joins the table at `place` and those after it; false once `visit` said so.
    fn grow(&self, place: usize, row: &mut [Option<&'a dyn Record>], visit: &mut dyn FnMut(&Row<'a>) -> bool) -> bool {
        let Some((source, join)) = self.sources.get(place).and_then(|source| Some((source, source.join.as_ref()?)))
        else {
            return visit(row);
        };
        let mut found = false;
        for record in join.index.rows(source.set, join.to.value(row, self.store), self.store).iter() {
            row[place] = Some(*record);
            if !self.passes(&join.on, row) {
                continue;
            }
            found = true;
            if self.passes(&source.after, row) && !self.grow(place + 1, row, visit) {
                return false;
            }
            if join.kind == Kind::First {
                break;
            }
        }
        if !found && join.kind == Kind::Outer {
            row[place] = None;
            return !self.passes(&source.after, row) || self.grow(place + 1, row, visit);
        }
        true
    }

    fn passes(&self, tests: &[Test], row: &Row<'a>) -> bool {
        tests.iter().all(|test| test.holds(row, self.store))
    }

    /// The tables that can give several rows for one of the table that they are joined to.
    pub fn multiplying(&self) -> Vec<usize> {
        let several = |join: &Join<'_>| join.kind != Kind::First && !join.index.is_unique();
        (1..self.sources.len()).filter(|place| self.sources[*place].join.as_ref().is_some_and(several)).collect()
    }
}
