//! What the environment says beside its replies about how much it takes: how many requests at once, and what is left of the service
//! protection limits. Source: "Service protection API limits" of the Dataverse developer documentation.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use super::Response;

/// What was not said yet.
const UNKNOWN: i64 = -1;

/// The last advice; many threads write and read it.
#[derive(Debug)]
pub(crate) struct Advice {
    parallelism: AtomicI64,
    requests_left: AtomicI64,
    milliseconds_left: AtomicI64,
}

impl Default for Advice {
    fn default() -> Self {
        let unknown = || AtomicI64::new(UNKNOWN);
        Advice { parallelism: unknown(), requests_left: unknown(), milliseconds_left: unknown() }
    }
}

impl Advice {
    /// Takes what a reply says; what it does not say stays as it was.
    pub(super) fn take(&self, response: &Response) {
        // Large numbers come with commas: 1,199.98.
        let number =
            |name: &str| response.header(name).and_then(|text| text.trim().replace(',', "").parse::<f64>().ok());
        let keep = |place: &AtomicI64, value: Option<f64>| {
            if let Some(value) = value.filter(|value| (0.0..9e15).contains(value)) {
                place.store(value as i64, Ordering::Relaxed);
            }
        };
        keep(&self.parallelism, number("x-ms-dop-hint").filter(|hint| *hint >= 1.0));
        keep(&self.requests_left, number("x-ms-ratelimit-burst-remaining-xrm-requests"));
        keep(&self.milliseconds_left, number("x-ms-ratelimit-time-remaining-xrm-requests").map(|left| left * 1000.0));
    }

    /// How many requests at once it advises (`x-ms-dop-hint`).
    pub(crate) fn parallelism(&self) -> Option<u32> {
        known(&self.parallelism).and_then(|advised| u32::try_from(advised).ok())
    }

    /// How many more requests it takes in the current window of five minutes, from the web server that answered.
    pub(crate) fn requests_left(&self) -> Option<u64> {
        known(&self.requests_left)
    }

    /// How much more execution time it takes in that window.
    pub(crate) fn time_left(&self) -> Option<Duration> {
        known(&self.milliseconds_left).map(Duration::from_millis)
    }
}

fn known(place: &AtomicI64) -> Option<u64> {
    u64::try_from(place.load(Ordering::Relaxed)).ok()
}
