//! Which proxy requests go through. Plain http goes to this machine only, and never through a proxy.

use std::env;
use std::ffi::OsString;
use std::fmt;

use reqwest::NoProxy;
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
            "none" => Ok(Proxy::None),
            "system" => Ok(Proxy::System),
            _ => usable(text).map(Proxy::Url).map_err(|why| {
                unusable("The proxy", text, &why)
                    .with_advice("Give a URL such as http://proxy.contoso.example:8080, or 'none'.")
            }),
        }
    }

    /// Sets the proxy. `plain` says that some requests go in plain http to this machine: a proxy would see their tokens.
    pub(super) fn apply(self, builder: ClientBuilder, plain: bool) -> Result<ClientBuilder> {
        match self {
            // The HTTP client would read the variables itself, but go past a proxy that it can't read.
            Proxy::System if !plain => match of_variables(|name| env::var_os(name))? {
                Some(url) => Ok(builder.proxy(for_https(url)?.no_proxy(NoProxy::from_env()))),
                None => of_settings(builder),
            },
            Proxy::System | Proxy::None => Ok(builder.no_proxy()),
            Proxy::Url(url) => Ok(builder.proxy(for_https(url)?)),
        }
    }
}

/// The proxy that the environment's variables name; `read` reads one.
fn of_variables(read: impl Fn(&str) -> Option<OsString>) -> Result<Option<Url>> {
    for names in [["HTTPS_PROXY", "https_proxy"], ["ALL_PROXY", "all_proxy"]] {
        let Some((name, value)) = names.iter().find_map(|name| Some((name, read(name)?))) else { continue };
        if value.is_empty() {
            continue;
        }
        let text = value.to_string_lossy();
        return address(&text).map(Some).map_err(|why| {
            unusable(&format!("The proxy of the environment variable {name}"), &text, &why).with_advice(
                "Set it to a URL such as http://proxy.contoso.example:8080, or give the client a proxy (-Proxy): a URL, or 'none'.",
            )
        });
    }
    Ok(None)
}

/// The proxy of the system's settings, which the HTTP client finds where there are some.
#[cfg(not(windows))]
fn of_settings(builder: ClientBuilder) -> Result<ClientBuilder> {
    Ok(builder)
}

/// The same on Windows, whose settings the HTTP client understands in one of their two forms alone: in the other it would go past the proxy.
#[cfg(windows)]
fn of_settings(builder: ClientBuilder) -> Result<ClientBuilder> {
    let Some(found) = super::windows_proxy::read()? else { return Ok(builder.no_proxy()) };
    // NO_PROXY stands in the place of the settings' exceptions.
    let exceptions = NoProxy::from_env();
    if exceptions.is_some() {
        return Ok(builder.proxy(for_https(found.url)?.no_proxy(exceptions)));
    }
    Ok(builder.proxy(reqwest::Proxy::custom(move |target| {
        let is_bypassed = target.host_str().is_some_and(|host| found.is_bypassed(host));
        (!is_bypassed).then(|| found.url.clone())
    })))
}

fn for_https(url: Url) -> Result<reqwest::Proxy> {
    reqwest::Proxy::https(url)
        .map_err(|_| Error::new(Status::InvalidConfiguration, "The proxy's URL can't be used for a proxy."))
}

/// Reads an address as variables and settings have it: a URL, or `host:port`. Otherwise: why not.
pub(super) fn address(text: &str) -> std::result::Result<Url, String> {
    if text.contains("://") { usable(text) } else { usable(&format!("http://{text}")) }
}

fn usable(text: &str) -> std::result::Result<Url, String> {
    let url = Url::parse(text).map_err(|error| error.to_string())?;
    if !url.has_host() || !matches!(url.scheme(), "http" | "https") {
        return Err("it is neither http nor https".into());
    }
    Ok(url)
}

/// The error for a proxy that can't be used: which one, its text, and why not.
pub(super) fn unusable(which: &str, text: &str, why: &str) -> Error {
    // Without the text where it may have a password in it.
    let shown = if text.contains('@') { String::new() } else { format!(" '{}'", text.escape_debug()) };
    Error::new(Status::InvalidConfiguration, format!("{which}{shown} can't be used: {why}."))
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

    #[test]
    fn variables_that_name_no_usable_proxy_are_an_error_that_names_them() {
        let read = |set: &'static [(&str, &str)]| {
            of_variables(|name| set.iter().find(|(other, _)| *other == name).map(|(_, value)| value.into()))
                .map(|found| found.map(String::from))
        };
        let ours = Some("http://proxy.contoso.example:8080/".to_owned());
        assert_eq!(read(&[]).unwrap(), None);
        assert_eq!(read(&[("HTTPS_PROXY", "http://proxy.contoso.example:8080")]).unwrap(), ours);
        assert_eq!(read(&[("https_proxy", "proxy.contoso.example:8080"), ("ALL_PROXY", "::")]).unwrap(), ours);
        assert_eq!(read(&[("HTTPS_PROXY", ""), ("all_proxy", "proxy.contoso.example:8080")]).unwrap(), ours);
        for (set, told) in [
            (&[("HTTPS_PROXY", "http://")][..], "variable HTTPS_PROXY 'http://' can't be used: empty host."),
            (
                &[("ALL_PROXY", "socks5://proxy.contoso.example")],
                "variable ALL_PROXY 'socks5://proxy.contoso.example' can't",
            ),
            (&[("https_proxy", "http://user:hush-hush@")], "variable https_proxy can't be used: empty host."),
        ] {
            let error = read(set).unwrap_err();
            assert_eq!(error.status(), Status::InvalidConfiguration);
            assert!(error.to_string().contains(told), "{error}");
            assert!(!error.to_string().contains("hush"), "{error}");
        }
    }
}
