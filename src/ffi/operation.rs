//! Waiting for operations.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use libc::c_char;

use super::border::{export, free};
use super::error::d365_error;
use crate::error::Status;
use crate::operation::Operation;

/// An operation under way on a thread of the library. One thread waits for it; any thread may cancel it.
pub struct d365_operation {
    operation: Operation,
    /// What `d365_operation_log` handed out last.
    log: Mutex<String>,
}

impl d365_operation {
    pub(super) fn into_raw(operation: Operation) -> *mut Self {
        Box::into_raw(Box::new(d365_operation { operation, log: Mutex::default() }))
    }
}

/// Waits until an operation is done, at most `timeout_ms` milliseconds; 0 only looks.
///
/// Returns OK when it is done, PENDING when the time is over and it still goes on, ANSWER_NEEDED at once when a question of its client
/// waits to be taken by `d365_client_question` (only where the caller chose so), otherwise the status of its failure (the same at each
/// call): any but END. OUTCOME_UNKNOWN means that a change was sent and no reply told what became of it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_operation_wait(
    operation: *const d365_operation,
    timeout_ms: u32,
    error: *mut *mut d365_error,
) -> Status {
    export!(error; operation = handle(operation); {
        match operation.operation.wait(Some(Duration::from_millis(timeout_ms.into()))) {
            None if operation.operation.is_asked() => Ok(Status::AnswerNeeded),
            None => Ok(Status::Pending),
            Some(outcome) => outcome.map(|_| Status::Ok),
        }
    })
}

/// The result of an operation that is done: one JSON object, UTF-8 without a NUL at its end, owned by the operation, valid until
/// that is freed. What is in it is said at the function that started the operation.
///
/// Returns OK, PENDING while it is under way, or the status of its failure.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_operation_result(
    operation: *const d365_operation,
    text: *mut *const c_char,
    len: *mut usize,
    error: *mut *mut d365_error,
) -> Status {
    export!(error; operation = handle(operation), text = out(text), len = out(len); {
        match operation.operation.wait(Some(Duration::ZERO)) {
            None => Ok(Status::Pending),
            Some(outcome) => {
                let result = outcome?;
                text.set(result.as_ptr().cast());
                len.set(result.len());
                Ok(Status::Ok)
            }
        }
    })
}

/// The log lines of an operation since the last call, each ended by LF: every request with its status, time and tries. No secret
/// is ever in them. `*text` is UTF-8 without a NUL at its end, valid until the next call or until the operation is freed; `*len`
/// is 0 where there are none.
///
/// Returns OK, INVALID_ARGUMENT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_operation_log(
    operation: *const d365_operation,
    text: *mut *const c_char,
    len: *mut usize,
    error: *mut *mut d365_error,
) -> Status {
    export!(error; operation = handle(operation), text = out(text), len = out(len); {
        let mut log = operation.log.lock().unwrap_or_else(PoisonError::into_inner);
        *log = operation.operation.take_log();
        text.set(log.as_ptr().cast());
        len.set(log.len());
        Ok(Status::Ok)
    })
}

/// Cancels an operation; NULL is fine. Whoever waits for it gets CANCELLED where nothing was changed, OUTCOME_UNKNOWN where a
/// change was on its way, at once. Any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_operation_cancel(operation: *const d365_operation) {
    export!(std::ptr::null_mut(); operation = handle(operation); {
        operation.operation.cancel();
        Ok(Status::Ok)
    });
}

/// Frees an operation, and cancels it where it is under way; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_operation_free(operation: *mut d365_operation) {
    // SAFETY: a handle or NULL, freed once.
    unsafe { free(operation) }
}
