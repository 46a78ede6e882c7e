//! Errors as C sees them.

use libc::c_char;

use super::border::{export, free};
use crate::error::{Error, Status};

/// An error of a call: what happened, why, and what to do. Owned by the caller, freed with `d365_error_free`.
///
/// A function that fails writes one to its last argument where that is not NULL. Any thread may read it.
pub struct d365_error {
    error: Error,
    message: String,
}

impl d365_error {
    pub(super) fn new(error: Error) -> Self {
        let message = error.to_string();
        d365_error { error, message }
    }
}

/// A text of an error, for `d365_error_text`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum ErrorField {
    /// The whole text for a person: what happened, cause, advice.
    Message = 0,
    /// The server's code, such as "0x80040217" or "AADSTS7000215".
    Code = 1,
    /// What the error is about: "systemuser" and an id, for example.
    Target = 2,
    /// The server's identifier of the request.
    RequestId = 3,
    /// The privilege that is missing, such as "prvReadUser".
    Privilege = 4,
}

/// The status of an error; `D365_STATUS_INVALID_ARGUMENT` for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_error_status(error: *const d365_error) -> Status {
    // SAFETY: a handle or NULL.
    unsafe { error.as_ref() }.map_or(Status::InvalidArgument, |error| error.error.status())
}

/// The HTTP status of the reply that an error comes from; 0 where there was none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_error_http_status(error: *const d365_error) -> u16 {
    // SAFETY: a handle or NULL.
    unsafe { error.as_ref() }.and_then(|error| error.error.http_status()).unwrap_or(0)
}

/// How long the server asked to wait, in milliseconds; -1 where it did not.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_error_retry_after_ms(error: *const d365_error) -> i64 {
    // SAFETY: a handle or NULL.
    let wait = unsafe { error.as_ref() }.and_then(|error| error.error.retry_after());
    wait.map_or(-1, |wait| i64::try_from(wait.as_millis()).unwrap_or(i64::MAX))
}

/// A text of an error. `field` is a `d365_error_field`; a text that is not there has length 0.
///
/// `*text` is UTF-8 without a NUL at its end, owned by the error, valid until that is freed.
///
/// Returns `D365_STATUS_OK`, or `D365_STATUS_INVALID_ARGUMENT` for NULL and for a field that is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_error_text(
    error: *const d365_error,
    field: i32,
    text: *mut *const c_char,
    len: *mut usize,
) -> Status {
    export!(std::ptr::null_mut(); error = handle(error), text = out(text), len = out(len); {
        let found = match field {
            0 => error.message.as_str(),
            1 => error.error.code().unwrap_or_default(),
            2 => error.error.target().unwrap_or_default(),
            3 => error.error.request_id().unwrap_or_default(),
            4 => error.error.privilege().unwrap_or_default(),
            _ => return Ok(Status::InvalidArgument),
        };
        text.set(found.as_ptr().cast());
        len.set(found.len());
        Ok(Status::Ok)
    })
}

/// Frees an error; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_error_free(error: *mut d365_error) {
    // SAFETY: a handle or NULL, freed once.
    unsafe { free(error) }
}
