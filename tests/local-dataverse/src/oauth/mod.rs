//! The sign-in host, as Microsoft Entra has it: token end points, discovery, applications with their secrets and certificates.

mod assertion;
mod certificate;
mod cloud;
mod directory;
mod discovery;
mod endpoint;
mod failure;
mod form;
mod grant;
mod mint;
mod registration;
mod resource;
mod tenant;
mod token;

pub use cloud::Cloud;
pub use directory::Directory;
pub use endpoint::{answer, is_sign_in};
pub use mint::{NewToken, mint};
pub use registration::{ApplicationChange, ApplicationEntry, CertificateEntry, NewApplication, NewSecret, SecretEntry};
pub use token::{Rejected, TokenKey};
