//! Which rows a relationship of many to many ties together.

use uuid::Uuid;

use super::{Pairs, Rows};
use crate::model::Side;

/// The pairs of a relationship, found from either side.
#[derive(Clone, Debug, Default)]
pub struct Links {
    by_left: Pairs,
    by_right: Pairs,
}

/// The pairs at a start, left and right, made at once.
impl<I: Iterator<Item = (Uuid, Uuid)> + Clone> From<I> for Links {
    fn from(pairs: I) -> Self {
        Self { by_left: pairs.clone().collect(), by_right: pairs.map(|(left, right)| (right, left)).collect() }
    }
}

impl Links {
    /// What stands on the right of a row on the left, by key: the roles of a user.
    pub fn of_left(&self, left: Uuid) -> impl Iterator<Item = Uuid> + '_ {
        self.by_left.keys(left, None)
    }

    /// What stands on the left of a row on the right, by key: the users who hold a role.
    pub fn of_right(&self, right: Uuid) -> impl Iterator<Item = Uuid> + '_ {
        self.by_right.keys(right, None)
    }

    /// What stands on the other side of a row.
    pub fn of(&self, side: Side, own: Uuid) -> Rows<'_> {
        if side.from_left { self.by_left.of(own) } else { self.by_right.of(own) }
    }

    /// Whether the two are tied together.
    pub fn contains(&self, left: Uuid, right: Uuid) -> bool {
        self.by_left.contains(left, right)
    }

    /// Adds a pair, unless it is there.
    pub fn add(&mut self, left: Uuid, right: Uuid) {
        self.by_left.add(left, right);
        self.by_right.add(right, left);
    }

    /// Removes a pair.
    pub fn remove(&mut self, left: Uuid, right: Uuid) {
        self.by_left.remove(left, right);
        self.by_right.remove(right, left);
    }
}
