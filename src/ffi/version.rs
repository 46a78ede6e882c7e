//! Versions and names, which can't fail.

use libc::c_char;

use crate::error::Status;

/// The version of this ABI: of the functions, their signatures and the numbers. A caller compares it with
/// `d365_abi_version()` after loading the library, and refuses another one.
pub const D365_ABI_VERSION: u32 = 3;

/// The version of the ABI that the library was built with: `D365_ABI_VERSION` of its header. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn d365_abi_version() -> u32 {
    D365_ABI_VERSION
}

/// The version of the library, such as "0.1.0": NUL-terminated, static. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn d365_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

/// The name of a status, such as "UserNotFound"; "Unknown" for a number that is none. NUL-terminated, static. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn d365_status_name(status: i32) -> *const c_char {
    Status::from_number(status).map_or("Unknown\0", Status::name_with_nul).as_ptr().cast()
}
