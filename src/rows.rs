//! A cursor over many rows: a thread fetches pages ahead, the caller takes batches.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::auth::Inbox;
use crate::call::Call;
use crate::client::Client;
use crate::error::{Error, Result};
use crate::odata::Batch;
use crate::operation::guard;

/// How many batches are decoded ahead: memory stays flat however many rows there are.
const AHEAD: usize = 8;
/// How many bytes of rows are handed over at once, about. The caller makes objects of them: where it has a garbage collector, as .NET has, that comes by with many
/// small pieces better than with few large ones.
const PIECE: usize = 128 * 1024;

/// Rows under way from a thread of their own. Dropping it ends the fetching.
pub struct Rows {
    call: Call,
    queue: Arc<Mutex<Queue>>,
    inbox: Arc<Inbox>,
}

#[derive(Default)]
struct Queue {
    batches: VecDeque<Batch>,
    /// Set when there is nothing more to fetch.
    finished: Option<Result<()>>,
}

/// What [`Rows::next`] found.
#[derive(Debug)]
pub enum Next {
    /// Some more rows.
    Batch(Batch),
    /// None yet; they are under way.
    Pending,
    /// There are no more.
    End,
}

impl Rows {
    /// Starts fetching the list that `list` names.
    pub fn start<F, I>(client: &Client, list: F) -> Result<Self>
    where
        F: FnOnce(&Client) -> Result<I> + Send + 'static,
        I: Iterator<Item = Result<Batch>>,
    {
        let (call, inbox) = (Call::new(), client.inbox());
        let own = client.with_call(call.clone()).asking_ahead();
        let queue = Arc::new(Mutex::new(Queue::default()));
        let filled = queue.clone();
        client.threads().run(move || {
            let finished = guard(|| fill(&own, &filled, list));
            let call = own.call().clone();
            // Whoever frees the client once this is told frees all of it.
            drop(own);
            lock(&filled).finished = Some(finished);
            call.wake();
        })?;
        Ok(Rows { call, queue, inbox })
    }

    /// The next batch; waits for it at most for `timeout`. After the end, and after an error, it gives that again.
    ///
    /// The wait ends early where a question waits for the caller to take it: only a C caller that chose so has any.
    pub fn next(&self, timeout: Option<Duration>) -> Result<Next> {
        let deadline = timeout.map(|timeout| Instant::now() + timeout);
        let mut found = None;
        self.call.wait_until(deadline, || {
            let mut queue = lock(&self.queue);
            found = match queue.batches.pop_front() {
                Some(batch) => Some(Ok(Next::Batch(batch))),
                None => queue.finished.as_ref().map(|finished| finished.clone().map(|()| Next::End)),
            };
            found.is_some() || self.is_asked()
        })?;
        // There is room for another one now.
        self.call.wake();
        found.unwrap_or(Ok(Next::Pending))
    }

    /// Whether the client has a question that waits for the caller: the rows may go on only once that is answered.
    pub(crate) fn is_asked(&self) -> bool {
        self.inbox.has_open()
    }

    /// Ends the fetching; [`Rows::next`] fails from now on.
    pub fn cancel(&self) -> Error {
        self.call.cancel()
    }

    /// The log lines since the last time: each request with its status, time and tries.
    pub fn take_log(&self) -> String {
        self.call.take_log()
    }
}

impl fmt::Debug for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows").field("call", &self.call).finish_non_exhaustive()
    }
}

impl Drop for Rows {
    fn drop(&mut self) {
        self.cancel();
    }
}

fn fill<I: Iterator<Item = Result<Batch>>>(
    client: &Client,
    queue: &Mutex<Queue>,
    list: impl FnOnce(&Client) -> Result<I>,
) -> Result<()> {
    for batch in list(client)? {
        let batch = batch?;
        if batch.rows() == 0 {
            continue;
        }
        for piece in batch.pieces(PIECE) {
            client.call().wait_until(None, || lock(queue).batches.len() < AHEAD)?;
            lock(queue).batches.push_back(piece);
            client.call().wake();
        }
    }
    Ok(())
}

fn lock(queue: &Mutex<Queue>) -> MutexGuard<'_, Queue> {
    queue.lock().unwrap_or_else(PoisonError::into_inner)
}
