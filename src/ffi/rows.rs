//! Cursors over many rows.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use libc::c_char;

use super::border::{export, free};
use super::error::d365_error;
use crate::changes::ChangeToken;
use crate::error::Status;
use crate::odata::Batch;
use crate::rows::{Next, Rows};

/// Many rows on their way: pages are fetched ahead on a thread of the library. One thread reads; any thread may cancel.
pub struct d365_rows {
    rows: Rows,
    /// What `d365_rows_next` handed out last.
    current: Mutex<Batch>,
    /// What `d365_rows_log` handed out last.
    log: Mutex<String>,
    /// The token of the changes, once all were read.
    token: ChangeToken,
    /// What `d365_rows_token` handed out last.
    told: Mutex<String>,
}

impl d365_rows {
    pub(super) fn into_raw(rows: Rows) -> *mut Self {
        Self::with_token(rows, ChangeToken::default())
    }

    pub(super) fn with_token(rows: Rows, token: ChangeToken) -> *mut Self {
        let (current, log, told) = (Mutex::default(), Mutex::default(), Mutex::default());
        Box::into_raw(Box::new(d365_rows { rows, current, log, token, told }))
    }
}

/// Some rows, as ASCII delimited text: fields end with US (0x1F), records with RS (0x1E), fields in the order of the columns. Null
/// is an empty field, booleans are true and false, nested values JSON, several values of one field are separated by GS (0x1D). Where `escaped` is set, a value's own characters 0x10 and
/// 0x1C to 0x1F come as DLE (0x10) followed by the character 0x40 higher.
#[repr(C)]
pub struct d365_batch {
    /// UTF-8, without a NUL at its end.
    pub text: *const c_char,
    /// The length of the text in bytes.
    pub len: usize,
    /// How many records there are.
    pub rows: usize,
    /// Whether any value has escaped characters.
    pub escaped: bool,
}

/// The next rows; waits for them at most `timeout_ms` milliseconds.
///
/// Returns OK with `*batch` filled (its text is valid until the next call or until the rows are freed), PENDING when the time is
/// over and they are still on their way, ANSWER_NEEDED as `d365_operation_wait`, END when there are no more, otherwise the status of the
/// failure: USER_NOT_FOUND and whatever `d365_user_get` fails with.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_rows_next(
    rows: *const d365_rows,
    timeout_ms: u32,
    batch: *mut d365_batch,
    error: *mut *mut d365_error,
) -> Status {
    export!(error; rows = handle(rows), batch = out(batch); {
        match rows.rows.next(Some(Duration::from_millis(timeout_ms.into())))? {
            Next::Pending if rows.rows.is_asked() => Ok(Status::AnswerNeeded),
            Next::Pending => Ok(Status::Pending),
            Next::End => Ok(Status::End),
            Next::Batch(next) => {
                let mut current = rows.current.lock().unwrap_or_else(PoisonError::into_inner);
                *current = next;
                batch.set(d365_batch {
                    text: current.text().as_ptr().cast(),
                    len: current.text().len(),
                    rows: current.rows(),
                    escaped: current.is_escaped(),
                });
                Ok(Status::Ok)
            }
        }
    })
}

/// The log lines of the fetching since the last call, as `d365_operation_log`.
///
/// Returns OK, INVALID_ARGUMENT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_rows_log(
    rows: *const d365_rows,
    text: *mut *const c_char,
    len: *mut usize,
    error: *mut *mut d365_error,
) -> Status {
    export!(error; rows = handle(rows), text = out(text), len = out(len); {
        let mut log = rows.log.lock().unwrap_or_else(PoisonError::into_inner);
        *log = rows.rows.take_log();
        text.set(log.as_ptr().cast());
        len.set(log.len());
        Ok(Status::Ok)
    })
}

/// The token for the next `d365_changes`, once `d365_rows_next` returned END on rows of `d365_changes`: UTF-8 without a NUL at its end, valid until the next call or
/// until the rows are freed. It is no secret; it says where the changes of the table stood.
///
/// Returns OK, PENDING before the last row was read (and for rows of any other list), INVALID_ARGUMENT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_rows_token(
    rows: *const d365_rows,
    text: *mut *const c_char,
    len: *mut usize,
    error: *mut *mut d365_error,
) -> Status {
    export!(error; rows = handle(rows), text = out(text), len = out(len); {
        let Some(token) = rows.token.get() else { return Ok(Status::Pending) };
        let mut told = rows.told.lock().unwrap_or_else(PoisonError::into_inner);
        *told = token;
        text.set(told.as_ptr().cast());
        len.set(told.len());
        Ok(Status::Ok)
    })
}

/// Ends the fetching; NULL is fine. Whoever reads gets CANCELLED at once. Any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_rows_cancel(rows: *const d365_rows) {
    export!(std::ptr::null_mut(); rows = handle(rows); {
        rows.rows.cancel();
        Ok(Status::Ok)
    });
}

/// Frees rows, and ends their fetching; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_rows_free(rows: *mut d365_rows) {
    // SAFETY: a handle or NULL, freed once.
    unsafe { free(rows) }
}
