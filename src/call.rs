//! One call of a caller: whether it was cancelled, what it has on the wire, and its log.
//!
//! Every wait of the library (for a retry, for the throttle gate, for a token that another thread fetches) is a wait on
//! the call's own [`Call::wait_until`], so that a cancel ends it at once.

use std::collections::VecDeque;
use std::fmt;

use crate::error::{Error, Result, Status};
use crate::sync::{Arc, Condvar, Instant, Mutex, MutexGuard, PoisonError};

/// At most this many log lines wait to be taken; older ones are dropped, so that a caller who never asks costs no memory.
const LOG_LINES: usize = 1000;

/// The state of one call, shared between the thread that works and the one that waits or cancels.
#[derive(Clone, Default)]
pub struct Call(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    cancelled: bool,
    /// The change that is on the wire now, such as `PATCH systemusers(…)`.
    change_in_flight: Option<String>,
    /// Changes that the server has confirmed.
    changes_applied: Vec<String>,
    log: VecDeque<String>,
}

impl Call {
    /// A call that nobody has cancelled.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether it is the same call, not another one.
    pub(crate) fn is_same(&self, other: &Call) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic while the lock is held leaves the state consistent: each update is a single assignment.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Cancels the call: every wait ends at once and no further request is sent.
    ///
    /// A request that is on the wire is not taken back. The error tells what is known of the changes of this call.
    pub fn cancel(&self) -> Error {
        let mut state = self.state();
        state.cancelled = true;
        self.0.changed.notify_all();
        state.cancel_error()
    }

    /// Whether [`Call::cancel`] was called.
    pub fn is_cancelled(&self) -> bool {
        self.state().cancelled
    }

    /// Fails where the call was cancelled.
    pub(crate) fn check(&self) -> Result<()> {
        let state = self.state();
        if state.cancelled { Err(state.cancel_error()) } else { Ok(()) }
    }

    /// Waits until `done` says so, the deadline passes, or the call is cancelled (an error). True when `done` said so.
    pub(crate) fn wait_until(&self, deadline: Option<Instant>, mut done: impl FnMut() -> bool) -> Result<bool> {
        let mut state = self.state();
        loop {
            if state.cancelled {
                return Err(state.cancel_error());
            }
            if done() {
                return Ok(true);
            }
            state = match deadline {
                None => self.0.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(deadline) => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        return Ok(false);
                    }
                    self.0.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }

    /// Wakes a wait of this call, so that it looks again.
    pub(crate) fn wake(&self) {
        // Taking the lock orders this after a waiter's look at `done`: the wake can't fall between look and wait.
        drop(self.state());
        self.0.changed.notify_all();
    }

    /// A change goes on the wire. Fails, and sends nothing, where the call was cancelled.
    pub(crate) fn change_starts(&self, what: &str) -> Result<()> {
        let mut state = self.state();
        if state.cancelled {
            return Err(state.cancel_error());
        }
        state.change_in_flight = Some(what.to_owned());
        Ok(())
    }

    /// The change is no longer on the wire; `applied` where the server has confirmed it.
    pub(crate) fn change_ends(&self, applied: bool) {
        let mut state = self.state();
        if let Some(what) = state.change_in_flight.take()
            && applied
        {
            state.changes_applied.push(what);
        }
    }

    /// Adds a line to the call's log.
    pub(crate) fn log(&self, line: String) {
        tracing::debug!(target: "dynamics365", "{line}");
        let mut state = self.state();
        if state.log.len() == LOG_LINES {
            state.log.pop_front();
        }
        state.log.push_back(line);
    }

    /// Takes the log lines written since the last time, each ended by LF.
    pub fn take_log(&self) -> String {
        let mut text = String::new();
        for line in self.state().log.drain(..) {
            text.push_str(&line);
            text.push('\n');
        }
        text
    }
}

impl State {
    fn cancel_error(&self) -> Error {
        if let Some(what) = &self.change_in_flight {
            return Error::new(
                Status::OutcomeUnknown,
                format!("Cancelled while '{what}' was on its way; its outcome is unknown."),
            )
            .with_advice("Read the row and compare before repeating the change.");
        }
        match self.changes_applied.last() {
            Some(what) => Error::new(Status::OutcomeUnknown, format!("Cancelled after '{what}' had been applied."))
                .with_advice("Read the row to see how far the operation came."),
            None => Error::new(Status::Cancelled, "Cancelled by the caller; nothing was changed."),
        }
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("cancelled", &self.is_cancelled()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn cancelling_ends_a_wait_at_once() {
        let call = Call::new();
        let waiter = call.clone();
        let thread =
            std::thread::spawn(move || waiter.wait_until(Some(Instant::now() + Duration::from_secs(60)), || false));
        let started = Instant::now();
        call.cancel();
        let error = thread.join().unwrap().unwrap_err();
        assert_eq!(error.status(), Status::Cancelled);
        assert!(started.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn cancelling_a_change_in_flight_leaves_its_outcome_unknown() {
        let call = Call::new();
        call.change_starts("PATCH systemusers(1)").unwrap();
        assert_eq!(call.cancel().status(), Status::OutcomeUnknown);
        call.change_ends(true);
        let error = call.check().unwrap_err();
        assert_eq!(error.status(), Status::OutcomeUnknown);
        assert!(error.to_string().contains("had been applied"), "{error}");
        assert!(call.change_starts("PATCH again").is_err());
    }

    #[test]
    fn a_wake_makes_a_wait_look_again() {
        let call = Call::new();
        let flag = Arc::new(std::sync::atomic::AtomicBool::new(false));
        let (waiter, seen) = (call.clone(), flag.clone());
        let thread =
            std::thread::spawn(move || waiter.wait_until(None, || seen.load(std::sync::atomic::Ordering::SeqCst)));
        flag.store(true, std::sync::atomic::Ordering::SeqCst);
        call.wake();
        assert!(thread.join().unwrap().unwrap());
    }

    #[test]
    fn the_log_keeps_the_newest_lines_only() {
        let call = Call::new();
        for number in 0..LOG_LINES + 5 {
            call.log(format!("line {number}"));
        }
        let text = call.take_log();
        assert_eq!(text.lines().count(), LOG_LINES);
        assert!(text.starts_with("line 5\n"));
        assert_eq!(call.take_log(), "");
    }
}
