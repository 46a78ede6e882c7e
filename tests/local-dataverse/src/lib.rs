//! A server that behaves as a Dataverse environment does for users, roles and business units: sign-in, Web API, its rules and
//! its errors, with faults on demand and a ledger of every change. In memory, on 127.0.0.1.
//!
//! ```
//! use local_dataverse::{Action, Close, FaultRule, Options, Server};
//!
//! let server = Server::start(Options::default())?;
//! assert!(server.url().starts_with("http://127.0.0.1:"));
//! // The next change is applied, and the connection closed without a reply.
//! let lost = FaultRule::new(Action { close: Some(Close::AfterApplied), ..Action::default() });
//! server.set_fault(lost).map_err(std::io::Error::other)?;
//! assert!(server.ledger().is_empty());
//! # Ok::<(), std::io::Error>(())
//! ```

mod api;
mod body;
mod buffers;
mod compress;
mod connections;
mod control;
mod environment;
mod faults;
mod fetch;
mod host;
mod ledger;
mod limits;
mod line;
mod metadata;
mod model;
mod oauth;
mod odata;
mod options;
mod page;
mod reply;
mod request_log;
mod router;
mod rules;
pub mod seed;
mod server;
mod settings;
mod snapshots;
mod state;
mod store;
mod tls;

pub use environment::Environment;
pub use faults::{Action, Close, ExtraHeaders, FaultRule, FaultState, Pause, RetryAfter, Trickle};
pub use ledger::{LedgerEntry, Operation};
pub use oauth::{
    ApplicationChange, ApplicationEntry, CertificateEntry, Cloud, NewApplication, NewSecret, NewToken, SecretEntry,
};
pub use options::{Options, Seed};
pub use request_log::RequestEntry;
pub use server::Server;
pub use settings::{
    Disputed, DuplicateAssociation, MissingDisassociation, MissingDomainName, ReadOnlyColumns, Settings, UnknownCaller,
};
pub use snapshots::Snapshot;
