//! Threads for pieces of work. One whose work is done waits a while for the next piece: waking a thread costs a tenth of starting one, and a busy
//! machine lets a new one wait longer than one that it knows.

use std::collections::VecDeque;
use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::error::{Error, Result, Status};

/// How long a thread waits for the next piece of work before it ends.
const KEPT: Duration = Duration::from_secs(10);

/// Runs each piece of work on a thread of its own, at once. Dropping it ends its threads and waits for that: so work that takes its time has to
/// hold what owns this, which then is not dropped before.
pub(crate) struct Threads {
    shared: Arc<Shared>,
}

type Work = Box<dyn FnOnce() + Send>;

struct Shared {
    kept: Duration,
    state: Mutex<State>,
    /// There is work, or never any more.
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Never more than threads wait.
    work: VecDeque<Work>,
    waiting: usize,
    closed: bool,
    /// All that were started, but for those that waited long enough.
    started: Vec<JoinHandle<()>>,
    /// The last of those: it may still be about to end.
    leaving: Option<JoinHandle<()>>,
}

impl Default for Threads {
    fn default() -> Self {
        Self::keeping(KEPT)
    }
}

impl Threads {
    fn keeping(kept: Duration) -> Self {
        Threads { shared: Arc::new(Shared { kept, state: Mutex::default(), changed: Condvar::new() }) }
    }

    /// Runs `work` on a thread that waits, or on a new one. Fails where none can be started; `work` is not run then.
    pub(crate) fn run(&self, work: impl FnOnce() + Send + 'static) -> Result<()> {
        let mut state = self.shared.state();
        if state.waiting > state.work.len() {
            state.work.push_back(Box::new(work));
            drop(state);
            self.shared.changed.notify_one();
            return Ok(());
        }
        let shared = self.shared.clone();
        let thread = start(move || {
            work();
            shared.serve();
        })?;
        state.started.push(thread);
        Ok(())
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        state.closed = true;
        let (started, leaving) = (mem::take(&mut state.started), state.leaving.take());
        drop(state);
        self.shared.changed.notify_all();
        join(started.into_iter().chain(leaving));
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a thread does after its first work. Work doesn't panic: who gave it saw to that.
    fn serve(&self) {
        while let Some(work) = self.next() {
            work();
        }
        let before = self.state().leave();
        join(before);
    }

    fn next(&self) -> Option<Work> {
        let until = Instant::now() + self.kept;
        let mut state = self.state();
        state.waiting += 1;
        let work = loop {
            let left = until.saturating_duration_since(Instant::now());
            if let Some(work) = state.work.pop_front() {
                break Some(work);
            }
            if state.closed || left.is_zero() {
                break None;
            }
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        };
        state.waiting -= 1;
        work
    }
}

impl State {
    /// The thread that calls this ends. Returns the one that did so before it.
    fn leave(&mut self) -> Option<JoinHandle<()>> {
        let own = thread::current().id();
        // None where the owner waits for it.
        let at = self.started.iter().position(|thread| thread.thread().id() == own)?;
        self.leaving.replace(self.started.swap_remove(at))
    }
}

/// Starts a thread of the library.
pub(crate) fn start(work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>> {
    thread::Builder::new().name("dynamics365".into()).spawn(work).map_err(|error| {
        Error::new(Status::Internal, format!("No thread can be started: {error}."))
            .with_advice("Run fewer operations at once.")
    })
}

/// Waits until threads have ended. A thread can't wait for itself, and leaves itself out.
pub(crate) fn join(threads: impl IntoIterator<Item = JoinHandle<()>>) {
    let own = thread::current().id();
    for thread in threads.into_iter().filter(|thread| thread.thread().id() != own) {
        // A panic was told where it was.
        let _ = thread.join();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{Sender, channel};
    use std::thread::ThreadId;

    /// Runs work that tells its thread, and waits until that waits again.
    fn thread_of_one(threads: &Threads) -> ThreadId {
        let (tell, told) = channel();
        threads.run(move || tell.send(thread::current().id()).unwrap()).unwrap();
        let id = told.recv().unwrap();
        while threads.shared.state().waiting == 0 {
            thread::yield_now();
        }
        id
    }

    fn wait_for_end(shared: &std::sync::Weak<Shared>, left: usize) {
        while shared.strong_count() > left {
            thread::yield_now();
        }
    }

    #[test]
    fn work_that_comes_later_runs_on_the_thread_that_waits() {
        let threads = Threads::default();
        let first = thread_of_one(&threads);
        assert_eq!(thread_of_one(&threads), first);
    }

    #[test]
    fn work_never_waits_for_other_work() {
        let threads = Threads::default();
        thread_of_one(&threads);
        let ((say, said), mut gates) = (channel(), Vec::new());
        // The first finds the thread that waits; the others may not count on it.
        for _ in 0..4 {
            let (say, (go, gate)) = (say.clone(), channel::<()>());
            threads
                .run(move || {
                    say.send(thread::current().id()).unwrap();
                    let _ = gate.recv();
                })
                .unwrap();
            gates.push(go);
        }
        let mut seen: Vec<ThreadId> = Vec::new();
        for _ in 0..4 {
            let id = said.recv().unwrap();
            assert!(!seen.contains(&id), "all four run at the same time");
            seen.push(id);
        }
        assert_eq!(gates.len(), 4);
    }

    /// Runs work that goes on until its gate is opened, and then tells.
    fn run_gated(threads: &Threads, tell: &Sender<()>) -> Sender<()> {
        let (tell, (go, gate)) = (tell.clone(), channel::<()>());
        threads
            .run(move || {
                let _ = gate.recv();
                tell.send(()).unwrap();
            })
            .unwrap();
        go
    }

    #[test]
    fn threads_have_ended_when_their_owner_is_gone() {
        let (threads, (tell, told)) = (Threads::default(), channel());
        let gates: Vec<_> = (0..8).map(|_| run_gated(&threads, &tell)).collect();
        let shared = Arc::downgrade(&threads.shared);
        drop((gates, tell));
        drop(threads);
        assert_eq!(shared.strong_count(), 0);
        assert_eq!(told.iter().count(), 8, "what was begun is brought to its end");
    }

    #[test]
    fn work_may_be_what_drops_the_owner_of_its_own_thread() {
        let (threads, (tell, told)) = (Arc::new(Threads::default()), channel());
        let shared = Arc::downgrade(&threads.shared);
        let other = run_gated(&threads, &tell);
        let (own, (go, gate)) = (threads.clone(), channel::<()>());
        threads
            .run(move || {
                let _ = gate.recv();
                drop(own);
                tell.send(()).unwrap();
            })
            .unwrap();
        drop((threads, other));
        told.recv().unwrap();
        drop(go);
        told.recv().unwrap();
        wait_for_end(&shared, 0);
    }

    #[test]
    fn threads_that_have_waited_long_enough_end() {
        let (threads, (tell, told)) = (Threads::keeping(Duration::from_millis(1)), channel());
        let gates: Vec<_> = (0..4).map(|_| run_gated(&threads, &tell)).collect();
        drop((gates, tell));
        assert_eq!(told.iter().count(), 4);
        wait_for_end(&Arc::downgrade(&threads.shared), 1);
        assert!(threads.shared.state().started.is_empty(), "they are forgotten");
        run_one(&threads);
    }

    /// The next work gets a new thread then.
    fn run_one(threads: &Threads) {
        let (tell, told) = channel();
        threads.run(move || tell.send(()).unwrap()).unwrap();
        told.recv().unwrap();
    }
}
