//! The border between C and Rust: panics stop here, pointers and text are checked here.

use std::ffi::CStr;
use std::sync::Once;

use libc::c_char;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::error::d365_error;
use crate::error::{Error, Result, Status, json_fault};
use crate::operation::guard;

/// Wraps the body of an export: `export!(error; name = check(argument), ...; { body })`.
///
/// Each check names the argument in its error. The body gives a `Result<Status>`; an error, or a panic, goes out through
/// `error` and as the status.
macro_rules! export {
    ($error:expr; $($name:ident = $check:ident($($argument:expr),+)),* $(,)?; $body:block) => {
        $crate::ffi::border::enter($error, || {
            // SAFETY: the caller keeps the header's word on each pointer; NULL is checked.
            $(let $name = unsafe { $crate::ffi::border::$check($($argument),+, stringify!($name)) }?;)*
            $body
        })
    };
}
pub(super) use export;

/// Runs the body of an export. A panic becomes `D365_STATUS_INTERNAL`.
pub(super) fn enter(error: *mut *mut d365_error, body: impl FnOnce() -> Result<Status>) -> Status {
    quiet_panics();
    match guard(body) {
        Ok(status) => status,
        Err(failure) => {
            let status = failure.status();
            if !error.is_null() {
                // SAFETY: not NULL, and the header asks for a place to write a handle to.
                unsafe { error.write(Box::into_raw(Box::new(d365_error::new(failure)))) };
            }
            status
        }
    }
}

/// A panic is told as a status; its text must not go to the host's stderr as well.
fn quiet_panics() {
    static ONCE: Once = Once::new();
    // Only where the library is a cdylib of its own is the hook its own; a Rust program keeps the one it has.
    if cfg!(not(test)) && std::env::var_os("DYNAMICS365_SHOW_PANICS").is_none() {
        ONCE.call_once(|| std::panic::set_hook(Box::new(|_| {})));
    }
}

fn null(name: &str) -> Error {
    Error::new(Status::InvalidArgument, format!("The argument '{name}' is NULL.")).with_target(name)
}

/// A handle that must be there.
pub(super) unsafe fn handle<'a, T>(pointer: *const T, name: &str) -> Result<&'a T> {
    // SAFETY: NULL is checked; otherwise it is a handle of this library that was not freed, as the header demands.
    unsafe { pointer.as_ref() }.ok_or_else(|| null(name))
}

/// A handle that the function changes; no other thread may use it meanwhile.
pub(super) unsafe fn handle_mut<'a, T>(pointer: *mut T, name: &str) -> Result<&'a mut T> {
    // SAFETY: as for `handle`, and the header demands that no other thread uses it.
    unsafe { pointer.as_mut() }.ok_or_else(|| null(name))
}

/// A place to write an output to.
pub(super) unsafe fn out<T>(pointer: *mut T, name: &str) -> Result<Out<T>> {
    if pointer.is_null() { Err(null(name)) } else { Ok(Out(pointer)) }
}

/// A checked output; written only on success.
pub(super) struct Out<T>(*mut T);

impl<T> Out<T> {
    pub(super) fn set(self, value: T) {
        // SAFETY: `out` checked for NULL, and the header asks for a place of this type.
        unsafe { self.0.write(value) };
    }
}

/// Text that must be there: NUL-terminated UTF-8.
pub(super) unsafe fn text<'a>(pointer: *const c_char, name: &str) -> Result<&'a str> {
    // SAFETY: the same demand.
    unsafe { optional_text(pointer, name) }?.ok_or_else(|| null(name))
}

/// Text that may be NULL.
pub(super) unsafe fn optional_text<'a>(pointer: *const c_char, name: &str) -> Result<Option<&'a str>> {
    if pointer.is_null() {
        return Ok(None);
    }
    // SAFETY: not NULL, and the header demands a NUL at its end.
    let text = unsafe { CStr::from_ptr(pointer) }.to_str();
    text.map(Some).map_err(|_| {
        Error::new(Status::InvalidArgument, format!("The argument '{name}' is not UTF-8.")).with_target(name)
    })
}

/// Bytes by pointer and length; NULL with length 0 is empty.
pub(super) unsafe fn bytes<'a>(pointer: *const u8, length: usize, name: &str) -> Result<&'a [u8]> {
    match (pointer.is_null(), length) {
        (true, 0) => Ok(&[]),
        (true, _) => Err(null(name)),
        (false, length) if length > isize::MAX as usize => {
            Err(Error::new(Status::InvalidArgument, format!("The length of '{name}' is no length: {length}."))
                .with_target(name))
        }
        // SAFETY: not NULL, a possible length, and the header demands that many bytes.
        (false, length) => Ok(unsafe { std::slice::from_raw_parts(pointer, length) }),
    }
}

/// A GUID as text.
pub(super) unsafe fn guid(pointer: *const c_char, name: &str) -> Result<Uuid> {
    // SAFETY: the same demand.
    let given = unsafe { text(pointer, name) }?;
    Uuid::parse_str(given.trim()).map_err(|_| {
        Error::new(Status::InvalidArgument, format!("The argument '{name}' is no GUID: '{}'.", given.escape_debug()))
            .with_advice("Give it as 00000000-0000-0000-0000-000000000000.")
            .with_target(name)
    })
}

/// A JSON object; NULL is an empty one.
pub(super) unsafe fn json_object(pointer: *const c_char, name: &str) -> Result<Map<String, Value>> {
    // SAFETY: the same demand.
    let Some(given) = unsafe { optional_text(pointer, name) }? else {
        return Ok(Map::new());
    };
    serde_json::from_str(given).map_err(|error| {
        Error::new(Status::InvalidArgument, format!("The argument '{name}' is no JSON object: {}.", json_fault(&error)))
            .with_target(name)
    })
}

/// A JSON list of texts, which must be there.
pub(super) unsafe fn json_texts(pointer: *const c_char, name: &str) -> Result<Vec<String>> {
    // SAFETY: the same demand.
    let given = unsafe { text(pointer, name) }?;
    serde_json::from_str(given).map_err(|error| {
        Error::new(Status::InvalidArgument, format!("The argument '{name}' is no JSON list of texts: {error}."))
            .with_target(name)
    })
}

/// Names separated by commas; NULL and empty are none.
pub(super) unsafe fn names(pointer: *const c_char, name: &str) -> Result<Vec<String>> {
    // SAFETY: the same demand.
    let given = unsafe { optional_text(pointer, name) }?.unwrap_or_default();
    if given.trim().is_empty() {
        return Ok(Vec::new());
    }
    Ok(given.split(',').map(|column| column.trim().to_owned()).collect())
}

/// Frees a handle; NULL is fine.
pub(super) unsafe fn free<T>(pointer: *mut T) {
    if !pointer.is_null() {
        // SAFETY: it came from `Box::into_raw` in this library, and the header demands that it is freed once.
        let dropped =
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(unsafe { Box::from_raw(pointer) })));
        debug_assert!(dropped.is_ok(), "dropping a handle panicked");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ffi::error::{d365_error_free, d365_error_status};

    extern "C" fn panics(text_argument: *const c_char, error: *mut *mut d365_error) -> Status {
        export!(error; given = text(text_argument); { panic!("a defect with {given}") })
    }

    #[test]
    fn a_panic_comes_back_as_a_status_with_an_error() {
        let mut error = std::ptr::null_mut();
        assert_eq!(panics(c"x".as_ptr(), &mut error), Status::Internal);
        unsafe {
            assert_eq!(d365_error_status(error), Status::Internal);
            d365_error_free(error);
        }
        assert_eq!(panics(c"x".as_ptr(), std::ptr::null_mut()), Status::Internal);
    }

    #[test]
    fn null_and_text_that_is_not_utf8_are_refused_by_name() {
        assert_eq!(panics(std::ptr::null(), std::ptr::null_mut()), Status::InvalidArgument);
        assert_eq!(panics(c"\xff\xfe".as_ptr(), std::ptr::null_mut()), Status::InvalidArgument);
        let error = unsafe { guid(c"nobody".as_ptr(), "user_id") }.unwrap_err().to_string();
        assert!(error.contains("'user_id'") && error.contains("'nobody'"), "{error}");
        assert!(unsafe { json_object(c"[1]".as_ptr(), "attributes_json") }.is_err());
        assert!(unsafe { bytes(std::ptr::null(), 1, "secret") }.is_err());
        assert!(unsafe { bytes(c"x".as_ptr().cast(), usize::MAX, "secret") }.is_err());
    }
}
