//! Which rows of a table are meant.

use std::collections::BTreeSet;
use std::ops::Bound;
use std::sync::Arc;

use uuid::Uuid;

use super::Store;
use crate::model::Entity;

/// Rows of a table, in the order of their keys.
#[derive(Clone, Copy, Debug)]
pub enum Rows<'a> {
    /// All of them.
    All,
    /// Those with these keys, which are in order.
    Keys(&'a [Uuid]),
    /// Those with these keys.
    Tree(&'a BTreeSet<Uuid>),
}

impl<'a> Rows<'a> {
    /// None.
    pub const NONE: Self = Self::Keys(&[]);

    /// Calls `visit` with each row whose key comes after `after`, until it says false.
    pub fn each<'s, T: Entity>(self, after: Option<Uuid>, store: &'s Store, mut visit: impl FnMut(&'s Arc<T>) -> bool) {
        let table = T::table(store);
        match self {
            Rows::All => table.after(after).all(visit),
            Rows::Keys(_) | Rows::Tree(_) => self.keys(after).all(|key| table.get(key).is_none_or(&mut visit)),
        };
    }

    /// The keys after `after`; nothing where all rows are meant.
    pub fn keys(self, after: Option<Uuid>) -> impl Iterator<Item = Uuid> + 'a {
        let (list, tree) = match self {
            Rows::All => (None, None),
            Rows::Keys(keys) => {
                let start = after.map_or(0, |after| keys.partition_point(|key| *key <= after));
                (Some(&keys[start..]), None)
            }
            Rows::Tree(keys) => {
                (None, Some(keys.range((after.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded))))
            }
        };
        list.into_iter().flatten().chain(tree.into_iter().flatten()).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_in_order_and_after_a_place() {
        let keys: Vec<Uuid> = [1, 3, 5].map(Uuid::from_u128).into();
        let tree: BTreeSet<Uuid> = keys.iter().copied().collect();
        for rows in [Rows::Keys(&keys), Rows::Tree(&tree)] {
            assert_eq!(rows.keys(None).collect::<Vec<_>>(), keys);
            for (after, rest) in [(0, 0), (1, 1), (2, 1), (5, 3), (9, 3)] {
                assert_eq!(rows.keys(Some(Uuid::from_u128(after))).collect::<Vec<_>>(), keys[rest..], "{after}");
            }
        }
        assert_eq!(Rows::NONE.keys(None).count(), 0);
    }
}
