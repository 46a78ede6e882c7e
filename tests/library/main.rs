//! The library against Local Dataverse, over real HTTP and sign-in.

mod cancel;
mod create;
mod enable_and_move;
mod header;
mod lists;
mod requests;
mod retries;
mod roles;
mod secrets;
mod sign_in;
mod support;
mod update;
