//! Users, roles and business units of Dynamics 365 (Dataverse).
mod call;
mod auth;
mod error;
mod http;
pub use auth::{Credential, LoginId};
pub use call::Call;
pub use error::{Error, Result, Status};
