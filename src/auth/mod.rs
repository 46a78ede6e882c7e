//! Signing in: what a client shows, where it gets a token, and the cache in front of that.
//!
//! Nothing here sends a request. A credential says which form to post ([`token::TokenRequest`]) and reads the reply; the
//! client does the posting, through the same transport as every other request.

mod cache;
mod cloud;
mod login_id;
mod token;

use std::fmt;

use secrecy::SecretString;

pub(crate) use cache::TokenCache;
pub(crate) use cloud::authority_for;
pub use login_id::LoginId;
pub(crate) use token::{Token, TokenRequest, read_reply};

/// How a client proves who it is.
#[derive(Clone)]
pub enum Credential {
    /// An application of Microsoft Entra and its secret: OAuth 2.0 client credentials.
    ClientSecret {
        /// The application (client) and the tenant.
        login: LoginId,
        /// The secret's value, not its identifier.
        secret: SecretString,
    },
    /// An access token that the caller got elsewhere. It is used until the environment refuses it, and never renewed.
    AccessToken(SecretString),
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Credential::ClientSecret { login, .. } => {
                f.debug_struct("ClientSecret").field("login", login).finish_non_exhaustive()
            }
            Credential::AccessToken(_) => f.write_str("AccessToken(..)"),
        }
    }
}
