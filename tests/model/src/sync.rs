//! In place of the library's `src/sync.rs`: loom's primitives, and a clock that stands still until a model moves it.

use std::ops::Add;
use std::time::Duration;

use loom::sync::atomic::{AtomicU64, Ordering};

pub(crate) use loom::sync::{Arc, Condvar, Mutex, MutexGuard};
pub(crate) use std::sync::PoisonError;

loom::lazy_static! {
    static ref SECONDS: AtomicU64 = AtomicU64::new(0);
}

/// A moment of the model's clock, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub(crate) struct Instant(u64);

/// When a model begins.
pub(crate) const START: Instant = Instant(0);

impl Instant {
    pub(crate) fn now() -> Self {
        Self(SECONDS.load(Ordering::SeqCst))
    }

    pub(crate) fn saturating_duration_since(self, earlier: Self) -> Duration {
        Duration::from_secs(self.0.saturating_sub(earlier.0))
    }
}

/// What the tests in the library's files need, which lints compile here.
#[cfg(test)]
impl Instant {
    pub(crate) fn elapsed(self) -> Duration {
        Self::now().saturating_duration_since(self)
    }
}

impl Add<Duration> for Instant {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0 + duration.as_secs())
    }
}

/// Moves the clock. Loom's waits have no time-outs: whoever waits with one has to be woken after this.
pub(crate) fn set_clock(seconds: u64) {
    SECONDS.store(seconds, Ordering::SeqCst);
}
