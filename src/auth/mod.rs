//! Signing in: what a client shows, where it gets a token, and the cache in front of that.
//!
//! Nothing here sends a request. A credential says which form to post ([`Endpoint`]), and the reply is read here; the client does the
//! posting, through the same transport as every other request.

mod assertion;
mod cache;
mod certificate;
mod challenge;
mod cloud;
mod login_id;
mod question;
mod reply;
mod request;

use std::fmt;
use std::sync::Arc;

use secrecy::SecretString;

pub(crate) use assertion::assertion;
pub(crate) use cache::TokenCache;
pub(crate) use certificate::Certificate;
pub use certificate::SigningAlgorithm;
pub(crate) use challenge::{authorization_uri, tenant_of};
pub(crate) use cloud::Cloud;
pub use login_id::LoginId;
pub use question::GivenToken;
pub(crate) use question::{Answer, Ask, Asker, Inbox, Question, Subject};
pub(crate) use reply::{Token, read_reply};
pub(crate) use request::{Endpoint, EndpointVersion, Proof, resource_name};

/// How a client proves who it is.
#[derive(Clone)]
pub(crate) enum Credential {
    /// An application of Microsoft Entra and its secret.
    ClientSecret { login: LoginId, secret: SecretString },
    /// An application and its certificate: it signs an assertion for each token.
    Certificate { login: LoginId, certificate: Arc<Certificate> },
    /// An access token that the caller got elsewhere. It is used until the environment refuses it, and never renewed.
    AccessToken(SecretString),
    /// Access tokens that the caller gives whenever one is needed.
    Caller(Ask),
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Credential::ClientSecret { login, .. } => {
                f.debug_struct("ClientSecret").field("login", login).finish_non_exhaustive()
            }
            Credential::Certificate { login, certificate } => {
                f.debug_struct("Certificate").field("login", login).field("certificate", certificate).finish()
            }
            Credential::AccessToken(_) => f.write_str("AccessToken(..)"),
            Credential::Caller(_) => f.write_str("Caller(..)"),
        }
    }
}
