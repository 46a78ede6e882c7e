//! What only the caller can give: an access token, or a signature with a key that it does not hand over.
//!
//! A question reaches the caller by a function that it gave, which runs on a thread of the library, or lies in the [`Inbox`] until
//! the caller's own thread takes it out. Either way it is answered whenever and on whichever thread the caller likes; the thread that
//! asked waits, and a cancel ends that wait.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use secrecy::SecretString;

use super::{SigningAlgorithm, TokenCache};
use crate::call::Call;
use crate::error::{Error, Result, Status};

/// What the library asks of its caller.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Subject {
    /// An access token for this resource: the environment's address, without a slash at its end.
    Token { resource: String },
    /// The signature of these bytes with the private key of the certificate.
    Signature { algorithm: SigningAlgorithm, message: Vec<u8> },
}

/// An access token that the caller gives.
#[derive(Clone)]
pub struct GivenToken {
    /// The token.
    pub token: SecretString,
    /// How long it is good from now on. Where that is not known, it is used until the environment refuses it.
    pub expires_in: Option<Duration>,
}

impl fmt::Debug for GivenToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GivenToken").field("expires_in", &self.expires_in).finish_non_exhaustive()
    }
}

/// What the caller answers: the text of a token, or the bytes of a signature.
pub(crate) struct Answer {
    pub(crate) bytes: secrecy::SecretBox<Vec<u8>>,
    pub(crate) expires_in: Option<Duration>,
}

/// Takes a question to the caller: to a function of its, or into the client's inbox.
pub(crate) type Ask = Arc<dyn Fn(Question, &Inbox) + Send + Sync>;

/// Who asks: the call that waits, the inbox of its client, and the cache where other calls wait for the same token.
pub(crate) struct Asker<'a> {
    pub(crate) call: &'a Call,
    pub(crate) inbox: &'a Inbox,
    pub(crate) tokens: &'a TokenCache,
}

impl Asker<'_> {
    /// Asks, and waits for the answer until the call is cancelled.
    pub(crate) fn ask(&self, by: &Ask, subject: Subject) -> Result<Answer> {
        let slot = Arc::new(Slot { state: Mutex::new(State::Open), call: self.call.clone() });
        by(Question { subject, slot: slot.clone() }, self.inbox);
        if self.inbox.has_open() {
            // Whoever waits for one of these calls is to look into the inbox.
            self.call.wake();
            self.tokens.wake_waiting();
            self.inbox.wake_watching();
        }
        let waited = self.call.wait_until(None, || !slot.is_open());
        // A late answer finds nobody; an inbox drops a question that nobody waits for.
        let state = slot.close();
        waited?;
        match state {
            State::Answered(answer) => answer,
            State::Open | State::Closed => Err(Error::new(Status::Internal, "A question ended without an answer.")),
        }
    }
}

/// A question that waits for its answer. One that is dropped without an answer counts as refused.
pub(crate) struct Question {
    subject: Subject,
    slot: Arc<Slot>,
}

struct Slot {
    state: Mutex<State>,
    call: Call,
}

enum State {
    Open,
    Answered(Result<Answer>),
    /// Who asked does not wait any more.
    Closed,
}

impl Slot {
    fn is_open(&self) -> bool {
        matches!(*self.state.lock().unwrap_or_else(PoisonError::into_inner), State::Open)
    }

    /// Puts the answer in where the question is open still.
    fn answer(&self, answer: Result<Answer>) {
        {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            if !matches!(*state, State::Open) {
                return;
            }
            *state = State::Answered(answer);
        }
        self.call.wake();
    }

    fn close(&self) -> State {
        std::mem::replace(&mut *self.state.lock().unwrap_or_else(PoisonError::into_inner), State::Closed)
    }
}

impl Question {
    /// What is asked.
    pub(crate) fn subject(&self) -> &Subject {
        &self.subject
    }

    /// Answers it. Only the first answer counts.
    pub(crate) fn answer(&self, answer: Answer) {
        self.slot.answer(Ok(answer));
    }

    /// Says that there is no answer.
    pub(crate) fn fail(&self, error: Error) {
        self.slot.answer(Err(error));
    }

    /// Says why there is no answer.
    pub(crate) fn refuse(&self, why: &str) {
        let what = match self.subject {
            Subject::Token { .. } => "The caller gave no access token",
            Subject::Signature { .. } => "The caller gave no signature for the client assertion",
        };
        let why = why.trim().trim_end_matches('.');
        let what = if why.is_empty() { format!("{what}.") } else { format!("{what}: {why}.") };
        self.fail(Error::new(Status::AuthenticationFailed, what));
    }
}

impl Drop for Question {
    fn drop(&mut self) {
        self.refuse("the question was let go without an answer");
    }
}

impl fmt::Debug for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.subject {
            Subject::Token { .. } => "Question(Token)",
            Subject::Signature { .. } => "Question(Signature)",
        })
    }
}

/// Questions that wait for the caller to take them: for callers whose code must not run on a thread of the library.
#[derive(Default)]
pub(crate) struct Inbox {
    questions: Mutex<VecDeque<Question>>,
    /// Calls that wait for what another thread does, which may ask.
    watching: Mutex<Vec<Call>>,
}

impl Inbox {
    fn questions(&self) -> MutexGuard<'_, VecDeque<Question>> {
        self.questions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn put(&self, question: Question) {
        self.questions().push_back(question);
    }

    /// Whether there is a question that somebody waits for.
    pub(crate) fn has_open(&self) -> bool {
        self.questions().iter().any(|question| question.slot.is_open())
    }

    /// The oldest question that somebody waits for. Each is handed out once.
    pub(crate) fn take(&self) -> Option<Question> {
        loop {
            // Dropped outside of the lock: that may wake a call, which looks into this inbox under a lock of its own.
            let question = self.questions().pop_front()?;
            if question.slot.is_open() {
                return Some(question);
            }
        }
    }

    /// Whoever waits for this call learns of a question that another one asks, as long as what this returns is kept.
    pub(crate) fn watch(&self, call: &Call) -> Watch<'_> {
        self.watching().push(call.clone());
        // There may be one already.
        call.wake();
        Watch { inbox: self, call: call.clone() }
    }

    fn wake_watching(&self) {
        let watching = self.watching().clone();
        for call in watching {
            call.wake();
        }
    }

    fn watching(&self) -> MutexGuard<'_, Vec<Call>> {
        self.watching.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A call that watches an inbox.
pub(crate) struct Watch<'a> {
    inbox: &'a Inbox,
    call: Call,
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        let mut watching = self.inbox.watching();
        if let Some(at) = watching.iter().position(|call| call.is_same(&self.call)) {
            watching.swap_remove(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::{ExposeSecret, SecretBox};

    fn token_question() -> Subject {
        Subject::Token { resource: "https://contoso.example".into() }
    }

    fn answer(text: &str) -> Answer {
        Answer { bytes: SecretBox::new(Box::new(text.into())), expires_in: None }
    }

    fn ask(by: &Ask, call: &Call, inbox: &Inbox) -> Result<Answer> {
        Asker { call, inbox, tokens: &TokenCache::default() }.ask(by, token_question())
    }

    #[test]
    fn an_answer_from_another_thread_ends_the_wait() {
        let by: Ask = Arc::new(|question, _| {
            std::thread::spawn(move || {
                question.answer(answer("first"));
                question.answer(answer("second"));
            });
        });
        let got = ask(&by, &Call::new(), &Inbox::default()).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(got.bytes.expose_secret(), b"first");
    }

    #[test]
    fn a_refusal_and_a_question_let_go_are_told_with_their_reason() {
        let refused: Ask = Arc::new(|question, _| question.refuse("no one is signed in."));
        let error = ask(&refused, &Call::new(), &Inbox::default()).err().unwrap();
        assert_eq!(error.status(), Status::AuthenticationFailed);
        assert_eq!(error.what(), "The caller gave no access token: no one is signed in.");
        let dropped: Ask = Arc::new(|question, _| drop(question));
        let error = ask(&dropped, &Call::new(), &Inbox::default()).err().unwrap();
        assert!(error.what().contains("without an answer"), "{error}");
    }

    #[test]
    fn who_waits_for_another_thread_learns_of_its_question() {
        let (inbox, waiting) = (Arc::new(Inbox::default()), Call::new());
        let by: Ask = Arc::new(|question, inbox| inbox.put(question));
        let asker = Call::new();
        let watch = inbox.watch(&waiting);
        let asking = {
            let (asker, inbox) = (asker.clone(), inbox.clone());
            std::thread::spawn(move || ask(&by, &asker, &inbox).err().unwrap())
        };
        // It ends by being woken alone: nothing else happens to this call.
        assert!(waiting.wait_until(None, || inbox.has_open()).unwrap());
        drop(watch);
        assert!(inbox.watching().is_empty());
        asker.cancel();
        asking.join().unwrap();
    }

    #[test]
    fn who_cancels_waits_no_longer_and_the_inbox_forgets_the_question() {
        let inbox = Arc::new(Inbox::default());
        let by: Ask = Arc::new(|question, inbox| inbox.put(question));
        let call = Call::new();
        let asking = {
            let (call, inbox) = (call.clone(), inbox.clone());
            std::thread::spawn(move || ask(&by, &call, &inbox).err().unwrap())
        };
        while !inbox.has_open() {
            std::thread::yield_now();
        }
        call.cancel();
        assert_eq!(asking.join().unwrap().status(), Status::Cancelled);
        assert!(!inbox.has_open() && inbox.take().is_none());
    }
}
