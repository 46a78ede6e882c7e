//! What threads share and wait with: of the standard library here, and of loom in `tests/model`, which takes the modules that use this.

pub(crate) use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
pub(crate) use std::time::Instant;
