//! One token for all threads of a client: fetched by one of them while the others wait for it.

use secrecy::{ExposeSecret, SecretString};

use super::Token;
use crate::call::Call;
use crate::error::{Error, Result, Status};
use crate::sync::{Instant, Mutex, MutexGuard, PoisonError};

/// Holds the current token, and sees to it that at most one fetch runs at a time.
#[derive(Default)]
pub(crate) struct TokenCache(Mutex<State>);

#[derive(Default)]
struct State {
    token: Option<Token>,
    fetching: bool,
    /// Counts finished fetches, so that a waiter knows that the one it waited for is over.
    round: u64,
    /// Why the last fetch failed: the answer for everyone who waited for it.
    failure: Option<Error>,
    waiting: Vec<Call>,
}

impl TokenCache {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The current token; where there is none, or it is due for renewal, the one that `fetch` gets.
    pub(crate) fn get(&self, call: &Call, fetch: impl Fn() -> Result<Token>) -> Result<SecretString> {
        loop {
            let awaited = {
                let mut state = self.state();
                if let Some(token) = &state.token
                    && token.renew_at.is_none_or(|at| Instant::now() < at)
                {
                    return Ok(token.secret.clone());
                }
                if !state.fetching {
                    state.fetching = true;
                    None
                } else {
                    state.waiting.push(call.clone());
                    Some(state.round)
                }
            };
            let Some(round) = awaited else {
                return self.fetch(fetch);
            };
            call.log("waits for the access token that another thread gets".to_owned());
            // The one who fetches may have asked the caller: who waits for this call is to see that as well.
            call.wake();
            call.wait_until(None, || self.state().round != round)?;
            if let Some(error) = &self.state().failure {
                return Err(error.clone());
            }
        }
    }

    fn fetch(&self, fetch: impl Fn() -> Result<Token>) -> Result<SecretString> {
        let round = Round(self);
        let outcome = fetch();
        {
            let mut state = self.state();
            match &outcome {
                Ok(token) => (state.token, state.failure) = (Some(token.clone()), None),
                // The cancel of the one who fetches is not the answer of the others: the next of them fetches.
                Err(error) if matches!(error.status(), Status::Cancelled | Status::OutcomeUnknown) => {
                    state.failure = None
                }
                Err(error) => state.failure = Some(error.clone()),
            }
        }
        drop(round);
        outcome.map(|token| token.secret)
    }

    /// Wakes whoever waits for one of the calls that wait for a token.
    pub(crate) fn wake_waiting(&self) {
        let waiting = self.state().waiting.clone();
        for call in waiting {
            call.wake();
        }
    }

    /// Drops the token, where it is still the one that the environment refused. Later calls fetch another.
    pub(crate) fn drop_token(&self, refused: &SecretString) {
        let mut state = self.state();
        if state.token.as_ref().is_some_and(|token| token.secret.expose_secret() == refused.expose_secret()) {
            state.token = None;
        }
    }
}

/// Ends a round of fetching even where `fetch` panics; otherwise the others would wait for ever.
struct Round<'a>(&'a TokenCache);

impl Drop for Round<'_> {
    fn drop(&mut self) {
        let waiting = {
            let mut state = self.0.state();
            state.fetching = false;
            state.round += 1;
            std::mem::take(&mut state.waiting)
        };
        // Without the cache's lock: a waiter looks at the cache while it holds its call's.
        for call in waiting {
            call.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, Barrier};
    use std::time::Duration;

    fn token(text: &str, life: Duration) -> Token {
        Token { secret: text.into(), renew_at: Some(Instant::now() + life) }
    }

    #[test]
    fn many_threads_share_one_fetch() {
        let (cache, fetches) = (Arc::new(TokenCache::default()), Arc::new(AtomicUsize::new(0)));
        let start = Arc::new(Barrier::new(16));
        let threads: Vec<_> = (0..16)
            .map(|_| {
                let (cache, fetches, start) = (cache.clone(), fetches.clone(), start.clone());
                std::thread::spawn(move || {
                    start.wait();
                    let fetch = || {
                        fetches.fetch_add(1, Ordering::SeqCst);
                        Ok(token("t", Duration::from_secs(60)))
                    };
                    cache.get(&Call::new(), fetch).unwrap().expose_secret().to_owned()
                })
            })
            .collect();
        assert!(threads.into_iter().all(|thread| thread.join().unwrap() == "t"));
        assert_eq!(fetches.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn a_failure_is_told_to_all_who_waited_and_the_next_one_tries_again() {
        let cache = Arc::new(TokenCache::default());
        let entered = Arc::new(Barrier::new(2));
        let first = {
            let (cache, entered) = (cache.clone(), entered.clone());
            std::thread::spawn(move || {
                cache.get(&Call::new(), || {
                    entered.wait();
                    // Fails once the second thread waits.
                    while cache.state().waiting.is_empty() {
                        std::thread::yield_now();
                    }
                    Err(Error::new(Status::AuthenticationFailed, "no"))
                })
            })
        };
        entered.wait();
        let second = cache.get(&Call::new(), || panic!("only one fetch at a time"));
        assert_eq!(first.join().unwrap().err().unwrap().status(), Status::AuthenticationFailed);
        assert_eq!(second.err().unwrap().status(), Status::AuthenticationFailed);
        assert!(cache.get(&Call::new(), || Ok(token("t", Duration::from_secs(60)))).is_ok());
    }

    #[test]
    fn a_token_is_renewed_when_due_and_dropped_only_while_it_is_the_refused_one() {
        let cache = TokenCache::default();
        let get = |text: &str, life| cache.get(&Call::new(), || Ok(token(text, life))).unwrap();
        assert_eq!(get("one", Duration::ZERO).expose_secret(), "one");
        let two = get("two", Duration::from_secs(60));
        cache.drop_token(&"one".into());
        assert_eq!(get("three", Duration::from_secs(60)).expose_secret(), "two");
        cache.drop_token(&two);
        assert_eq!(get("three", Duration::from_secs(60)).expose_secret(), "three");
    }

    #[test]
    fn a_panic_while_fetching_does_not_block_the_others() {
        let cache = TokenCache::default();
        let panicked =
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| cache.get(&Call::new(), || panic!("defect"))));
        assert!(panicked.is_err());
        assert!(cache.get(&Call::new(), || Ok(token("t", Duration::from_secs(60)))).is_ok());
    }
}
