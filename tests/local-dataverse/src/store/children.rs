//! Which rows name a row by a lookup.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use super::Rows;

/// The rows of one table by what one of their lookups names.
#[derive(Clone, Debug, Default)]
pub struct Parents {
    by_parent: HashMap<Uuid, BTreeSet<Uuid>>,
}

impl Parents {
    /// The rows that name this one.
    pub fn of(&self, parent: Uuid) -> Rows<'_> {
        self.by_parent.get(&parent).map_or(Rows::NONE, Rows::Tree)
    }

    /// Whether a row names this one.
    pub fn contains(&self, parent: Uuid, id: Uuid) -> bool {
        self.by_parent.get(&parent).is_some_and(|children| children.contains(&id))
    }

    /// A row named one and names another from now on.
    pub fn change(&mut self, id: Uuid, before: Option<Uuid>, after: Option<Uuid>) {
        if before == after {
            return;
        }
        if let Some(parent) = before
            && let Some(children) = self.by_parent.get_mut(&parent)
        {
            children.remove(&id);
            if children.is_empty() {
                self.by_parent.remove(&parent);
            }
        }
        if let Some(parent) = after {
            self.by_parent.entry(parent).or_default().insert(id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_found_by_what_it_names_now() {
        let [parent, other, child] = [1, 2, 3].map(Uuid::from_u128);
        let mut parents = Parents::default();
        let of = |parents: &Parents, parent| parents.of(parent).keys(None).collect::<Vec<_>>();
        parents.change(child, None, Some(parent));
        assert_eq!((of(&parents, parent), of(&parents, other)), (vec![child], vec![]));
        assert!(parents.contains(parent, child) && !parents.contains(other, child));
        parents.change(child, Some(parent), Some(other));
        assert_eq!((of(&parents, parent), of(&parents, other)), (vec![], vec![child]));
        parents.change(child, Some(other), None);
        assert!(parents.by_parent.is_empty());
    }
}
