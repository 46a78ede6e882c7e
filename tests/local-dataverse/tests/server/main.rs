//! The server over real HTTP, as a client that knows nothing of it sees it.

mod batch;
mod client;
mod control;
mod expand;
mod filter;
mod memberships;
mod query;
mod sign_in;
mod users;
