//! The C ABI: pointers in, handles out, no logic. `include/dynamics365.h` is generated from this folder.
//!
//! Every export goes through `border::export!`: the panic boundary, and the checks of what C hands in. This is the only
//! place of the library with `unsafe` code.

#![allow(unsafe_code, non_camel_case_types)]
// What each pointer must be is said in the header's words, for C programmers; one general rule covers the rest:
#![allow(clippy::missing_safety_doc)]

mod border;
pub mod bulk;
pub mod client;
pub mod config;
pub mod error;
pub mod flags;
pub mod lists;
pub mod memberships;
pub mod operation;
pub mod operations;
pub mod question;
pub mod rows;
pub mod teams;
pub mod version;
