//! Questions to the caller, as C sees them: for an access token, or for a signature with a key that the caller keeps.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use libc::{c_char, c_void};
use secrecy::SecretBox;

use super::border::{export, free};
use super::client::d365_client;
use super::error::d365_error;
use crate::auth::{Answer, Ask, Question, SigningAlgorithm, Subject};
use crate::error::{Result, Status};

/// Something that the library asks of the caller, who answers it with `d365_question_answer` or `d365_question_refuse`, once, whenever and
/// on whichever thread it likes, and then frees it with `d365_question_free`. Until then the operation that needs it waits, which a
/// cancel ends.
pub struct d365_question {
    question: Question,
    data: Vec<u8>,
}

/// What a question wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum AnswerKind {
    /// An access token. The question's data is the resource that it must be for, such as "https://contoso.crm4.dynamics.com" (as a
    /// scope: followed by "/.default").
    Token = 1,
    /// The signature of the question's data with the certificate's private key by RSASSA-PSS with SHA-256 and a salt of 32 bytes.
    SignaturePs256 = 2,
    /// The signature of the question's data with the certificate's private key by RSASSA-PKCS1-v1_5 with SHA-256.
    SignatureRs256 = 3,
}

/// Gets a question of a client, and owns it from then on. Called on a thread of the library, one at a time for a client; it may answer
/// before it returns or have another thread do it.
pub type d365_question_callback = Option<unsafe extern "C" fn(user_data: *mut c_void, question: *mut d365_question)>;

/// Frees what a callback was given as `user_data`; called once, on any thread, when no client, operation or rows can call it any more.
pub type d365_free_callback = Option<unsafe extern "C" fn(user_data: *mut c_void)>;

impl d365_question {
    fn into_raw(question: Question) -> *mut Self {
        let data = match question.subject() {
            Subject::Token { resource } => resource.clone().into_bytes(),
            Subject::Signature { message, .. } => message.clone(),
        };
        Box::into_raw(Box::new(d365_question { question, data }))
    }
}

/// A callback with its data, which is freed with the last client that could call it.
pub(super) struct Callback {
    call: unsafe extern "C" fn(*mut c_void, *mut d365_question),
    free: d365_free_callback,
    user_data: *mut c_void,
    /// Whether the data is the library's to free: only once a configuration has taken it.
    taken: AtomicBool,
}

// SAFETY: the header says that both functions are called on threads of the library.
unsafe impl Send for Callback {}
// SAFETY: the same; one at a time for a client.
unsafe impl Sync for Callback {}

impl Callback {
    fn ask(&self, question: Question) {
        // SAFETY: the header asks for a function that takes these two.
        unsafe { (self.call)(self.user_data, d365_question::into_raw(question)) }
    }
}

impl Drop for Callback {
    fn drop(&mut self) {
        if let Some(free) = self.free.filter(|_| self.taken.load(Ordering::Acquire)) {
            // SAFETY: the header asks for a function that frees what it is given; nobody uses it any more.
            unsafe { free(self.user_data) }
        }
    }
}

/// Sets up how questions reach the caller: by its callback, or, without one, by `d365_client_question`. Where `set` fails, the data stay
/// the caller's.
pub(super) fn set_up(
    callback: d365_question_callback,
    user_data: *mut c_void,
    free_user_data: d365_free_callback,
    set: impl FnOnce(Ask) -> Result<()>,
) -> Result<Status> {
    let Some(call) = callback else {
        set(Arc::new(|question, inbox| inbox.put(question)))?;
        return Ok(Status::Ok);
    };
    let callback = Arc::new(Callback { call, free: free_user_data, user_data, taken: AtomicBool::new(false) });
    let asked = callback.clone();
    set(Arc::new(move |question, _| asked.ask(question)))?;
    callback.taken.store(true, Ordering::Release);
    Ok(Status::Ok)
}

/// Takes the next question of a client that was set up without a callback: after `d365_operation_wait` or `d365_rows_next` returned
/// ANSWER_NEEDED. Each question is handed out once.
///
/// On success `*question` is a handle that the caller frees with `d365_question_free`. Any thread.
///
/// Returns OK, END where there is no question (another thread took it), INVALID_ARGUMENT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_client_question(
    client: *const d365_client,
    question: *mut *mut d365_question,
    error: *mut *mut d365_error,
) -> Status {
    export!(error; client = handle(client), question = out(question); {
        let Some(next) = client.0.question() else { return Ok(Status::End) };
        question.set(d365_question::into_raw(next));
        Ok(Status::Ok)
    })
}

/// What a question wants: a `d365_answer_kind`; 0 for NULL. Any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_question_wants(question: *const d365_question) -> i32 {
    // SAFETY: a handle or NULL.
    let kind = unsafe { question.as_ref() }.map(|question| match question.question.subject() {
        Subject::Token { .. } => AnswerKind::Token,
        Subject::Signature { algorithm: SigningAlgorithm::Ps256, .. } => AnswerKind::SignaturePs256,
        Subject::Signature { algorithm: SigningAlgorithm::Rs256, .. } => AnswerKind::SignatureRs256,
    });
    kind.map_or(0, |kind| kind as i32)
}

/// The data of a question: the resource of a token, UTF-8 without a NUL at its end, or the bytes to sign. Owned by the question, valid
/// until that is freed. Any thread.
///
/// Returns OK, INVALID_ARGUMENT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_question_data(
    question: *const d365_question,
    data: *mut *const u8,
    len: *mut usize,
    error: *mut *mut d365_error,
) -> Status {
    export!(error; question = handle(question), data = out(data), len = out(len); {
        data.set(question.data.as_ptr());
        len.set(question.data.len());
        Ok(Status::Ok)
    })
}

/// Answers a question: with a token as UTF-8, or with the bytes of a signature, which are copied and wiped when they are no longer needed.
/// `expires_in_s` is how many seconds a token is good from now on, 0 where that is not known; a signature does not need it.
///
/// Only the first answer counts. Any thread.
///
/// Returns OK, INVALID_ARGUMENT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_question_answer(
    question: *const d365_question,
    answer: *const u8,
    answer_len: usize,
    expires_in_s: u64,
    error: *mut *mut d365_error,
) -> Status {
    export!(error; question = handle(question), answer = bytes(answer, answer_len); {
        let expires_in = (expires_in_s > 0).then(|| Duration::from_secs(expires_in_s));
        question.question.answer(Answer { bytes: SecretBox::new(Box::new(answer.to_vec())), expires_in });
        Ok(Status::Ok)
    })
}

/// Says that a question gets no answer, and why: a sentence for the error that the waiting operations then fail with
/// (AUTHENTICATION_FAILED). It must hold no secret. Any thread.
///
/// Returns OK, INVALID_ARGUMENT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_question_refuse(
    question: *const d365_question,
    reason: *const c_char,
    error: *mut *mut d365_error,
) -> Status {
    export!(error; question = handle(question), reason = text(reason); {
        question.question.refuse(reason);
        Ok(Status::Ok)
    })
}

/// Frees a question; NULL is fine. One that was not answered counts as refused.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_question_free(question: *mut d365_question) {
    // SAFETY: a handle or NULL, freed once.
    unsafe { free(question) }
}
