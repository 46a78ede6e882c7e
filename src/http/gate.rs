//! The throttle gate: while one thread of a client waits out a 429, the others hold their requests as well.

use std::time::Duration;

use crate::call::Call;
use crate::error::Result;
use crate::sync::{Instant, Mutex, PoisonError};

/// Closed until a moment; open when that is past.
#[derive(Default)]
pub(crate) struct Gate(Mutex<Option<Instant>>);

impl Gate {
    /// Closes the gate for `wait` from now, unless it is closed for longer already.
    pub(crate) fn close_for(&self, wait: Duration) {
        let until = Instant::now() + wait;
        let mut closed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if closed.is_none_or(|old| old < until) {
            *closed = Some(until);
        }
    }

    /// How long the gate stays closed; zero when it is open.
    pub(crate) fn closed_for(&self) -> Duration {
        self.closed_until().map_or(Duration::ZERO, |until| until.saturating_duration_since(Instant::now()))
    }

    /// Waits until the gate is open. It may be closed anew meanwhile.
    pub(crate) fn wait(&self, call: &Call) -> Result<()> {
        while let Some(until) = self.closed_until() {
            call.wait_until(Some(until), || false)?;
        }
        Ok(())
    }

    fn closed_until(&self) -> Option<Instant> {
        let closed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        closed.filter(|until| Instant::now() < *until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shorter_wait_does_not_open_the_gate_sooner() {
        let gate = Gate::default();
        assert!(gate.closed_for().is_zero());
        gate.close_for(Duration::from_secs(60));
        gate.close_for(Duration::from_secs(1));
        assert!(gate.closed_for() > Duration::from_secs(30));
    }

    #[test]
    fn a_cancelled_call_does_not_wait_at_the_gate() {
        let gate = Gate::default();
        gate.close_for(Duration::from_secs(60));
        let call = Call::new();
        call.cancel();
        assert!(gate.wait(&call).is_err());
    }
}
