//! Users, roles and business units of Dynamics 365 (Dataverse): the library under the PowerShell module.
//!
//! A [`Client`] speaks to one environment. The operations are functions that take it: [`users`], [`roles`],
//! [`business_units`], [`requests`]. They block; [`Operation`] and [`Rows`] run them on threads of their own, to wait for with a
//! time-out and to cancel; [`Client::bulk`] is for many of them. C programs use the same through `include/dynamics365.h`.
//!
//! ```no_run
//! use dynamics365::{Client, Config, Mode, Query, roles, users};
//!
//! # fn main() -> dynamics365::Result<()> {
//! let mut config = Config::new("https://contoso.crm4.dynamics.com/")?;
//! let secret = std::env::var("CLIENT_SECRET").unwrap_or_default();
//! config.client_secret("22222222-2222-4222-8222-222222222222@contoso.onmicrosoft.com", secret.into())?;
//! let client = Client::new(config)?;
//!
//! let query = Query { filter: Some("isdisabled eq false".into()), columns: vec!["systemuserid".into(), "fullname".into()], ..Query::default() };
//! for batch in users::list(&client, &query)? {
//!     for fields in batch?.records() {
//!         println!("{} {}", fields[0], fields[1]);
//!     }
//! }
//!
//! let user = "c0000000-0000-4000-8000-000000000002".parse().unwrap();
//! let change = roles::assign(&client, user, &"Sales Manager".into(), None, Mode::Apply)?;
//! println!("{:?}", change.action);
//! # Ok(()) }
//! ```

mod address;
mod attributes;
mod auth;
#[doc(hidden)]
pub mod bench;
mod bulk;
pub mod business_units;
mod call;
mod change;
pub mod changes;
mod client;
mod config;
pub mod diagnosis;
mod error;
pub mod ffi;
mod flight;
#[cfg(test)]
mod fuzz;
mod holder;
mod http;
pub mod memberships;
mod odata;
mod operation;
mod options;
mod pages;
pub mod requests;
pub mod roles;
mod rows;
mod sign_in;
mod sync;
pub mod teams;
mod threads;
pub mod users;

pub use auth::{GivenToken, LoginId, SigningAlgorithm};
pub use bulk::Subject;
pub use business_units::UnitRef;
pub use call::Call;
pub use change::{Action, AttributeChange, Mode};
pub use client::Client;
pub use config::{Config, DEFAULT_API_PATH};
pub use error::{Error, Result, Status};
pub use odata::{Batch, Query, Row, quote};
pub use operation::Operation;
pub use pages::Pages;
pub use rows::{Next, Rows};
