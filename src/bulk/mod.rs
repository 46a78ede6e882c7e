//! Many operations: at most so many at once, those on one row one after the other, and what they read first read many at a time.
//!
//! Changes go to the environment one by one and never in a `$batch`: the service carries out the parts of a batch one after another, so
//! that requests side by side are quicker, and a lost reply would leave the outcome of all parts unknown where here it is that of one.

mod ahead;
mod pool;

use std::sync::Arc;

use uuid::Uuid;

pub(crate) use ahead::Ahead;
use pool::{Job, Pool};

use crate::call::Call;
use crate::error::Result;
use crate::holder::Kind;

/// How many operations run at once where neither the caller nor the environment says.
const USUAL_LIMIT: u32 = 8;
/// The most that an environment's advice is followed to. The service refuses more than 52 requests at once of one user, who may have other
/// programs as well.
const MOST_ADVISED: u32 = 32;
/// The most that a caller may ask for: what the service allows.
pub(crate) const MOST: u32 = 52;

/// What an operation is about. In a bulk, operations on the same row are done one after the other, in the order in which they were started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject {
    row: (Kind, Uuid),
    with_roles: bool,
}

impl Subject {
    /// A user.
    pub fn user(id: Uuid) -> Self {
        Subject { row: (Kind::User, id), with_roles: false }
    }

    /// A team.
    pub fn team(id: Uuid) -> Self {
        Subject { row: (Kind::Team, id), with_roles: false }
    }

    /// The operation begins by reading the row with its roles, as assigning, revoking and setting roles do: a bulk reads many of them with one
    /// request.
    #[must_use]
    pub fn with_roles(self) -> Self {
        Subject { with_roles: true, ..self }
    }
}

/// What the clients of a bulk share.
pub(crate) struct Bulk {
    pool: Pool,
    ahead: Arc<Ahead>,
}

impl Bulk {
    /// A bulk of at most `limit` operations at once; none: as many as the environment advised, within bounds.
    pub(crate) fn new(limit: Option<u32>, advised: Option<u32>) -> Self {
        let limit = limit.unwrap_or_else(|| advised.map_or(USUAL_LIMIT, |advised| advised.min(MOST_ADVISED)));
        let limit = limit.clamp(1, MOST);
        Bulk { pool: Pool::new(limit as usize), ahead: Arc::new(Ahead::new(limit as usize)) }
    }

    pub(crate) fn limit(&self) -> usize {
        self.pool.limit()
    }

    pub(crate) fn ahead(&self) -> &Ahead {
        &self.ahead
    }

    /// Queues an operation.
    pub(crate) fn submit(
        &self,
        subject: Option<Subject>,
        call: Call,
        work: impl FnOnce() + Send + 'static,
    ) -> Result<()> {
        let ahead = self.ahead.clone();
        if let Some(subject) = subject.filter(|subject| subject.with_roles) {
            ahead.expect(subject.row);
        }
        let run = move || match subject {
            Some(subject) => {
                let _turn = ahead.turn(subject.row, subject.with_roles);
                work();
            }
            None => work(),
        };
        self.pool.submit(Job { row: subject.map(|subject| subject.row), call, run: Box::new(run) })
    }

    /// Begins nothing more: what is queued ends as cancelled, what runs goes on.
    pub(crate) fn stop(&self) {
        self.pool.stop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_the_callers_or_the_environments_within_bounds() {
        for (given, advised, limit) in [
            (Some(3), Some(9), 3),
            (Some(0), None, 1),
            (Some(500), None, 52),
            (None, Some(4), 4),
            (None, Some(0), 1),
            (None, Some(1000), 32),
            (None, None, 8),
        ] {
            assert_eq!(Bulk::new(given, advised).limit(), limit, "{given:?} {advised:?}");
        }
    }
}
