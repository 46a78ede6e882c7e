//! Work that many need at the same time: one of them does it while the others wait for what comes of it.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::auth::Inbox;
use crate::call::Call;
use crate::error::{Result, Status};

/// The work that is under way, by what it is about.
pub(crate) struct Flights<K, T>(Mutex<HashMap<K, Vec<Passenger<T>>>>);

/// Somebody who waits.
struct Passenger<T> {
    call: Call,
    seat: Arc<Mutex<Seat<T>>>,
}

enum Seat<T> {
    Waiting,
    Landed(Result<T>),
    /// Who did the work did not come to its end.
    Stranded,
}

impl<K, T> Default for Flights<K, T> {
    fn default() -> Self {
        Flights(Mutex::default())
    }
}

impl<K: Clone + Eq + Hash, T: Clone> Flights<K, T> {
    /// What `work` comes to, or the same work of another thread that is at it. The cancel of the one is not the answer of the others: the next
    /// of them does the work. `what` names it in the log of who waits.
    pub(crate) fn share(
        &self,
        key: &K,
        what: &str,
        call: &Call,
        inbox: &Inbox,
        work: impl Fn() -> Result<T>,
    ) -> Result<T> {
        loop {
            let Some(seat) = self.board(key, call) else {
                let mut landing = Landing { flights: self, key, outcome: None };
                let outcome = work();
                landing.outcome = Some(outcome.clone());
                return outcome;
            };
            call.log(format!("waits for {what}, which another thread asks for"));
            let watch = inbox.watch(call);
            call.wait_until(None, || !matches!(*lock(&seat), Seat::Waiting))?;
            drop(watch);
            if let Seat::Landed(outcome) = std::mem::replace(&mut *lock(&seat), Seat::Stranded) {
                return outcome;
            }
        }
    }

    /// A seat in the work that is under way; none where there was no such work: now it is the caller's.
    fn board(&self, key: &K, call: &Call) -> Option<Arc<Mutex<Seat<T>>>> {
        let mut flights = lock(&self.0);
        let Some(passengers) = flights.get_mut(key) else {
            flights.insert(key.clone(), Vec::new());
            return None;
        };
        let seat = Arc::new(Mutex::new(Seat::Waiting));
        passengers.push(Passenger { call: call.clone(), seat: seat.clone() });
        Some(seat)
    }
}

/// Tells the others what came of it, even where the work panics; otherwise they would wait for ever.
struct Landing<'a, K: Eq + Hash, T: Clone> {
    flights: &'a Flights<K, T>,
    key: &'a K,
    outcome: Option<Result<T>>,
}

impl<K: Eq + Hash, T: Clone> Drop for Landing<'_, K, T> {
    fn drop(&mut self) {
        let is_own = |error: &crate::error::Error| matches!(error.status(), Status::Cancelled | Status::OutcomeUnknown);
        let outcome = self.outcome.take().filter(|outcome| !outcome.as_ref().is_err_and(is_own));
        let passengers = lock(&self.flights.0).remove(self.key).unwrap_or_default();
        for Passenger { call, seat } in passengers {
            *lock(&seat) = outcome.clone().map_or(Seat::Stranded, Seat::Landed);
            call.wake();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread::{self, JoinHandle};

    use super::*;
    use crate::error::Error;

    type Shared = Arc<Flights<u32, u32>>;

    /// A thread that shares the work, and its call. It is on board when this returns.
    fn passenger(flights: &Shared, work: impl Fn() -> Result<u32> + Send + 'static) -> (JoinHandle<Result<u32>>, Call) {
        let (all, call) = (flights.clone(), Call::new());
        let (own, before) = (call.clone(), seats(flights));
        let thread = thread::spawn(move || all.share(&1, "it", &own, &Inbox::default(), work));
        while seats(flights) == before {
            thread::yield_now();
        }
        (thread, call)
    }

    fn seats(flights: &Shared) -> Option<usize> {
        lock(&flights.0).get(&1).map(Vec::len)
    }

    #[test]
    fn one_works_and_all_get_what_came_of_it_a_failure_too() {
        for outcome in [Ok(7), Err(Error::new(Status::RoleNotFound, "none"))] {
            let (flights, gate) = (Shared::default(), Arc::new(Barrier::new(2)));
            let (inner, told) = (gate.clone(), outcome.clone());
            let (first, _) = passenger(&flights, move || {
                inner.wait();
                told.clone()
            });
            let others: Vec<_> = (0..4).map(|_| passenger(&flights, || panic!("a second one works"))).collect();
            gate.wait();
            for thread in [first].into_iter().chain(others.into_iter().map(|(thread, _)| thread)) {
                let (got, told) = (thread.join().unwrap(), &outcome);
                assert_eq!(got.map_err(|error| error.status()), told.clone().map_err(|error| error.status()));
            }
            assert_eq!(seats(&flights), None);
            assert_eq!(flights.share(&1, "it", &Call::new(), &Inbox::default(), || Ok(8)).unwrap(), 8);
        }
    }

    #[test]
    fn where_the_one_is_cancelled_or_panics_another_works() {
        for panics in [false, true] {
            let (flights, gate, works) = (Shared::default(), Arc::new(Barrier::new(2)), Arc::new(AtomicUsize::new(0)));
            let inner = gate.clone();
            let (first, _) = passenger(&flights, move || {
                inner.wait();
                assert!(!panics, "on purpose");
                Err(Error::new(Status::Cancelled, "by its caller"))
            });
            let others: Vec<_> = (0..3)
                .map(|_| {
                    let works = works.clone();
                    passenger(&flights, move || Ok(works.fetch_add(1, Ordering::SeqCst) as u32)).0
                })
                .collect();
            gate.wait();
            assert!(first.join().map_or(true, |outcome| outcome.is_err()));
            for other in others {
                other.join().unwrap().unwrap();
            }
            assert!((1..=3).contains(&works.load(Ordering::SeqCst)));
        }
    }

    #[test]
    fn who_waits_can_be_cancelled_alone() {
        let (flights, gate) = (Shared::default(), Arc::new(Barrier::new(2)));
        let inner = gate.clone();
        let (first, _) = passenger(&flights, move || {
            inner.wait();
            Ok(7)
        });
        let (other, call) = passenger(&flights, || Ok(8));
        call.cancel();
        assert_eq!(other.join().unwrap().unwrap_err().status(), Status::Cancelled);
        gate.wait();
        assert_eq!(first.join().unwrap().unwrap(), 7);
    }
}
