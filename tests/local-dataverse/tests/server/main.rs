//! The server over real HTTP, as a client that knows nothing of it sees it.

mod batch;
mod changes;
mod client;
mod collections;
mod compression;
mod control;
mod definitions;
mod deletion;
mod documents;
mod expand;
mod faults;
mod fetch;
mod filter;
mod grammar;
mod http2;
mod impersonation;
mod memberships;
mod organization;
mod privileges;
mod properties;
mod query;
mod robustness;
mod sign_in;
mod teams;
mod users;
mod wire;
