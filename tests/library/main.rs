//! The library against Local Dataverse, over real HTTP and sign-in.

mod caller;
mod cancel;
mod certificate;
mod changes;
mod create;
mod diagnosis;
mod enable_and_move;
mod fuzz;
mod header;
mod injection;
mod lists;
mod memberships;
mod requests;
mod retries;
mod roles;
mod scripted;
mod secrets;
mod security_page;
mod sign_in;
mod support;
mod teams;
mod tenant;
mod tls;
mod update;
mod waits;
mod wire_safety;
