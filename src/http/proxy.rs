//! Which proxy requests go through. Plain http goes to this machine only, and never through a proxy.

use std::fmt;

use reqwest::blocking::ClientBuilder;
use url::Url;

use crate::error::{Error, Result, Status};

/// Which proxy to use.
#[derive(Clone)]
pub(crate) enum Proxy {
    /// The system's settings.
    System,
    /// None at all.
    None,
    /// This one; it may have a user name and a password in it.
    Url(Url),
}

impl Proxy {
    /// Reads `none`, `system` or a URL.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        match text {
            "none" => return Ok(Proxy::None),
            "system" => return Ok(Proxy::System),
            _ => {}
        }
        // Without the text where it may have a password in it.
        let shown = if text.contains('@') { String::new() } else { format!(" '{}'", text.escape_debug()) };
        let invalid = |why: String| {
            Error::new(Status::InvalidConfiguration, format!("The proxy{shown} is no URL: {why}."))
                .with_advice("Give a URL such as http://proxy.contoso.example:8080, or 'none'.")
        };
        let url = Url::parse(text).map_err(|error| invalid(error.to_string()))?;
        if !url.has_host() || !matches!(url.scheme(), "http" | "https") {
            return Err(invalid("it is neither http nor https".into()));
        }
        Ok(Proxy::Url(url))
    }

    /// Sets the proxy. `plain` says that some requests go in plain http to this machine: a proxy would see their tokens.
    pub(super) fn apply(self, builder: ClientBuilder, plain: bool) -> Result<ClientBuilder> {
        match self {
            Proxy::System if !plain => Ok(of_system(builder)),
            Proxy::System | Proxy::None => Ok(builder.no_proxy()),
            Proxy::Url(url) => {
                let proxy = reqwest::Proxy::https(url).map_err(|_| {
                    Error::new(Status::InvalidConfiguration, "The proxy's URL can't be used for a proxy.")
                })?;
                Ok(builder.proxy(proxy))
            }
        }
    }
}

/// The proxy of the variables HTTPS_PROXY, ALL_PROXY and NO_PROXY, or of the system's settings.
#[cfg(not(windows))]
fn of_system(builder: ClientBuilder) -> ClientBuilder {
    builder
}

/// The same on Windows, whose settings the HTTP client understands in one of their two forms alone: in the other it would go past the proxy.
#[cfg(windows)]
fn of_system(builder: ClientBuilder) -> ClientBuilder {
    let names = ["HTTPS_PROXY", "ALL_PROXY"];
    if names.iter().any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty())) {
        return builder;
    }
    let Some(found) = super::windows_proxy::read() else { return builder.no_proxy() };
    // NO_PROXY stands in the place of the settings' exceptions.
    let exceptions = reqwest::NoProxy::from_env();
    if exceptions.is_some() {
        return match reqwest::Proxy::https(found.url) {
            Ok(proxy) => builder.proxy(proxy.no_proxy(exceptions)),
            Err(_) => builder,
        };
    }
    builder.proxy(reqwest::Proxy::custom(move |target| {
        let is_bypassed = target.host_str().is_some_and(|host| found.is_bypassed(host));
        (!is_bypassed).then(|| found.url.clone())
    }))
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Proxy::System => f.write_str("System"),
            Proxy::None => f.write_str("None"),
            Proxy::Url(url) => write!(f, "Url({})", url.host_str().unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxys_password_is_not_shown() {
        let proxy = Proxy::parse("http://user:hush-hush@proxy.contoso.example:8080").unwrap();
        assert_eq!(format!("{proxy:?}"), "Url(proxy.contoso.example)");
        for bad in ["http://user:hush-hush@", "socks5://user:hush-hush@proxy.contoso.example", "::", "file:///x"] {
            let error = Proxy::parse(bad).unwrap_err();
            assert_eq!(error.status(), Status::InvalidConfiguration);
            assert!(!error.to_string().contains("hush"), "{error}");
        }
        assert!(matches!(Proxy::parse("none"), Ok(Proxy::None)));
        assert!(matches!(Proxy::parse("system"), Ok(Proxy::System)));
    }
}
