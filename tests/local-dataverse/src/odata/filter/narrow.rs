//! Which rows can pass a filter at all, as far as the indexes tell: the others need not be looked at.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::ast::{Comparison, Quantifier};
use super::bind::{Condition, Source};
use crate::model::{Collection, Entity, Scalar, Value, lookups_of, with_set};
use crate::store::{Rows, Store};

/// Rows among which are all that pass.
#[derive(Debug)]
pub enum Narrowed<'s> {
    /// Those that name a row by a lookup.
    Related(Rows<'s>),
    /// Those with these keys, in order.
    Keys(Vec<Uuid>),
}

impl Narrowed<'_> {
    /// The rows.
    pub fn rows(&self) -> Rows<'_> {
        match self {
            Self::Related(rows) => *rows,
            Self::Keys(keys) => Rows::Keys(keys),
        }
    }
}

/// Beyond so many keys a look at all rows, which ends where a page is full, is as quick as a list of keys.
fn most<T: Entity>(store: &Store) -> usize {
    (T::table(store).len() / 16).max(100)
}

impl Condition {
    /// The rows of `T` that can pass; none where the indexes do not tell, or tell of too many.
    pub fn narrow<'s, T: Entity>(&self, store: &'s Store) -> Option<Narrowed<'s>> {
        match self {
            Condition::Constant(Source::Column(column), Comparison::Equal, value) => {
                if let Some((children, _)) = lookups_of::<T>().iter().find(|(_, lookup)| lookup == column)
                    && let Scalar::Guid(parent) = value
                {
                    return Some(Narrowed::Related(store.children(*children, *parent)));
                }
                keys::<T>(equal::<T>(*column, value.as_value(), store)?, store)
            }
            Condition::In(Source::Column(column), values, false) => {
                let mut all = BTreeSet::new();
                for value in values {
                    all.extend(equal::<T>(*column, value.as_value(), store)?.take(most::<T>(store) + 1));
                }
                keys::<T>(all.into_iter(), store)
            }
            Condition::All(parts) => {
                let mut narrowed: Option<Narrowed<'s>> = None;
                for part in parts.iter().filter_map(|part| part.narrow::<T>(store)) {
                    narrowed = Some(match (narrowed, part) {
                        (Some(Narrowed::Keys(one)), Narrowed::Keys(other)) => {
                            Narrowed::Keys(if one.len() <= other.len() { one } else { other })
                        }
                        (Some(keys @ Narrowed::Keys(_)), Narrowed::Related(_)) => keys,
                        (_, part) => part,
                    });
                }
                narrowed
            }
            Condition::Any(parts) => {
                let mut all = BTreeSet::new();
                for part in parts {
                    all.extend(part.narrow::<T>(store)?.rows().keys(None).take(most::<T>(store) + 1));
                }
                keys::<T>(all.into_iter(), store)
            }
            Condition::Lambda(collection, Quantifier::Any, Some(inner), false) => {
                with_set!(collection.target(), Row => owners::<T, Row>(*collection, inner, store))
            }
            _ => None,
        }
    }
}

/// The keys of rows that may have this value in a column.
fn equal<'s, T: Entity>(
    column: usize,
    value: Value<'_>,
    store: &'s Store,
) -> Option<Box<dyn Iterator<Item = Uuid> + 's>> {
    match value {
        // What has no value is in no index.
        Value::Null => None,
        Value::Guid(id) if T::schema().columns[column].name == T::schema().key => Some(Box::new(std::iter::once(id))),
        _ => T::indexed(store, column, value),
    }
}

/// A list of keys, unless there are too many.
fn keys<'s, T: Entity>(keys: impl Iterator<Item = Uuid>, store: &Store) -> Option<Narrowed<'s>> {
    let most = most::<T>(store);
    let mut keys: Vec<Uuid> = keys.take(most + 1).collect();
    if keys.len() > most {
        return None;
    }
    keys.sort_unstable();
    Some(Narrowed::Keys(keys))
}

/// The rows of `T` that have a row of `R` in a collection for which a condition holds.
fn owners<'s, T: Entity, R: Entity>(
    collection: Collection,
    inner: &Condition,
    store: &'s Store,
) -> Option<Narrowed<'s>> {
    let narrowed = inner.narrow::<R>(store);
    let rows = match &narrowed {
        Some(narrowed) => narrowed.rows(),
        // A look at all rows on the other side is worth it where these are few.
        None if R::table(store).len() <= most::<T>(store) => Rows::All,
        None => return None,
    };
    let most = most::<T>(store);
    let mut owners = BTreeSet::new();
    rows.each::<R>(None, store, |row| {
        if inner.holds(&**row, store) {
            match collection {
                Collection::Linked(side) => {
                    let back = store.links(side.relationship).of(side.reversed(), row.id());
                    owners.extend(back.keys(None).take(most + 1));
                }
                Collection::Children(children) => {
                    let lookup = lookups_of::<R>().iter().find(|(lookup, _)| *lookup == children);
                    if let Some(Value::Guid(owner)) = lookup.map(|(_, column)| row.value(*column)) {
                        owners.insert(owner);
                    }
                }
            }
        }
        owners.len() <= most
    });
    keys::<T>(owners.into_iter(), store)
}
