//! Which rows belong to a row, for all rows of a table.

use std::collections::BTreeSet;
use std::ops::Bound;

use uuid::Uuid;

use super::Rows;

/// Pairs of keys, found by the first of them. A set of pairs rather than lists by key: it is small, it is made at once from many
/// pairs, and a row that a million others belong to takes one more as quickly as any other.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pairs(BTreeSet<(Uuid, Uuid)>);

impl FromIterator<(Uuid, Uuid)> for Pairs {
    fn from_iter<I: IntoIterator<Item = (Uuid, Uuid)>>(pairs: I) -> Self {
        let mut pairs: Vec<(Uuid, Uuid)> = pairs.into_iter().collect();
        // Quicker, and in less memory, than what the set does by itself.
        pairs.sort_unstable();
        Self(pairs.into_iter().collect())
    }
}

impl Pairs {
    /// The rows that belong to this one.
    pub fn of(&self, owner: Uuid) -> Rows<'_> {
        Rows::Of(self, owner)
    }

    /// The keys of the rows that belong to this one and come after `after`.
    pub fn keys(&self, owner: Uuid, after: Option<Uuid>) -> impl Iterator<Item = Uuid> + '_ {
        let start = after.map_or(Bound::Included((owner, Uuid::nil())), |after| Bound::Excluded((owner, after)));
        self.0.range((start, Bound::Included((owner, Uuid::max())))).map(|(_, key)| *key)
    }

    /// Whether a row belongs to this one.
    pub fn contains(&self, owner: Uuid, key: Uuid) -> bool {
        self.0.contains(&(owner, key))
    }

    /// Adds a pair, unless it is there.
    pub fn add(&mut self, owner: Uuid, key: Uuid) {
        self.0.insert((owner, key));
    }

    /// Removes a pair.
    pub fn remove(&mut self, owner: Uuid, key: Uuid) {
        self.0.remove(&(owner, key));
    }

    /// A row belonged to one and belongs to another from now on.
    pub fn change(&mut self, key: Uuid, before: Option<Uuid>, after: Option<Uuid>) {
        if before == after {
            return;
        }
        if let Some(owner) = before {
            self.remove(owner, key);
        }
        if let Some(owner) = after {
            self.add(owner, key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Uuid = Uuid::from_u128(1);
    const B: Uuid = Uuid::from_u128(2);

    fn keys(pairs: &Pairs, owner: Uuid, after: Option<u128>) -> Vec<u128> {
        pairs.keys(owner, after.map(Uuid::from_u128)).map(|key| key.as_u128()).collect()
    }

    #[test]
    fn keys_come_in_order_and_after_a_place() {
        let pairs: Pairs =
            [(B, 7), (A, 5), (A, 1), (A, 3), (B, 2)].map(|(a, b)| (a, Uuid::from_u128(b))).into_iter().collect();
        assert_eq!((keys(&pairs, A, None), keys(&pairs, B, None)), (vec![1, 3, 5], vec![2, 7]));
        for (after, rest) in [(0, 0), (1, 1), (2, 1), (5, 3), (9, 3)] {
            assert_eq!(keys(&pairs, A, Some(after)), [1, 3, 5][rest..], "{after}");
        }
        assert_eq!(keys(&pairs, Uuid::from_u128(9), None), []);
        assert_eq!(keys(&pairs, B, Some(u128::MAX)), []);
    }

    #[test]
    fn a_row_is_found_by_what_it_belongs_to_now() {
        let mut pairs = Pairs::default();
        let key = Uuid::from_u128(3);
        pairs.change(key, None, Some(A));
        assert_eq!((keys(&pairs, A, None), keys(&pairs, B, None)), (vec![3], vec![]));
        assert!(pairs.contains(A, key) && !pairs.contains(B, key));
        pairs.change(key, Some(A), Some(B));
        assert_eq!((keys(&pairs, A, None), keys(&pairs, B, None)), (vec![], vec![3]));
        pairs.change(key, Some(B), None);
        assert_eq!(pairs, Pairs::default());
    }
}
