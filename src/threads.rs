//! Threads for pieces of work. One whose work is done waits a while for the next piece: waking a thread costs a tenth of starting one, and a busy
//! machine lets a new one wait longer than one that it knows.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::{Error, Result, Status};

/// How long a thread waits for the next piece of work before it ends.
const KEPT: Duration = Duration::from_secs(10);

/// Runs each piece of work on a thread of its own, at once. Threads that wait for work end when this is dropped.
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
        drop(state);
        let shared = self.shared.clone();
        start(move || {
            work();
            shared.serve();
        })
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.shared.state().closed = true;
        self.shared.changed.notify_all();
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

/// Starts a thread of the library.
pub(crate) fn start(work: impl FnOnce() + Send + 'static) -> Result<()> {
    thread::Builder::new().name("dynamics365".into()).spawn(work).map(drop).map_err(|error| {
        Error::new(Status::Internal, format!("No thread can be started: {error}."))
            .with_advice("Run fewer operations at once.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;
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

    #[test]
    fn threads_that_wait_end_with_their_owner_and_others_after_their_work() {
        let threads = Threads::default();
        thread_of_one(&threads);
        let ((go, gate), (tell, told)) = (channel::<()>(), channel());
        threads
            .run(move || {
                let _ = gate.recv();
                tell.send(7).unwrap();
            })
            .unwrap();
        let shared = Arc::downgrade(&threads.shared);
        drop(threads);
        go.send(()).unwrap();
        assert_eq!(told.recv().unwrap(), 7, "what was begun is brought to its end");
        wait_for_end(&shared, 0);
    }

    #[test]
    fn a_thread_that_has_waited_long_enough_ends() {
        let threads = Threads::keeping(Duration::from_millis(1));
        let (tell, told) = channel();
        threads.run(move || tell.send(()).unwrap()).unwrap();
        told.recv().unwrap();
        wait_for_end(&Arc::downgrade(&threads.shared), 1);
        run_one(&threads);
    }

    /// The next work gets a new thread then.
    fn run_one(threads: &Threads) {
        let (tell, told) = channel();
        threads.run(move || tell.send(()).unwrap()).unwrap();
        told.recv().unwrap();
    }
}
