//! The Login Id of the connector: `client_id@tenant_id`.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use crate::error::{Error, Result, Status};

/// An application and its tenant, as OpenIAM stores them: `client_id@tenant_id`.
///
/// ```
/// let login: dynamics365::LoginId = "22222222-2222-4222-8222-222222222222@contoso.onmicrosoft.com".parse()?;
/// assert_eq!(login.tenant(), "contoso.onmicrosoft.com");
/// assert!("22222222-2222-4222-8222-222222222222".parse::<dynamics365::LoginId>().is_err());
/// # Ok::<(), dynamics365::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoginId {
    client_id: Uuid,
    tenant: String,
}

impl LoginId {
    /// The application (client) id.
    pub fn client_id(&self) -> Uuid {
        self.client_id
    }

    /// The tenant: its id, or one of its domain names.
    pub fn tenant(&self) -> &str {
        &self.tenant
    }
}

impl FromStr for LoginId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let invalid = |why: String| {
            Error::new(Status::InvalidConfiguration, format!("The Login Id '{}' can't be used: {why}.", text.escape_debug()))
                .with_advice("Give it as client_id@tenant_id: the application (client) id, an @, and the tenant's id or domain name.")
        };
        let (client, tenant) = text.trim().split_once('@').ok_or_else(|| invalid("it has no @".into()))?;
        let client_id = Uuid::parse_str(client).map_err(|_| invalid("what is before the @ is not a GUID".into()))?;
        // The tenant becomes a segment of the token end point's path.
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
        if tenant.is_empty() || !tenant.chars().all(fits) || tenant.chars().all(|c| c == '.') {
            return Err(invalid("what is after the @ is neither a GUID nor a domain name".into()));
        }
        Ok(LoginId { client_id, tenant: tenant.to_owned() })
    }
}

impl fmt::Display for LoginId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.client_id, self.tenant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_id_that_is_none_is_refused_with_the_form_to_use() {
        let client = "22222222-2222-4222-8222-222222222222";
        for text in ["", "@", "x@y", client, &format!("{client}@"), &format!("{client}@a/b"), &format!("{client}@..")] {
            let error = text.parse::<LoginId>().unwrap_err();
            assert_eq!(error.status(), Status::InvalidConfiguration, "{text}");
            assert!(error.to_string().contains("client_id@tenant_id"), "{error}");
        }
    }
}
