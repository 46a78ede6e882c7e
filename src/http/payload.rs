//! The body of a request: the same for every try, or, where it holds a secret, made anew and wiped afterwards.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use secrecy::{ExposeSecret, SecretString};
use url::form_urlencoded;
use zeroize::Zeroizing;

use crate::error::Result;

/// Makes a form with a secret in it.
type MakeForm = dyn Fn() -> Result<SecretString> + Send + Sync;

/// The body of a request.
#[derive(Clone)]
pub(crate) enum Payload {
    /// The same for every try.
    Fixed(Bytes),
    /// A form with a secret, made for each try: an assertion must not be sent twice, and may end between two tries.
    Form(Arc<MakeForm>),
}

impl Payload {
    /// A form that `make` makes for each try.
    pub(crate) fn form(make: impl Fn() -> Result<SecretString> + Send + Sync + 'static) -> Self {
        Payload::Form(Arc::new(make))
    }

    /// The bytes of one try, and the secrets among them.
    pub(super) fn bytes(&self) -> Result<(Bytes, Vec<SecretString>)> {
        match self {
            Payload::Fixed(bytes) => Ok((bytes.clone(), Vec::new())),
            Payload::Form(make) => {
                let form = make()?;
                let form = form.expose_secret().as_bytes();
                let secrets = form_urlencoded::parse(form).filter(|(name, _)| is_secret(name));
                let secrets = secrets.map(|(_, value)| SecretString::from(value.as_ref())).collect();
                Ok((wiped(form), secrets))
            }
        }
    }
}

/// The fields of a sign-in form that nobody else may see.
fn is_secret(field: &str) -> bool {
    matches!(field, "client_secret" | "client_assertion")
}

/// A copy that is wiped when the last one who holds it lets go.
pub(super) fn wiped(secret: &[u8]) -> Bytes {
    Bytes::from_owner(Zeroizing::new(secret.to_vec()))
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Payload::Fixed(bytes) => write!(f, "Fixed({} bytes)", bytes.len()),
            Payload::Form(_) => f.write_str("Form(..)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secrets_of_a_form_are_known_as_they_were_before_escaping() {
        let payload = Payload::form(|| Ok("client_id=1&client_secret=a%26b+c&client_assertion=x.y".into()));
        let (bytes, secrets) = payload.bytes().unwrap();
        assert!(bytes.starts_with(b"client_id=1&"));
        let secrets: Vec<_> = secrets.iter().map(|secret| secret.expose_secret()).collect();
        assert_eq!(secrets, ["a&b c", "x.y"]);
        assert!(!format!("{payload:?}").contains("client"));
        assert_eq!(format!("{:?}", Payload::Fixed(Bytes::from_static(b"personal"))), "Fixed(8 bytes)");
    }
}
