//! What generated environments, queries, batches and garbage do to the server, held against plain models of what they should do.
//!
//! The same cases on every run; `PROPTEST_RNG_SEED=<number>` makes others, `PROPTEST_CASES=<number>` more of them.

mod batches;
#[path = "../server/client.rs"]
#[allow(dead_code, reason = "the other test program uses the rest")]
mod client;
mod filters;
mod hostile;
mod isolation;
mod lists;
mod paging;
mod raw;
mod support;
mod values;
mod world;
