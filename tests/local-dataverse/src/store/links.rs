//! Which rows a relationship of many to many ties together.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use super::Rows;
use crate::model::Side;

/// The pairs of a relationship, found from either side.
#[derive(Clone, Debug, Default)]
pub struct Links {
    by_left: HashMap<Uuid, Vec<Uuid>>,
    by_right: HashMap<Uuid, BTreeSet<Uuid>>,
}

impl Links {
    /// What stands on the right of a row on the left, by key: the roles of a user.
    pub fn of_left(&self, left: Uuid) -> &[Uuid] {
        self.by_left.get(&left).map_or(&[], Vec::as_slice)
    }

    /// What stands on the left of a row on the right, by key: the users who hold a role.
    pub fn of_right(&self, right: Uuid) -> impl Iterator<Item = Uuid> + '_ {
        self.by_right.get(&right).into_iter().flatten().copied()
    }

    /// What stands on the other side of a row.
    pub fn of(&self, side: Side, own: Uuid) -> Rows<'_> {
        if side.from_left {
            Rows::Keys(self.of_left(own))
        } else {
            self.by_right.get(&own).map_or(Rows::NONE, Rows::Tree)
        }
    }

    /// Whether the two are tied together.
    pub fn contains(&self, left: Uuid, right: Uuid) -> bool {
        self.of_left(left).binary_search(&right).is_ok()
    }

    /// Adds a pair that is not there yet.
    pub fn add(&mut self, left: Uuid, right: Uuid) {
        let rights = self.by_left.entry(left).or_default();
        if let Err(place) = rights.binary_search(&right) {
            rights.insert(place, right);
            self.by_right.entry(right).or_default().insert(left);
        }
    }

    /// Removes a pair.
    pub fn remove(&mut self, left: Uuid, right: Uuid) {
        let Some(rights) = self.by_left.get_mut(&left) else { return };
        let Ok(place) = rights.binary_search(&right) else { return };
        rights.remove(place);
        if rights.is_empty() {
            self.by_left.remove(&left);
        }
        if let Some(lefts) = self.by_right.get_mut(&right) {
            lefts.remove(&left);
        }
    }
}
