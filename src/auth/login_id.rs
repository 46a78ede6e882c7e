//! The Login Id of the connector: `client_id@tenant_id`, or the client id alone.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use crate::error::{Error, Result, Status};

/// An application and its tenant, as OpenIAM stores them: `client_id@tenant_id`.
///
/// The tenant may be left out; the environment names its own when it is asked without a token.
///
/// ```
/// let login: dynamics365::LoginId = "22222222-2222-4222-8222-222222222222@contoso.onmicrosoft.com".parse()?;
/// assert_eq!(login.tenant(), Some("contoso.onmicrosoft.com"));
/// let login: dynamics365::LoginId = "22222222-2222-4222-8222-222222222222".parse()?;
/// assert_eq!(login.tenant(), None);
/// assert!("contoso@22222222-2222-4222-8222-222222222222".parse::<dynamics365::LoginId>().is_err());
/// # Ok::<(), dynamics365::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoginId {
    client_id: Uuid,
    tenant: Option<String>,
}

impl LoginId {
    /// The application (client) id.
    pub fn client_id(&self) -> Uuid {
        self.client_id
    }

    /// The tenant: its id, or one of its domain names.
    pub fn tenant(&self) -> Option<&str> {
        self.tenant.as_deref()
    }

    /// The same application in this tenant; none where that is no tenant.
    pub(crate) fn in_tenant(&self, tenant: &str) -> Option<Self> {
        is_tenant(tenant).then(|| LoginId { client_id: self.client_id, tenant: Some(tenant.to_owned()) })
    }
}

/// Whether a text is a tenant's id or domain name: it becomes a segment of the token end point's path. An application has no tokens
/// of `common`, which stands for any tenant.
fn is_tenant(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    let any = ["common", "organizations", "consumers"].iter().any(|any| text.eq_ignore_ascii_case(any));
    (1..=255).contains(&text.len()) && text.chars().all(fits) && !text.starts_with('.') && !any
}

impl FromStr for LoginId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let invalid = |why: &str| {
            Error::new(Status::InvalidConfiguration, format!("The Login Id '{}' can't be used: {why}.", text.escape_debug()))
                .with_advice("Give it as client_id@tenant_id: the application (client) id, an @, and the tenant's id or domain name.")
        };
        let (client, tenant) = match text.trim().split_once('@') {
            Some((client, tenant)) => (client, Some(tenant)),
            None => (text.trim(), None),
        };
        let client_id = Uuid::parse_str(client).map_err(|_| {
            invalid(if tenant.is_some() {
                "what is before the @ is not a GUID"
            } else {
                "it is neither a GUID nor has it an @"
            })
        })?;
        if !tenant.is_none_or(is_tenant) {
            return Err(invalid("what is after the @ is neither a GUID nor a domain name"));
        }
        Ok(LoginId { client_id, tenant: tenant.map(str::to_owned) })
    }
}

impl fmt::Display for LoginId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.tenant {
            Some(tenant) => write!(f, "{}@{tenant}", self.client_id),
            None => write!(f, "{}", self.client_id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLIENT: &str = "22222222-2222-4222-8222-222222222222";

    #[test]
    fn a_login_id_that_is_none_is_refused_with_the_form_to_use() {
        let after_at = ["", "a/b", "..", ".a", "common", "Organizations", "a b", "a?b", "%2e", "a\u{e9}"];
        let mut texts: Vec<_> = after_at.iter().map(|tenant| format!("{CLIENT}@{tenant}")).collect();
        texts.extend(["", "@", "x@y", "x"].map(str::to_owned));
        for text in texts {
            let error = text.parse::<LoginId>().unwrap_err();
            assert_eq!(error.status(), Status::InvalidConfiguration, "{text}");
            assert!(error.to_string().contains("client_id@tenant_id"), "{error}");
        }
    }

    #[test]
    fn a_tenant_can_be_added() {
        let login: LoginId = CLIENT.parse().unwrap();
        assert_eq!(login.to_string(), CLIENT);
        assert_eq!(login.in_tenant("contoso.example").unwrap().to_string(), format!("{CLIENT}@contoso.example"));
        assert_eq!(login.in_tenant("common"), None);
    }
}
