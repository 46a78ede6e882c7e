//! Which rows of a table are meant.

use uuid::Uuid;

use super::{Pairs, Store};
use crate::model::Entity;

/// Rows of a table, in the order of their keys.
#[derive(Clone, Copy, Debug)]
pub enum Rows<'a> {
    /// All of them.
    All,
    /// Those with these keys, which are in order.
    Keys(&'a [Uuid]),
    /// Those that belong to a row.
    Of(&'a Pairs, Uuid),
}

impl<'a> Rows<'a> {
    /// Calls `visit` with each row whose key comes after `after`, until it says false.
    pub fn each<'s, T: Entity>(
        self,
        after: Option<Uuid>,
        store: &'s Store,
        mut visit: impl FnMut(&'s T::Kept) -> bool,
    ) {
        let table = T::table(store);
        match self {
            Rows::All => table.after(after).all(visit),
            Rows::Keys(_) | Rows::Of(..) => self.keys(after).all(|key| table.get(key).is_none_or(&mut visit)),
        };
    }

    /// The keys after `after`; nothing where all rows are meant.
    pub fn keys(self, after: Option<Uuid>) -> impl Iterator<Item = Uuid> + 'a {
        let (list, tied) = match self {
            Rows::All => (None, None),
            Rows::Keys(keys) => {
                let start = after.map_or(0, |after| keys.partition_point(|key| *key <= after));
                (Some(keys[start..].iter().copied()), None)
            }
            Rows::Of(pairs, owner) => (None, Some(pairs.keys(owner, after))),
        };
        list.into_iter().flatten().chain(tied.into_iter().flatten())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_in_order_and_after_a_place() {
        let keys: Vec<Uuid> = [1, 3, 5].map(Uuid::from_u128).into();
        let owner = Uuid::from_u128(9);
        let pairs: Pairs = keys.iter().map(|key| (owner, *key)).collect();
        for rows in [Rows::Keys(&keys), pairs.of(owner)] {
            assert_eq!(rows.keys(None).collect::<Vec<_>>(), keys);
            for (after, rest) in [(0, 0), (1, 1), (2, 1), (5, 3), (9, 3)] {
                assert_eq!(rows.keys(Some(Uuid::from_u128(after))).collect::<Vec<_>>(), keys[rest..], "{after}");
            }
        }
    }
}
