//! Reading ahead: users and teams that queued operations will ask for, with their roles, many with one request.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use uuid::Uuid;

use crate::client::Client;
use crate::error::Result;
use crate::holder::{Holder, Kind};

type Row = (Kind, Uuid);

/// How old what was read ahead may be: somebody else may change it meanwhile.
const FRESH: Duration = Duration::from_secs(5);
/// How many rows one request asks for at most: their ids are in its address.
const AT_ONCE: usize = 64;

/// What was read ahead, and what is to be read.
pub(crate) struct Ahead {
    state: Mutex<State>,
    at_once: usize,
    /// With fewer rows than this in store the next are read.
    low: usize,
}

#[derive(Default)]
struct State {
    /// What the operations that have not begun will ask for, in their order.
    wanted: VecDeque<Row>,
    /// What is on its way, and nobody has touched since.
    reading: HashSet<Row>,
    is_reading: bool,
    store: HashMap<Row, Holder>,
    /// Rows that an operation works on: what is read of them meanwhile may be of before or after its change.
    at_work: HashSet<Row>,
    /// The environment does not answer the question; each operation asks for itself.
    off: bool,
}

impl Ahead {
    pub(super) fn new(limit: usize) -> Self {
        Ahead { state: Mutex::default(), at_once: (8 * limit).min(AT_ONCE), low: 2 * limit }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An operation that asks for this row was queued.
    pub(super) fn expect(&self, row: Row) {
        self.state().wanted.push_back(row);
    }

    /// An operation on this row begins; it ends when the turn is dropped.
    pub(super) fn turn(&self, row: Row, keeps: bool) -> Turn<'_> {
        let mut state = self.state();
        state.at_work.insert(row);
        state.reading.remove(&row);
        if keeps && let Some(at) = state.wanted.iter().position(|wanted| *wanted == row) {
            state.wanted.remove(at);
        }
        Turn { ahead: self, row, keeps }
    }

    /// A row that was read ahead. Where there is little left in store, the next are read before.
    pub(crate) fn take(&self, client: &Client, row: Row) -> Result<Option<Holder>> {
        let (found, group) = self.state().look(row, self);
        if group.is_empty() {
            return Ok(found);
        }
        let ids: Vec<Uuid> = group.iter().map(|(_, id)| *id).collect();
        let read = Holder::read_many(client, row.0, &ids);
        let mut state = self.state();
        state.is_reading = false;
        let Ok(holders) = read else {
            state.reading.clear();
            drop(state);
            // A cancel says nothing of the environment. Whatever else it was, the operation meets it itself, or does not.
            client.call().check()?;
            self.state().off = true;
            return Ok(found);
        };
        let mut found = found;
        for holder in holders {
            let of = (row.0, holder.id);
            if of == row {
                found = found.or(Some(holder));
            } else if state.reading.contains(&of) {
                state.store.insert(of, holder);
            }
        }
        state.reading.clear();
        Ok(found)
    }

    /// The state of a row after a change that the environment confirmed: the next operation on it need not read it again.
    pub(crate) fn keep(&self, holder: Holder) {
        let row = (holder.kind, holder.id);
        let mut state = self.state();
        if state.wanted.contains(&row) {
            state.store.insert(row, holder);
        }
    }
}

impl State {
    /// What is in store of a row, and what should be read now.
    fn look(&mut self, row: Row, ahead: &Ahead) -> (Option<Holder>, Vec<Row>) {
        self.store.retain(|_, holder| holder.read_at.elapsed() < FRESH);
        let found = self.store.remove(&row);
        let enough = found.is_some() && self.store.len() >= ahead.low;
        if self.off || self.is_reading || enough {
            return (found, Vec::new());
        }
        let mut group: Vec<Row> = if found.is_some() { Vec::new() } else { vec![row] };
        for wanted in &self.wanted {
            if group.len() == ahead.at_once {
                break;
            }
            if wanted.0 == row.0
                && !self.at_work.contains(wanted)
                && !self.store.contains_key(wanted)
                && !group.contains(wanted)
            {
                group.push(*wanted);
            }
        }
        // A request for the row alone is the operation's own.
        if group.iter().all(|one| *one == row) {
            return (found, Vec::new());
        }
        self.is_reading = true;
        self.reading = group.iter().copied().filter(|one| *one != row).collect();
        (found, group)
    }
}

/// An operation at work on a row.
pub(super) struct Turn<'a> {
    ahead: &'a Ahead,
    row: Row,
    /// It keeps what is in store up to date itself.
    keeps: bool,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut state = self.ahead.state();
        state.at_work.remove(&self.row);
        if !self.keeps {
            state.store.remove(&self.row);
        }
    }
}
