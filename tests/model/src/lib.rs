//! The library's locks and waits, the very files, on loom's primitives: its model runs every order in which threads can take their steps, and
//! finds what never wakes up. The models are in [`models`]; `tests/models.rs` runs them.

#![allow(dead_code)]

pub mod models;
mod sync;

#[path = "../../../src/auth/cache.rs"]
mod cache;
#[path = "../../../src/call.rs"]
mod call;
#[path = "../../../src/error.rs"]
mod error;
#[path = "../../../src/http/gate.rs"]
mod gate;

/// A token, as `src/auth/reply.rs` has it.
#[derive(Clone)]
struct Token {
    secret: secrecy::SecretString,
    renew_at: Option<sync::Instant>,
}
