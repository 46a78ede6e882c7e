//! The threads of a bulk, and the queue in front of them.

use std::collections::{HashMap, VecDeque};
use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use uuid::Uuid;

use crate::call::Call;
use crate::error::Result;
use crate::holder::Kind;
use crate::threads::{join, start};

type Row = (Kind, Uuid);

/// A piece of work that waits for its turn.
pub(super) struct Job {
    /// What it is about: jobs on the same row are done one after the other.
    pub(super) row: Option<Row>,
    /// The call that it works for.
    pub(super) call: Call,
    pub(super) run: Box<dyn FnOnce() + Send>,
}

/// A number of threads that work off a queue. They begin as they are needed. Dropping the pool ends them once the queue is empty, and waits for that:
/// so jobs have to hold what owns the pool, which then is not dropped before they are done.
pub(super) struct Pool {
    shared: Arc<Shared>,
}

struct Shared {
    limit: usize,
    state: Mutex<State>,
    /// There is something to do, or nothing ever again.
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// What may begin, in the order in which it came.
    ready: VecDeque<Job>,
    /// For each row on which a job is ready or at work: the jobs behind it.
    behind: HashMap<Row, VecDeque<Job>>,
    threads: Vec<JoinHandle<()>>,
    idle: usize,
    stopped: bool,
    dropped: bool,
}

impl Pool {
    pub(super) fn new(limit: usize) -> Self {
        Pool { shared: Arc::new(Shared { limit, state: Mutex::default(), changed: Condvar::new() }) }
    }

    pub(super) fn limit(&self) -> usize {
        self.shared.limit
    }

    /// Queues a job. Fails where no thread can be started and none is there.
    pub(super) fn submit(&self, job: Job) -> Result<()> {
        let mut state = self.shared.state();
        if state.stopped {
            job.call.cancel();
            return Ok(());
        }
        if let Some(behind) = job.row.and_then(|row| state.behind.get_mut(&row)) {
            behind.push_back(job);
            return Ok(());
        }
        if let Some(row) = job.row {
            state.behind.insert(row, VecDeque::new());
        }
        state.ready.push_back(job);
        if state.idle >= state.ready.len() || state.threads.len() == self.shared.limit {
            self.shared.changed.notify_one();
            return Ok(());
        }
        let shared = self.shared.clone();
        match start(move || shared.work()) {
            Ok(thread) => state.threads.push(thread),
            // The others will come to it.
            Err(_) if !state.threads.is_empty() => {}
            Err(error) => {
                if let Some(job) = state.ready.pop_back()
                    && let Some(row) = job.row
                {
                    state.behind.remove(&row);
                }
                return Err(error);
            }
        }
        Ok(())
    }

    /// Cancels what has not begun.
    pub(super) fn stop(&self) {
        let mut state = self.shared.state();
        state.stopped = true;
        let mut jobs: Vec<Job> = state.ready.drain(..).collect();
        jobs.extend(state.behind.drain().flat_map(|(_, behind)| behind));
        drop(state);
        for job in jobs {
            job.call.cancel();
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        state.dropped = true;
        let threads = mem::take(&mut state.threads);
        drop(state);
        self.shared.changed.notify_all();
        join(threads);
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a thread does until the pool is gone. Jobs don't panic: who queued them saw to that.
    fn work(&self) {
        while let Some(job) = self.next() {
            let row = job.row;
            (job.run)();
            if let Some(row) = row {
                self.release(row);
            }
        }
    }

    fn next(&self) -> Option<Job> {
        let mut state = self.state();
        loop {
            if let Some(job) = state.ready.pop_front() {
                return Some(job);
            }
            if state.dropped {
                return None;
            }
            state.idle += 1;
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.idle -= 1;
        }
    }

    /// Lets the next job on a row begin. It came before those that are ready.
    fn release(&self, row: Row) {
        let mut state = self.state();
        match state.behind.get_mut(&row).map(VecDeque::pop_front) {
            Some(Some(next)) => {
                state.ready.push_front(next);
                self.changed.notify_one();
            }
            Some(None) => {
                state.behind.remove(&row);
            }
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{Receiver, Sender, channel};

    fn row(number: u128) -> Option<Row> {
        Some((Kind::User, Uuid::from_u128(number)))
    }

    /// A job that says its number and then waits to be let go on.
    fn job(row: Option<Row>, number: u32, said: &Sender<u32>) -> (Job, Call, Sender<()>) {
        let (said, (go, gate)) = (said.clone(), channel::<()>());
        let call = Call::new();
        let run = move || {
            let _ = said.send(number);
            let _ = gate.recv();
        };
        (Job { row, call: call.clone(), run: Box::new(run) }, call, go)
    }

    fn nothing_more(said: &Receiver<u32>) -> bool {
        said.try_recv().is_err()
    }

    #[test]
    fn no_more_than_the_limit_run_at_once_and_the_next_begins_when_one_ends() {
        let (pool, (say, said)) = (Pool::new(2), channel());
        let jobs: Vec<_> = (0..4)
            .map(|number| {
                let (job, _, go) = job(None, number, &say);
                pool.submit(job).unwrap();
                go
            })
            .collect();
        let mut first = [said.recv().unwrap(), said.recv().unwrap()];
        first.sort_unstable();
        assert_eq!(first, [0, 1]);
        assert!(nothing_more(&said));
        jobs[1].send(()).unwrap();
        assert_eq!(said.recv().unwrap(), 2);
        assert!(nothing_more(&said));
        drop(jobs);
        assert_eq!(said.recv().unwrap(), 3);
    }

    #[test]
    fn jobs_on_one_row_are_done_one_after_the_other_in_their_order() {
        let (pool, (say, said)) = (Pool::new(8), channel());
        let mut gates = Vec::new();
        for (of, number) in [(row(1), 0), (row(1), 1), (row(2), 2), (row(1), 3)] {
            let (job, _, go) = job(of, number, &say);
            pool.submit(job).unwrap();
            gates.push(go);
        }
        let mut first = [said.recv().unwrap(), said.recv().unwrap()];
        first.sort_unstable();
        assert_eq!(first, [0, 2]);
        assert!(nothing_more(&said));
        gates[0].send(()).unwrap();
        assert_eq!(said.recv().unwrap(), 1);
        gates[1].send(()).unwrap();
        assert_eq!(said.recv().unwrap(), 3);
    }

    #[test]
    fn stopping_cancels_what_has_not_begun_and_what_comes_later() {
        let (pool, (say, said)) = (Pool::new(1), channel());
        let (first, at_work, go) = job(row(1), 0, &say);
        let (second, behind, _go) = job(row(1), 1, &say);
        let (third, ready, _go) = job(None, 2, &say);
        for job in [first, second, third] {
            pool.submit(job).unwrap();
        }
        assert_eq!(said.recv().unwrap(), 0);
        pool.stop();
        assert!(!at_work.is_cancelled() && behind.is_cancelled() && ready.is_cancelled());
        let (fourth, late, _go) = job(None, 3, &say);
        pool.submit(fourth).unwrap();
        assert!(late.is_cancelled());
        drop((go, say));
        assert!(said.recv().is_err(), "nothing else may run");
    }

    #[test]
    fn what_is_queued_is_done_and_the_threads_have_ended_when_the_pool_is_gone() {
        let (say, said) = channel();
        let pool = Pool::new(1);
        let gates: Vec<_> = (0..3)
            .map(|number| {
                let (job, _, go) = job(None, number, &say);
                pool.submit(job).unwrap();
                go
            })
            .collect();
        let shared = Arc::downgrade(&pool.shared);
        drop((gates, say));
        drop(pool);
        assert_eq!(shared.strong_count(), 0);
        assert_eq!(said.iter().collect::<Vec<_>>(), [0, 1, 2]);
    }
}
