//! Which rows of a table are meant.

use uuid::Uuid;

use super::{Pairs, Store};
use crate::model::Entity;

/// Rows of a table, in the order of their keys.
#[derive(Clone, Copy, Debug)]
pub enum Rows<'a> {
    /// All of them.
    All,
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
            Rows::Of(pairs, owner) => pairs.keys(owner, after).all(|key| table.get(key).is_none_or(&mut visit)),
        };
    }

    /// The keys after `after`; nothing where all rows are meant.
    pub fn keys(self, after: Option<Uuid>) -> impl Iterator<Item = Uuid> + 'a {
        let keys = match self {
            Rows::All => None,
            Rows::Of(pairs, owner) => Some(pairs.keys(owner, after)),
        };
        keys.into_iter().flatten()
    }
}
