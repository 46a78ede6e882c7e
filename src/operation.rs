//! Work on another thread that can be waited for and cancelled.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use once_cell::sync::OnceCell;
use serde::Serialize;

use crate::auth::Inbox;
use crate::bulk::Subject;
use crate::call::Call;
use crate::client::Client;
use crate::error::{Error, Result, Status};

/// One operation under way on a thread of its own; its result is JSON.
///
/// Dropping it cancels it.
///
/// ```no_run
/// use std::time::Duration;
/// use dynamics365::{Client, Operation, requests};
///
/// fn who_am_i(client: &Client) -> dynamics365::Result<String> {
///     let operation = Operation::start(client, requests::who_am_i)?;
///     while operation.wait(Some(Duration::from_millis(100))).is_none() {
///         print!("{}", operation.take_log());
///     }
///     operation.wait(None).unwrap().map(str::to_owned)
/// }
/// ```
pub struct Operation {
    call: Call,
    outcome: Arc<OnceCell<Result<String>>>,
    inbox: Arc<Inbox>,
}

impl Operation {
    /// Starts `work` with a client that works for this operation. With a [`Client::bulk`] it waits for its turn.
    pub fn start<T, F>(client: &Client, work: F) -> Result<Self>
    where
        T: Serialize,
        F: FnOnce(&Client) -> Result<T> + Send + 'static,
    {
        Self::start_on(client, None, work)
    }

    /// The same for work that is about a certain row: it waits for what was started on that row before, where the client is a [`Client::bulk`].
    pub fn start_on<T, F>(client: &Client, subject: Option<Subject>, work: F) -> Result<Self>
    where
        T: Serialize,
        F: FnOnce(&Client) -> Result<T> + Send + 'static,
    {
        let (call, inbox) = (Call::new(), client.inbox());
        let outcome = Arc::new(OnceCell::new());
        let told = outcome.clone();
        let own = client.with_call(call.clone());
        let run = move || {
            let result = guard(|| work(&own)).and_then(|value| {
                serde_json::to_string(&value)
                    .map_err(|error| Error::new(Status::Internal, format!("The result can't be written: {error}.")))
            });
            let call = own.call().clone();
            // Whoever frees the client once this is told frees all of it.
            drop(own);
            // A cancel may have told the caller something already; that stays.
            let _ = told.set(result);
            call.wake();
        };
        match client.queue() {
            Some(bulk) => bulk.submit(subject, call.clone(), run)?,
            None => client.threads().run(run)?,
        }
        Ok(Operation { call, outcome, inbox })
    }

    /// Waits until the operation is done, at most for `timeout`; `None` where it is still under way.
    ///
    /// The wait ends early where a question waits for the caller to take it: only a C caller that chose so has any.
    pub fn wait(&self, timeout: Option<Duration>) -> Option<Result<&str>> {
        let deadline = timeout.map(|timeout| Instant::now() + timeout);
        if let Err(cancelled) = self.call.wait_until(deadline, || self.outcome.get().is_some() || self.is_asked()) {
            let _ = self.outcome.set(Err(cancelled));
        }
        self.outcome.get().map(|outcome| outcome.as_deref().map_err(Clone::clone))
    }

    /// Whether the client has a question that waits for the caller: the operation may go on only once that is answered.
    pub(crate) fn is_asked(&self) -> bool {
        self.inbox.has_open()
    }

    /// Cancels the operation. Whoever waits for it is told at once what is known: see [`Call::cancel`].
    pub fn cancel(&self) {
        if self.outcome.get().is_none() {
            let _ = self.outcome.set(Err(self.call.cancel()));
            self.call.wake();
        }
    }

    /// The log lines since the last time: each request with its status, time and tries.
    pub fn take_log(&self) -> String {
        self.call.take_log()
    }
}

impl fmt::Debug for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operation")
            .field("call", &self.call)
            .field("is_done", &self.outcome.get().is_some())
            .finish_non_exhaustive()
    }
}

impl Drop for Operation {
    fn drop(&mut self) {
        self.cancel();
    }
}

/// Turns a panic of the library into an error.
pub(crate) fn guard<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        Err(Error::new(Status::Internal, format!("A defect of the library: {}.", text.unwrap_or("it panicked")))
            .with_advice("Please report it with what was called."))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_error() {
        let error = guard::<()>(|| panic!("number {}", 7)).unwrap_err();
        assert_eq!(error.status(), Status::Internal);
        assert!(error.to_string().contains("number 7"), "{error}");
    }
}
