//! What a client is made from: the environment's address, the credential, and settings by name.

use std::time::Duration;

use secrecy::SecretString;
use url::{Host, Url};

use crate::auth::Credential;
use crate::error::{Error, Result, Status};
use crate::http::{Proxy, RetryPolicy};

/// The Web API's path where none is given, as in the connector's documentation.
pub const DEFAULT_API_PATH: &str = "api/data/v9.1/";

/// The settings of a client.
///
/// ```
/// use dynamics365::Config;
///
/// let mut config = Config::new("https://contoso.crm4.dynamics.com/")?;
/// config.client_secret("22222222-2222-4222-8222-222222222222@contoso.onmicrosoft.com", "the secret".into())?;
/// config.option("api_path", "api/data/v9.2/")?;
/// assert!(Config::new("http://contoso.crm4.dynamics.com/").is_err(), "tokens go over https only");
/// # Ok::<(), dynamics365::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Config {
    pub(crate) environment: Url,
    pub(crate) credential: Option<Credential>,
    pub(crate) api_path: String,
    pub(crate) authority: Option<Url>,
    pub(crate) proxy: Proxy,
    pub(crate) user_agent: String,
    pub(crate) timeout: Duration,
    pub(crate) connect_timeout: Duration,
    pub(crate) retry: RetryPolicy,
    pub(crate) page_size: u32,
    pub(crate) root_certificates: Vec<u8>,
}

/// The names that [`Config::option`] takes.
const OPTIONS: &str = "api_path, authority, proxy, user_agent, timeout_ms, connect_timeout_ms, max_tries, max_wait_ms, page_size, root_certificate";

impl Config {
    /// Settings for the environment at `url`, such as `https://contoso.crm4.dynamics.com/`.
    ///
    /// # Errors
    /// `InvalidConfiguration` where the URL is none, or is neither https nor on this machine.
    pub fn new(url: &str) -> Result<Self> {
        Ok(Config {
            environment: checked_url("The Host URL", url)?,
            credential: None,
            api_path: DEFAULT_API_PATH.to_owned(),
            authority: None,
            proxy: Proxy::System,
            user_agent: concat!("dynamics365/", env!("CARGO_PKG_VERSION")).to_owned(),
            timeout: Duration::from_secs(120),
            connect_timeout: Duration::from_secs(15),
            retry: RetryPolicy::default(),
            page_size: 5000,
            root_certificates: Vec::new(),
        })
    }

    /// Signs in as an application: `login_id` is `client_id@tenant_id`.
    pub fn client_secret(&mut self, login_id: &str, secret: SecretString) -> Result<()> {
        if secrecy::ExposeSecret::expose_secret(&secret).is_empty() {
            return Err(Error::new(Status::InvalidConfiguration, "The client secret is empty.")
                .with_advice("Give the secret's value as Password."));
        }
        self.credential = Some(Credential::ClientSecret { login: login_id.parse()?, secret });
        Ok(())
    }

    /// Uses an access token that the caller got elsewhere.
    pub fn access_token(&mut self, token: SecretString) -> Result<()> {
        if secrecy::ExposeSecret::expose_secret(&token).trim().is_empty() {
            return Err(Error::new(Status::InvalidConfiguration, "The access token is empty."));
        }
        self.credential = Some(Credential::AccessToken(token));
        Ok(())
    }

    /// Sets one setting by its name.
    ///
    /// | Name | Value | Default |
    /// |---|---|---|
    /// | `api_path` | path of the Web API | `api/data/v9.1/` |
    /// | `authority` | URL of the sign-in host | that of the environment's cloud |
    /// | `proxy` | URL, `none` or `system` | `system` |
    /// | `user_agent` | text | `dynamics365/<version>` |
    /// | `timeout_ms` | for one request, in milliseconds | 120000 |
    /// | `connect_timeout_ms` | for one connection, in milliseconds | 15000 |
    /// | `max_tries` | how often a request is sent at most, 1 to 100 | 8 |
    /// | `max_wait_ms` | all waiting between the tries of a request, in milliseconds | 600000 |
    /// | `page_size` | rows a page, 1 to 5000 | 5000 |
    /// | `root_certificate` | path of a PEM file to trust beside the system's roots | none |
    pub fn option(&mut self, name: &str, value: &str) -> Result<()> {
        let number = |range: std::ops::RangeInclusive<u64>| {
            value.trim().parse::<u64>().ok().filter(|number| range.contains(number)).ok_or_else(|| {
                let what = format!("The option '{name}' can't be '{}'.", value.escape_debug());
                Error::new(Status::InvalidConfiguration, what).with_advice(format!(
                    "Give a whole number from {} to {}.",
                    range.start(),
                    range.end()
                ))
            })
        };
        const DAY: u64 = 86_400_000;
        match name {
            "api_path" => self.api_path = api_path(value)?,
            "authority" => self.authority = Some(checked_url("The authority", value)?),
            "proxy" => {
                self.proxy = match value {
                    "none" => Proxy::None,
                    "system" => Proxy::System,
                    _ => Proxy::Url(Url::parse(value).map_err(|error| {
                        Error::new(
                            Status::InvalidConfiguration,
                            format!("The proxy '{}' is no URL: {error}.", value.escape_debug()),
                        )
                        .with_advice("Give a URL such as http://proxy.contoso.example:8080, or 'none'.")
                    })?),
                }
            }
            "user_agent" => {
                if value.is_empty() || !value.chars().all(|c| c == ' ' || c.is_ascii_graphic()) {
                    return Err(Error::new(Status::InvalidConfiguration, "A user agent is printable ASCII text."));
                }
                value.clone_into(&mut self.user_agent);
            }
            "timeout_ms" => self.timeout = Duration::from_millis(number(1..=DAY)?),
            "connect_timeout_ms" => self.connect_timeout = Duration::from_millis(number(1..=DAY)?),
            "max_tries" => self.retry.max_tries = number(1..=100)? as u32,
            "max_wait_ms" => self.retry.max_wait = Duration::from_millis(number(0..=DAY)?),
            "page_size" => self.page_size = number(1..=5000)? as u32,
            "root_certificate" => {
                self.root_certificates = std::fs::read(value).map_err(|error| {
                    Error::new(
                        Status::InvalidConfiguration,
                        format!("The root certificate '{value}' can't be read: {error}."),
                    )
                })?;
            }
            _ => {
                return Err(Error::new(
                    Status::InvalidConfiguration,
                    format!("There is no option '{}'.", name.escape_debug()),
                )
                .with_advice(format!("The options are {OPTIONS}.")));
            }
        }
        Ok(())
    }
}

fn api_path(value: &str) -> Result<String> {
    let path = value.trim().trim_matches('/');
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '-' | '_');
    if path.is_empty()
        || !path.chars().all(fits)
        || path.split('/').any(|segment| segment.is_empty() || segment.starts_with(".."))
    {
        return Err(Error::new(
            Status::InvalidConfiguration,
            format!("The API path '{}' can't be used.", value.escape_debug()),
        )
        .with_advice(format!("Give a path such as '{DEFAULT_API_PATH}'.")));
    }
    Ok(format!("{path}/"))
}

/// A URL that tokens and secrets may go to: https, or this machine.
fn checked_url(what: &str, text: &str) -> Result<Url> {
    let invalid = |why: String| {
        Error::new(Status::InvalidConfiguration, format!("{what} '{}' can't be used: {why}.", text.escape_debug()))
            .with_advice("Give an address such as https://contoso.crm4.dynamics.com/.")
    };
    let mut url = Url::parse(text.trim()).map_err(|error| invalid(error.to_string()))?;
    if url.host().is_none() || !matches!(url.scheme(), "http" | "https") {
        return Err(invalid("it is no web address".into()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        let why = "it has a user name or password in it".to_owned();
        return Err(Error::new(Status::InvalidConfiguration, format!("{what} can't be used: {why}.")));
    }
    if url.scheme() == "http" && !is_loopback(&url) {
        return Err(invalid(
            "plain http is allowed to this machine only, for tokens and secrets would go in the clear".into(),
        ));
    }
    url.set_path("/");
    url.set_query(None);
    url.set_fragment(None);
    Ok(url)
}

pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_this_machine_only() {
        for good in
            ["http://127.0.0.1:8080/", "http://localhost", "http://[::1]:80", "https://contoso.crm4.dynamics.com"]
        {
            assert!(Config::new(good).is_ok(), "{good}");
        }
        for bad in [
            "http://contoso.example/",
            "ftp://127.0.0.1/",
            "contoso",
            "",
            "https://u:p@contoso.example/",
            "http://127.0.0.1.example/",
        ] {
            let error = Config::new(bad).unwrap_err();
            assert_eq!(error.status(), Status::InvalidConfiguration, "{bad}");
            assert!(!error.to_string().contains("u:p"), "{error}");
        }
    }

    #[test]
    fn options_are_checked_when_they_are_set() {
        let mut config = Config::new("https://contoso.example/").unwrap();
        for (name, value) in [
            ("api_path", ""),
            ("api_path", "../x"),
            ("api_path", "api/data?x"),
            ("authority", "http://login.example/"),
            ("proxy", "::"),
            ("user_agent", "a\nb"),
            ("timeout_ms", "-1"),
            ("max_tries", "0"),
            ("page_size", "5001"),
            ("root_certificate", "no such file"),
            ("colour", "red"),
        ] {
            assert_eq!(config.option(name, value).unwrap_err().status(), Status::InvalidConfiguration, "{name}");
        }
        config.option("api_path", "/api/data/v9.2").unwrap();
        assert_eq!(config.api_path, "api/data/v9.2/");
        assert!(config.client_secret("22222222-2222-4222-8222-222222222222@t", "".into()).is_err());
        assert!(config.access_token(" ".into()).is_err());
    }

    #[test]
    fn no_secret_is_in_the_debug_output() {
        let mut config = Config::new("https://contoso.example/").unwrap();
        config.client_secret("22222222-2222-4222-8222-222222222222@t", "hush-hush".into()).unwrap();
        assert!(!format!("{config:?}").contains("hush-hush"));
        config.access_token("hush-token".into()).unwrap();
        assert!(!format!("{config:?}").contains("hush-token"));
    }
}
