//! Service protection limits: for each user, in a sliding window.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::StatusCode;
use parking_lot::Mutex;
use uuid::Uuid;

use crate::odata::ODataError;
use crate::settings::Settings;

/// A window is counted in so many parts: what is in one of them leaves the window together, and memory stays small however many
/// requests come.
const PARTS: u32 = 1000;

/// The requests that began within a part of a window.
#[derive(Debug)]
struct Part {
    began: Instant,
    requests: u32,
    executing: Duration,
}

#[derive(Debug, Default)]
struct Usage {
    past: VecDeque<Part>,
    requests: u32,
    executing: Duration,
    running: u32,
}

impl Usage {
    /// Lets what is older than the window go.
    fn forget(&mut self, now: Instant, window: Duration) {
        while self.past.front().is_some_and(|part| now.duration_since(part.began) >= window) {
            let Some(part) = self.past.pop_front() else { return };
            self.requests -= part.requests;
            self.executing = self.executing.saturating_sub(part.executing);
        }
    }

    /// Adds a request that has ended.
    fn add(&mut self, began: Instant, took: Duration, width: Duration) {
        self.requests += 1;
        self.executing += took;
        match self.past.back_mut() {
            // Requests end in another order than they begin: an older one goes with the newest.
            Some(part) if began.saturating_duration_since(part.began) < width => {
                part.requests += 1;
                part.executing += took;
            }
            _ => self.past.push_back(Part { began, requests: 1, executing: took }),
        }
    }
}

/// What each user has used up.
#[derive(Clone, Debug, Default)]
pub struct Limits {
    users: Arc<Mutex<HashMap<Uuid, Usage>>>,
}

/// A request that is under way; dropping it ends it.
#[derive(Debug)]
pub struct Running {
    limits: Limits,
    user: Uuid,
    began: Instant,
    /// The length of a part of the window.
    width: Duration,
    /// For `x-ms-ratelimit-burst-remaining-xrm-requests`.
    pub remaining_requests: u32,
    /// For `x-ms-ratelimit-time-remaining-xrm-requests`.
    pub remaining_time: Duration,
}

impl Limits {
    /// Lets a request of a user in, or says how long to wait.
    pub fn enter(&self, user: Uuid, settings: &Settings) -> Result<Running, ODataError> {
        let now = Instant::now();
        let window = Duration::from_secs(settings.limit_window_seconds);
        let mut users = self.users.lock();
        let usage = users.entry(user).or_default();
        usage.forget(now, window);
        // Long enough for the oldest requests to leave the window.
        let wait =
            usage.past.front().map_or(Duration::ZERO, |part| window.saturating_sub(now.duration_since(part.began)));
        let wait = wait.as_millis().div_ceil(1000) as u64;
        let seconds = settings.limit_window_seconds;
        if let Some(most) = settings.limit_requests
            && usage.requests + usage.running >= most
        {
            let message =
                format!("Number of requests exceeded the limit of {most} over time window of {seconds} seconds.");
            return Err(refused("0x80072322", message, wait));
        }
        if let Some(most) = settings.limit_execution_milliseconds
            && usage.executing >= Duration::from_millis(most)
        {
            let message = format!(
                "Combined execution time of incoming requests exceeded limit of {most} milliseconds over time window \
                     of {seconds} seconds. Decrease number of concurrent requests or reduce the duration of requests and \
                     try again later."
            );
            return Err(refused("0x80072321", message, wait));
        }
        if let Some(most) = settings.limit_concurrent_requests
            && usage.running >= most
        {
            let message = format!("Number of concurrent requests exceeded the limit of {most}.");
            return Err(refused("0x80072326", message, 1));
        }
        usage.running += 1;
        let used = usage.requests + usage.running;
        let time = Duration::from_millis(settings.limit_execution_milliseconds.unwrap_or(1_200_000));
        Ok(Running {
            limits: self.clone(),
            user,
            began: now,
            width: window / PARTS,
            remaining_requests: settings.limit_requests.unwrap_or(6000).saturating_sub(used),
            remaining_time: time.saturating_sub(usage.executing),
        })
    }

    /// Forgets everything.
    pub fn reset(&self) {
        for usage in self.users.lock().values_mut() {
            *usage = Usage { running: usage.running, ..Usage::default() };
        }
    }
}

fn refused(code: &'static str, message: String, wait: u64) -> ODataError {
    ODataError { retry_after: Some(wait.max(1)), ..ODataError::new(StatusCode::TOO_MANY_REQUESTS, code, message) }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut users = self.limits.users.lock();
        let usage = users.entry(self.user).or_default();
        usage.running = usage.running.saturating_sub(1);
        usage.add(self.began, self.began.elapsed(), self.width);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_above_the_limit_wait_for_the_window() {
        let limits = Limits::default();
        let settings = Settings { limit_requests: Some(2), ..Settings::default() };
        drop(limits.enter(Uuid::nil(), &settings).unwrap());
        assert_eq!(limits.enter(Uuid::nil(), &settings).unwrap().remaining_requests, 0);
        let refused = limits.enter(Uuid::nil(), &settings).unwrap_err();
        assert_eq!((refused.code, refused.retry_after), ("0x80072322", Some(300)));
        assert!(limits.enter(Uuid::max(), &settings).is_ok(), "another user has a window of his own");
        limits.reset();
        assert!(limits.enter(Uuid::nil(), &settings).is_ok());
    }

    #[test]
    fn a_window_of_no_length_forgets_at_once() {
        let limits = Limits::default();
        let settings = Settings { limit_requests: Some(1), limit_window_seconds: 0, ..Settings::default() };
        for _ in 0..5 {
            drop(limits.enter(Uuid::nil(), &settings).unwrap());
        }
    }

    #[test]
    fn only_so_many_requests_run_at_once() {
        let limits = Limits::default();
        let settings = Settings { limit_concurrent_requests: Some(1), ..Settings::default() };
        let running = limits.enter(Uuid::nil(), &settings).unwrap();
        assert_eq!(limits.enter(Uuid::nil(), &settings).unwrap_err().code, "0x80072326");
        drop(running);
        assert!(limits.enter(Uuid::nil(), &settings).is_ok());
    }

    #[test]
    fn requests_leave_the_window_in_parts_and_memory_stays_small() {
        let (mut usage, start) = (Usage::default(), Instant::now());
        let (window, width) = (Duration::from_secs(300), Duration::from_millis(300));
        for number in 0..100_000u32 {
            // A hundred in a second.
            usage.add(start + Duration::from_millis(10) * number, Duration::from_millis(2), width);
        }
        assert!(usage.past.len() <= 3_400, "{}", usage.past.len());
        let now = start + Duration::from_secs(1000);
        usage.forget(now, window);
        // Those of the last 300 s, give or take one part.
        assert!((30_000 - 30..=30_000 + 30).contains(&usage.requests), "{}", usage.requests);
        assert_eq!(usage.executing, Duration::from_millis(2) * usage.requests);
        usage.forget(now + window, window);
        assert_eq!((usage.requests, usage.executing, usage.past.len()), (0, Duration::ZERO, 0));
    }
}
