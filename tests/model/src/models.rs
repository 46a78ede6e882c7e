//! The models: each is run in every order of its threads' steps.

use std::time::Duration;

use loom::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use loom::thread;
use secrecy::ExposeSecret;

use crate::Token;
use crate::cache::TokenCache;
use crate::call::Call;
use crate::error::{Error, Result, Status};
use crate::gate::Gate;
use crate::sync::{Arc, Instant, START, set_clock};

const SHORT: Duration = Duration::from_secs(10);
const LONG: Duration = Duration::from_secs(20);

// ---- A call ----

/// A waiter sees what was set before a wake, whenever that falls.
pub fn a_wake_is_never_lost() {
    let (call, flag) = (Call::new(), Arc::new(AtomicBool::new(false)));
    let waiter = thread::spawn({
        let (call, flag) = (call.clone(), flag.clone());
        move || call.wait_until(None, || flag.load(Ordering::SeqCst))
    });
    flag.store(true, Ordering::SeqCst);
    call.wake();
    assert!(waiter.join().unwrap().unwrap());
}

/// A waiter comes back from a cancel, whenever that falls.
pub fn a_cancel_ends_a_wait() {
    let call = Call::new();
    let waiter = thread::spawn({
        let call = call.clone();
        move || call.wait_until(None, || false)
    });
    call.cancel();
    assert_eq!(waiter.join().unwrap().unwrap_err().status(), Status::Cancelled);
}

/// Who is told that nothing was changed can rely on it: the change is not sent afterwards.
pub fn a_cancel_that_says_nothing_was_changed_is_right() {
    let call = Call::new();
    let changing = thread::spawn({
        let call = call.clone();
        move || {
            let sent = call.change_starts("PATCH").is_ok();
            if sent {
                call.change_ends(true);
            }
            sent
        }
    });
    let told = call.cancel().status();
    let sent = changing.join().unwrap();
    assert_eq!(told == Status::OutcomeUnknown, sent);
}

// ---- The gate ----

/// Whoever waits at the gate passes only when each closing that was there before is over, also one that came meanwhile.
pub fn nobody_passes_a_closed_gate() {
    let (gate, call, closed_for_long) = (Arc::new(Gate::default()), Call::new(), Arc::new(AtomicBool::new(false)));
    gate.close_for(SHORT);
    let passing = thread::spawn({
        let (gate, call, closed_for_long) = (gate.clone(), call.clone(), closed_for_long.clone());
        move || {
            let was_closed_for_long = closed_for_long.load(Ordering::SeqCst);
            gate.wait(&call).unwrap();
            let least = if was_closed_for_long { LONG } else { SHORT };
            assert!(Instant::now().saturating_duration_since(START) >= least);
        }
    });
    gate.close_for(LONG);
    closed_for_long.store(true, Ordering::SeqCst);
    for closing in [SHORT, LONG] {
        set_clock(closing.as_secs());
        call.wake();
    }
    passing.join().unwrap();
    assert!(gate.closed_for().is_zero());
}

/// Of two closings at once the longer one counts.
pub fn the_longer_of_two_closings_counts() {
    let gate = Arc::new(Gate::default());
    let closing = thread::spawn({
        let gate = gate.clone();
        move || gate.close_for(SHORT)
    });
    gate.close_for(LONG);
    closing.join().unwrap();
    assert_eq!(gate.closed_for(), LONG);
}

/// A cancel ends the wait at a gate that stays closed.
pub fn a_cancel_ends_the_wait_at_the_gate() {
    let (gate, call) = (Arc::new(Gate::default()), Call::new());
    gate.close_for(LONG);
    let waiting = thread::spawn({
        let (gate, call) = (gate.clone(), call.clone());
        move || gate.wait(&call)
    });
    call.cancel();
    assert_eq!(waiting.join().unwrap().unwrap_err().status(), Status::Cancelled);
}

// ---- The cache of the token ----

/// A cache, and what counts its fetches and sees to it that there is one at a time.
#[derive(Clone)]
struct Source {
    cache: Arc<TokenCache>,
    fetching: Arc<AtomicBool>,
    fetches: Arc<AtomicUsize>,
}

impl Source {
    fn new() -> Self {
        let (cache, fetching, fetches) = (TokenCache::default(), AtomicBool::new(false), AtomicUsize::new(0));
        Self { cache: Arc::new(cache), fetching: Arc::new(fetching), fetches: Arc::new(fetches) }
    }

    /// Asks for a token; `give` gets the number of the fetch.
    fn get(&self, call: &Call, give: impl Fn(usize) -> Result<Token>) -> Result<String> {
        let secret = self.cache.get(call, || {
            assert!(!self.fetching.swap(true, Ordering::SeqCst), "two fetches at a time");
            let given = give(self.fetches.fetch_add(1, Ordering::SeqCst) + 1);
            self.fetching.store(false, Ordering::SeqCst);
            given
        })?;
        Ok(secret.expose_secret().to_owned())
    }

    fn count(&self) -> usize {
        self.fetches.load(Ordering::SeqCst)
    }
}

fn numbered(number: usize) -> Result<Token> {
    Ok(Token { secret: number.to_string().into(), renew_at: None })
}

/// Two threads and a third get the token of one fetch.
pub fn all_get_the_token_of_one_fetch() {
    let source = Source::new();
    let others: Vec<_> = (0..2)
        .map(|_| {
            let source = source.clone();
            thread::spawn(move || source.get(&Call::new(), numbered).unwrap())
        })
        .collect();
    assert_eq!(source.get(&Call::new(), numbered).unwrap(), "1");
    for other in others {
        assert_eq!(other.join().unwrap(), "1");
    }
    assert_eq!(source.count(), 1);
}

/// Where fetching fails, everyone is told, and nobody waits for ever.
pub fn a_failure_reaches_everyone() {
    let source = Source::new();
    let fail = |_| Err(Error::new(Status::AuthenticationFailed, "no"));
    let other = thread::spawn({
        let source = source.clone();
        move || source.get(&Call::new(), fail).unwrap_err().status()
    });
    assert_eq!(source.get(&Call::new(), fail).unwrap_err().status(), Status::AuthenticationFailed);
    assert_eq!(other.join().unwrap(), Status::AuthenticationFailed);
}

/// The cancel of the one who fetches is not the answer of the one who waits.
pub fn a_cancelled_fetch_fails_nobody_else() {
    let source = Source::new();
    let cancelled = thread::spawn({
        let source = source.clone();
        move || source.get(&Call::new(), |_| Err(Error::new(Status::Cancelled, "cancelled")))
    });
    assert!(source.get(&Call::new(), numbered).is_ok());
    // It may have come late, and got the other's token.
    assert!(cancelled.join().unwrap().is_ok() || source.count() == 2);
}

/// One who waits for another's fetch can be cancelled, which disturbs nobody.
pub fn a_cancelled_waiter_disturbs_nobody() {
    let (source, call) = (Source::new(), Call::new());
    let waiting = thread::spawn({
        let (source, call) = (source.clone(), call.clone());
        move || source.get(&call, numbered)
    });
    let fetching = thread::spawn({
        let source = source.clone();
        move || source.get(&Call::new(), numbered).unwrap()
    });
    call.cancel();
    assert!(fetching.join().unwrap() == "1" && source.count() == 1);
    assert!(waiting.join().unwrap().is_ok_and(|token| token == "1") || call.is_cancelled());
}

/// A token that is refused to two threads is fetched anew once.
pub fn a_refused_token_is_fetched_anew_once() {
    let source = Source::new();
    assert_eq!(source.get(&Call::new(), numbered).unwrap(), "1");
    let again = |source: &Source| {
        source.cache.drop_token(&"1".into());
        source.get(&Call::new(), numbered).unwrap()
    };
    let other = thread::spawn({
        let source = source.clone();
        move || again(&source)
    });
    assert_eq!(again(&source), "2");
    assert_eq!(other.join().unwrap(), "2");
    assert_eq!(source.count(), 2);
}
