//! The sign-in host: `POST /{tenant}/oauth2/v2.0/token`.

mod endpoint;
mod failure;
mod token;

pub use endpoint::{answer, is_sign_in};
pub use token::{Rejected, TokenKey};
