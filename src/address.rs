//! Addresses that tokens and secrets may go to.

use url::{Host, Url};

use crate::error::{Error, Result, Status};

/// A URL that tokens and secrets may go to: https, or this machine.
pub(crate) fn checked_url(what: &str, text: &str) -> Result<Url> {
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

/// Whether an address is on this machine.
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
            assert!(checked_url("It", good).is_ok(), "{good}");
        }
        for bad in [
            "http://contoso.example/",
            "http://127.0.0.1.example/",
            "http://localhost.example/",
            "http://0.0.0.0/",
            "http://[::]/",
            "http://[::ffff:10.0.0.1]/",
            "http://169.254.169.254/",
            "ftp://127.0.0.1/",
            "contoso",
            "",
            "https://",
            "https://u:p@contoso.example/",
        ] {
            let error = checked_url("It", bad).unwrap_err();
            assert_eq!(error.status(), Status::InvalidConfiguration, "{bad}");
            assert!(!error.to_string().contains("u:p"), "{error}");
        }
    }
}
