//! Which tenant a path of the sign-in host means.

use uuid::{Uuid, uuid};

use super::directory::Directory;
use super::failure::Failure;
use crate::seed::{TENANT_DOMAIN, TENANT_ID, TENANT_NAME};

/// The tenant of personal Microsoft accounts.
const CONSUMERS: Uuid = uuid!("9188040d-6c67-4c5b-b112-36a304b66dad");

/// What the first segment of a path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tenant {
    /// A tenant.
    One(Uuid),
    /// `common` or `organizations`: whichever tenant a user is of.
    Any,
}

impl Tenant {
    /// The tenant with this id or verified domain name. `error` is what an unknown one is called.
    pub fn resolve(name: &str, directory: &Directory, error: &'static str) -> Result<Self, Failure> {
        match name.to_ascii_lowercase().as_str() {
            "common" | "organizations" => return Ok(Self::Any),
            "consumers" => return Ok(Self::One(CONSUMERS)),
            TENANT_DOMAIN => return Ok(Self::One(own())),
            _ => {}
        }
        match Uuid::try_parse(name) {
            Ok(id) if id == CONSUMERS || directory.has_tenant(id) => Ok(Self::One(id)),
            Err(_) if !is_domain(name) => Err(Failure::tenant_name(name)),
            _ => Err(Failure::tenant(name, error)),
        }
    }

    /// The tenant's id in an address; for `common` the placeholder that the real service writes.
    pub fn segment(self) -> String {
        match self {
            Self::One(id) => id.to_string(),
            Self::Any => "{tenantid}".to_owned(),
        }
    }
}

/// The tenant of the environment.
pub fn own() -> Uuid {
    Uuid::try_parse(TENANT_ID).unwrap_or_default()
}

/// A tenant's name, as messages have it.
pub fn name_of(tenant: Uuid) -> String {
    if tenant == own() { TENANT_NAME.to_owned() } else { tenant.to_string() }
}

fn is_domain(name: &str) -> bool {
    let is_label = |label: &str| {
        let inner = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        inner && !label.is_empty() && label.len() <= 63 && !label.starts_with('-') && !label.ends_with('-')
    };
    name.contains('.') && name.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_has_an_id_and_a_domain_name() {
        let directory = Directory::seed();
        let resolve = |name: &str| Tenant::resolve(name, &directory, "invalid_request");
        for name in [TENANT_ID, &TENANT_ID.to_uppercase(), TENANT_DOMAIN, "CONTOSO.onmicrosoft.com"] {
            assert_eq!(resolve(name), Ok(Tenant::One(own())), "{name}");
        }
        assert_eq!(resolve("Common"), Ok(Tenant::Any));
        assert_eq!(resolve("consumers"), Ok(Tenant::One(CONSUMERS)));
        for unknown in ["99999999-9999-4999-8999-999999999999", "fabrikam.onmicrosoft.com"] {
            assert_eq!(resolve(unknown), Err(Failure::tenant(unknown, "invalid_request")));
        }
        for none in ["contoso", "a..b", "-a.example", "a_b.example", "", "1111-11"] {
            assert_eq!(resolve(none), Err(Failure::tenant_name(none)));
        }
    }
}
