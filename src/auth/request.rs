//! The token end point, in both of its versions: where it is, and the form to post.

use secrecy::{ExposeSecret, SecretString};
use url::{Url, form_urlencoded};
use zeroize::Zeroizing;

use super::LoginId;
use crate::error::{Error, Result, Status};

/// The version of the token end point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum EndpointVersion {
    /// `/oauth2/token`, which takes a `resource`.
    V1,
    /// `/oauth2/v2.0/token`, which takes a `scope`.
    #[default]
    V2,
}

/// What proves to the token end point who asks.
pub(crate) enum Proof<'a> {
    /// A client secret.
    Secret(&'a SecretString),
    /// A client assertion.
    Assertion(&'a SecretString),
}

/// The token end point of a tenant.
#[derive(Debug, Clone)]
pub(crate) struct Endpoint {
    pub(crate) url: Url,
    version: EndpointVersion,
}

impl Endpoint {
    pub(crate) fn new(authority: &Url, login: &LoginId, version: EndpointVersion) -> Result<Self> {
        let tenant = login.tenant().ok_or_else(|| {
            Error::new(Status::InvalidConfiguration, format!("The Login Id '{login}' names no tenant."))
                .with_advice("Give it as client_id@tenant_id.")
        })?;
        let path = match version {
            EndpointVersion::V1 => format!("{tenant}/oauth2/token"),
            EndpointVersion::V2 => format!("{tenant}/oauth2/v2.0/token"),
        };
        let url = authority.join(&path).map_err(|error| {
            Error::new(
                Status::InvalidConfiguration,
                format!("The authority '{authority}' takes no token end point: {error}."),
            )
        })?;
        Ok(Endpoint { url, version })
    }

    /// The form that asks for a token of `resource` (the environment's address) by client credentials.
    pub(crate) fn form(&self, login: &LoginId, proof: Proof<'_>, resource: &Url) -> SecretString {
        let resource = resource_name(resource);
        let (name, value) = match self.version {
            EndpointVersion::V1 => ("resource", resource.to_owned()),
            EndpointVersion::V2 => ("scope", format!("{resource}/.default")),
        };
        let capacity = match &proof {
            Proof::Secret(secret) | Proof::Assertion(secret) => 3 * secret.expose_secret().len() + 512,
        };
        // One allocation that is not moved: what a grown buffer leaves behind is wiped by nobody.
        let mut form = form_urlencoded::Serializer::new(String::with_capacity(capacity));
        form.append_pair("client_id", &login.client_id().to_string());
        match proof {
            Proof::Secret(secret) => form.append_pair("client_secret", secret.expose_secret()),
            Proof::Assertion(assertion) => form
                .append_pair("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
                .append_pair("client_assertion", assertion.expose_secret()),
        };
        let form =
            Zeroizing::new(form.append_pair(name, &value).append_pair("grant_type", "client_credentials").finish());
        SecretString::from(form.as_str())
    }
}

/// The name of the environment as a resource: its address without a slash at its end.
pub(crate) fn resource_name(environment: &Url) -> &str {
    environment.as_str().trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    const TENANT: &str = "11111111-1111-4111-8111-111111111111";

    fn pairs(version: EndpointVersion, proof: Proof<'_>) -> (String, Vec<(String, String)>) {
        let login = format!("22222222-2222-4222-8222-222222222222@{TENANT}").parse().unwrap();
        let endpoint = Endpoint::new(&Url::parse("https://login.example/").unwrap(), &login, version).unwrap();
        let form = endpoint.form(&login, proof, &Url::parse("https://contoso.crm4.dynamics.com/").unwrap());
        let pairs = form_urlencoded::parse(form.expose_secret().as_bytes()).into_owned().collect();
        (endpoint.url.to_string(), pairs)
    }

    #[test]
    fn the_form_asks_for_the_environment_and_escapes_the_secret() {
        let (url, pairs) = pairs(EndpointVersion::V2, Proof::Secret(&"a&b=c +%".into()));
        assert_eq!(url, format!("https://login.example/{TENANT}/oauth2/v2.0/token"));
        assert_eq!(pairs[1], ("client_secret".into(), "a&b=c +%".into()));
        assert_eq!(pairs[2], ("scope".into(), "https://contoso.crm4.dynamics.com/.default".into()));
        assert_eq!(pairs[3], ("grant_type".into(), "client_credentials".into()));
    }

    #[test]
    fn version_1_takes_a_resource() {
        let (url, pairs) = pairs(EndpointVersion::V1, Proof::Assertion(&"x.y.z".into()));
        assert_eq!(url, format!("https://login.example/{TENANT}/oauth2/token"));
        assert_eq!(pairs[1].1, "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
        assert_eq!(pairs[2], ("client_assertion".into(), "x.y.z".into()));
        assert_eq!(pairs[3], ("resource".into(), "https://contoso.crm4.dynamics.com".into()));
    }
}
