//! What changed in a table since the start, by version: a delta is read off without a look at the rows that stayed as they were.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use uuid::Uuid;

/// The versions of rows that changed, and of the deletion of those that are gone.
#[derive(Clone, Debug, Default)]
pub struct History {
    changed: BTreeMap<u64, Uuid>,
    deleted: BTreeMap<u64, Uuid>,
    /// The same deletions by key: a row that was made again can be deleted again.
    deletions: BTreeSet<(Uuid, u64)>,
}

impl History {
    /// A row got this version, in place of one that it had.
    pub fn change(&mut self, id: Uuid, before: Option<u64>, now: u64) {
        if let Some(before) = before {
            self.changed.remove(&before);
        }
        self.changed.insert(now, id);
    }

    /// A row of this version was deleted; the deletion has a version of its own.
    pub fn delete(&mut self, id: Uuid, before: u64, now: u64) {
        self.changed.remove(&before);
        self.deleted.insert(now, id);
        self.deletions.insert((id, now));
    }

    /// Takes back the last change of a row.
    pub fn undo(&mut self, id: Uuid, before: Option<u64>, now: Option<u64>) {
        match now {
            Some(now) => {
                self.changed.remove(&now);
            }
            None => {
                let last = self.deletions.range((id, 0)..=(id, u64::MAX)).next_back().copied();
                if let Some((_, version)) = last {
                    self.deletions.remove(&(id, version));
                    self.deleted.remove(&version);
                }
            }
        }
        if let Some(before) = before {
            self.changed.insert(before, id);
        }
    }

    /// The rows that changed after one version and not after another, by version.
    pub fn changed(&self, after: u64, until: u64) -> impl Iterator<Item = (u64, Uuid)> + '_ {
        within(&self.changed, after, until)
    }

    /// The deletions after one version and not after another, by version; of a row that was deleted again the last alone.
    pub fn deleted(&self, after: u64, until: u64) -> impl Iterator<Item = (u64, Uuid)> + '_ {
        let again = |(version, id): &(u64, Uuid)| self.deletions.range((*id, version + 1)..=(*id, u64::MAX)).next();
        within(&self.deleted, after, until).filter(move |deletion| again(deletion).is_none())
    }
}

fn within(versions: &BTreeMap<u64, Uuid>, after: u64, until: u64) -> impl Iterator<Item = (u64, Uuid)> + '_ {
    // A range that ends before its start would panic.
    let range = (Bound::Excluded(after), Bound::Included(until.max(after.saturating_add(1))));
    versions.range(range).map(|(version, id)| (*version, *id)).take_while(move |(version, _)| *version <= until)
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Uuid = Uuid::from_u128(1);
    const B: Uuid = Uuid::from_u128(2);

    fn changed(history: &History, after: u64, until: u64) -> Vec<(u64, Uuid)> {
        history.changed(after, until).collect()
    }

    fn deleted(history: &History, after: u64, until: u64) -> Vec<(u64, Uuid)> {
        history.deleted(after, until).collect()
    }

    #[test]
    fn a_row_has_its_last_version_only() {
        let mut history = History::default();
        history.change(A, None, 1);
        history.change(B, None, 2);
        history.change(A, Some(1), 3);
        assert_eq!(changed(&history, 0, 9), [(2, B), (3, A)]);
        assert_eq!(changed(&history, 2, 9), [(3, A)]);
        assert_eq!(changed(&history, 0, 2), [(2, B)]);
        assert_eq!(changed(&history, 3, 3), []);
        assert_eq!(changed(&history, 9, 3), []);
    }

    #[test]
    fn a_row_that_is_deleted_twice_is_told_once() {
        let mut history = History::default();
        history.change(A, None, 1);
        history.delete(A, 1, 2);
        assert_eq!((changed(&history, 0, 9), deleted(&history, 0, 9)), (vec![], vec![(2, A)]));
        history.change(A, None, 3);
        history.delete(A, 3, 4);
        assert_eq!(deleted(&history, 0, 9), [(4, A)]);
        // The later deletion belongs to the next delta.
        assert_eq!(deleted(&history, 0, 3), []);
        assert_eq!(deleted(&history, 4, 9), []);
    }

    #[test]
    fn what_is_taken_back_is_as_it_was() {
        let mut history = History::default();
        history.change(A, None, 1);
        history.delete(A, 1, 2);
        let before = history.clone();
        history.change(A, None, 3);
        history.change(A, Some(3), 4);
        history.delete(A, 4, 5);
        history.undo(A, Some(4), None);
        history.undo(A, Some(3), Some(4));
        history.undo(A, None, Some(3));
        assert_eq!(format!("{history:?}"), format!("{before:?}"));
    }
}
