//! Links: which columns join two tables, and links that are conditions.

use std::collections::HashSet;

use super::Scene;
use super::ast::{How, Link};
use super::bind::Plan;
use super::key::Key;
use super::rows::{Index, Join, Kind};
use super::scope::Scope;
use super::table::{self, Field};
use super::test::Test;
use crate::model::{self, Relationship, Set, Target};
use crate::odata::{ApiResult, ODataError};

/// What joins two tables.
enum Way {
    /// A column of each.
    Columns { to: Field, from: Field },
    /// An intersect table between them.
    Through(Relationship),
}

/// How the link's table is joined to the one at place `parent`. The link's column has the place that the table gets next.
fn way(link: &Link, parent: usize, scope: &Scope, set: Set) -> ApiResult<Way> {
    let parent_set = scope.set(parent);
    let no_way = || {
        ODataError::bad_request(
            "0x80041102",
            format!(
                "No system many-to-many relationship exists between {} and {}.  If attempting to link through a custom \
                 many-to-many relationship ensure that you provide the from and to attributes.",
                parent_set.names().logical,
                set.names().logical
            ),
        )
    };
    let to = link.to.as_deref().map(|to| scope.field(parent, to)).transpose()?;
    let from = link.from.as_deref().map(|from| Field::new(0, set, from)).transpose()?;
    let (to, from) = match (to, from) {
        (Some(to), Some(from)) => (to, from),
        (Some(to), None) => (to, counterpart(&to, 0, set).ok_or_else(no_way)?),
        (None, Some(from)) => (counterpart(&from, parent, parent_set).ok_or_else(no_way)?, from),
        (None, None) => {
            let joins = |one: &Relationship| {
                (one.left(), one.right()) == (parent_set, set) || (one.right(), one.left()) == (parent_set, set)
            };
            let mut found = Relationship::ALL.into_iter().filter(joins);
            return found.next().map(Way::Through).ok_or_else(no_way);
        }
    };
    if to.kind().edm() != from.kind().edm() || matches!(to.kind, model::Kind::Image | model::Kind::Complex) {
        return Err(ODataError::bad_request(
            "0x80040203",
            format!(
                "The columns of a link must be of one type that can be compared: '{}' and '{}' are not.",
                to.display(),
                from.display()
            ),
        ));
    }
    Ok(Way::Columns { to, from })
}

/// The column of a table that belongs to a column of another one by the tables' relationships.
fn counterpart(known: &Field, source: usize, set: Set) -> Option<Field> {
    let refers_to =
        |field: &Field, set: Set| matches!(field.kind, model::Kind::Lookup(Target::Held(target), _) if target == set);
    if refers_to(known, set) {
        return Some(Field::key(source, set));
    }
    // Intersect tables have the keys of both of their sides under the same names.
    if let Ok(same) = Field::new(source, set, known.attribute())
        && matches!(same.kind, model::Kind::Guid)
    {
        return Some(same);
    }
    let columns = (0..table::width(set)).map(|column| Field::at(source, set, column));
    let mut lookups = columns.filter(|field| refers_to(field, known.set));
    let only = lookups.next().filter(|_| known.attribute() == known.set.names().key)?;
    lookups.next().is_none().then_some(only)
}

impl<'a> Plan<'a> {
    /// Adds a link and what is in it to the table at place `parent`.
    pub fn link(&mut self, link: &Link, parent: usize) -> ApiResult<()> {
        let kind = match link.how {
            How::Inner => Kind::Inner,
            How::Outer => Kind::Outer,
            How::First => Kind::First,
            How::Exists | How::Any | How::NotAny | How::All | How::NotAll => {
                let test = test(link, parent, &self.scope, self.scene)?;
                self.tree.sources[parent].after.push(test);
                return Ok(());
            }
        };
        let set = table::of_name(&link.entity.name)?;
        let (parent, to, from) = match way(link, parent, &self.scope, set)? {
            Way::Columns { to, from } => (parent, to, from),
            Way::Through(relationship) => {
                let between = self.intersect(relationship, parent, kind)?;
                (between, self.scope.field(between, set.names().key)?, Field::key(0, set))
            }
        };
        debug_assert_eq!(to.source, parent);
        let place = self.scope.add(set, link.alias.as_deref())?;
        self.push(set, Join { to, index: Index::new(&from), kind, on: Vec::new() });
        let on = self.filters(&link.entity, place)?;
        if let Some(join) = &mut self.tree.sources[place].join {
            join.on = on;
        }
        if self.totals.is_some() {
            self.take_totals(&link.entity, place)?;
        } else {
            self.columns_of_link(link, place)?;
            let orders = self.orders(&link.entity, place)?;
            self.orders.extend(orders);
        }
        for inner in &link.entity.links {
            self.link(inner, place)?;
        }
        Ok(())
    }

    /// Adds the table between two that are joined by a relationship of many to many.
    fn intersect(&mut self, relationship: Relationship, parent: usize, kind: Kind) -> ApiResult<usize> {
        let set = table::of_name(relationship.intersect())?;
        let to = Field::key(parent, self.scope.set(parent));
        let from = Field::new(0, set, to.attribute())?;
        let place = self.scope.add(set, None)?;
        self.push(set, Join { to, index: Index::new(&from), kind, on: Vec::new() });
        Ok(place)
    }
}

/// A link as a condition on the table at place `parent`.
pub fn test(link: &Link, parent: usize, scope: &Scope, scene: Scene<'_>) -> ApiResult<Test> {
    if let Some(attribute) = link.entity.attributes.first() {
        return Err(ODataError::bad_request(
            "0x8004111c",
            format!(
                "The element node encountered is invalid. A link of this type gives no columns: {} has no place in it.",
                attribute.text
            ),
        ));
    }
    let set = table::of_name(&link.entity.name)?;
    let (to, from, plan) = match way(link, parent, scope, set)? {
        Way::Columns { to, from } => {
            let mut plan = Plan::new(set, scene);
            plan.conditions(&link.entity)?;
            (to, from, plan)
        }
        Way::Through(relationship) => {
            let between = table::of_name(relationship.intersect())?;
            let to = Field::key(parent, scope.set(parent));
            let mut plan = Plan::new(between, scene);
            let key = set.names().key;
            let inner = Link {
                from: Some(key.to_owned()),
                to: Some(key.to_owned()),
                alias: None,
                how: How::Inner,
                entity: link.entity.clone(),
            };
            plan.link(&inner, 0)?;
            (to, Field::new(0, between, to.attribute())?, plan)
        }
    };
    let key = |row: &table::Row<'_>| Key::new(from.value(row, scene.store));
    let mut fitting = HashSet::new();
    plan.tree.each(plan.tree.roots(None), &mut |row| {
        fitting.insert(key(row));
        true
    });
    fitting.remove(&Key::Null);
    Ok(match link.how {
        How::NotAny => Test::Member(to, fitting, true),
        How::All => {
            let all = table::rows(from.set, None, scene.store).map(|row| key(&[Some(row)]));
            Test::All(vec![Test::Member(to, all.collect(), false), Test::Member(to, fitting, true)])
        }
        _ => Test::Member(to, fitting, false),
    })
}
