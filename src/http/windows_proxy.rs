//! The proxy of Windows' own settings (Internet Options): the user's, or the machine's where a policy says so.

use url::Url;

use super::proxy::{address, unusable};
use crate::error::Result;

/// What the settings say.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct WindowsProxy {
    /// The proxy for https.
    pub(super) url: Url,
    /// The hosts that are reached without it, in lower case: `*` stands for anything, `<local>` for names without a dot.
    bypass: Vec<String>,
}

impl WindowsProxy {
    /// Reads the values `ProxyServer` and `ProxyOverride`. None where they name no proxy for https.
    fn parse(server: &str, bypass: &str) -> Result<Option<Self>> {
        let Some(url) = https_proxy(server)? else { return Ok(None) };
        let of_https = entries(bypass).map(str::to_ascii_lowercase).filter_map(|entry| match entry.split_once("://") {
            Some((scheme, host)) => (scheme == "https").then(|| host.to_owned()),
            None => Some(entry),
        });
        Ok(Some(WindowsProxy { url, bypass: of_https.collect() }))
    }

    /// Whether a host is reached without the proxy.
    pub(super) fn is_bypassed(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        self.bypass.iter().any(|entry| match entry.as_str() {
            "<local>" => !host.contains(['.', ':']),
            pattern => matches(pattern, &host),
        })
    }
}

/// The settings' proxy. None where it is switched off.
#[cfg(windows)]
pub(super) fn read() -> Result<Option<WindowsProxy>> {
    registry::read(windows_registry::CURRENT_USER, windows_registry::LOCAL_MACHINE)
}

/// Where Windows keeps them.
#[cfg(windows)]
mod registry {
    use windows_registry::Key;

    use super::{ADVICE, WindowsProxy};
    use crate::error::{Error, Result, Status};

    pub(super) const SETTINGS: &str = r"Software\Microsoft\Windows\CurrentVersion\Internet Settings";
    pub(super) const POLICY: &str = r"Software\Policies\Microsoft\Windows\CurrentVersion\Internet Settings";

    /// What the keys of a user and of a machine say.
    pub(super) fn read(user: &Key, machine: &Key) -> Result<Option<WindowsProxy>> {
        let per_user = value(machine, POLICY, "ProxySettingsPerUser", Key::get_u32)?;
        let owner = if per_user == Some(0) { machine } else { user };
        if value(owner, SETTINGS, "ProxyEnable", Key::get_u32)?.unwrap_or(0) == 0 {
            return Ok(None);
        }
        let server = value(owner, SETTINGS, "ProxyServer", Key::get_string)?.unwrap_or_default();
        let bypass = value(owner, SETTINGS, "ProxyOverride", Key::get_string)?.unwrap_or_default();
        WindowsProxy::parse(&server, &bypass)
    }

    /// The value of a key below this one. None where there is no such key or value.
    fn value<T>(
        root: &Key,
        path: &str,
        name: &'static str,
        get: fn(&Key, &'static str) -> windows_registry::Result<T>,
    ) -> Result<Option<T>> {
        // HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND)
        const NOT_FOUND: u32 = 0x8007_0002;
        match root.open(path).and_then(|key| get(&key, name)) {
            Ok(value) => Ok(Some(value)),
            Err(error) if error.code().0 as u32 == NOT_FOUND => Ok(None),
            Err(error) => {
                let what = format!("The value {name} of Windows' proxy settings ({path}) can't be read: {error}.");
                Err(Error::new(Status::InvalidConfiguration, what).with_advice(ADVICE))
            }
        }
    }
}

const ADVICE: &str = "Correct the proxy server in the Internet Options of the account, or give the client a proxy (-Proxy): a URL, or 'none'.";

/// The proxy for https of `host:port` for every scheme, or of `http=host:port;https=host:port` for some of them; that of `socks=` is for those
/// that have none.
fn https_proxy(server: &str) -> Result<Option<Url>> {
    let of_scheme = |scheme: &str| {
        entries(server).filter_map(|entry| entry.split_once('=')).find(|(name, _)| name.eq_ignore_ascii_case(scheme))
    };
    let for_all = entries(server).find(|entry| !entry.contains('='));
    let unusable =
        |text: &str, why: &str| unusable("The proxy server of Windows' proxy settings", text, why).with_advice(ADVICE);
    if let Some(text) = of_scheme("https").map(|(_, address)| address).or(for_all) {
        return address(text).map(Some).map_err(|why| unusable(text, &why));
    }
    match of_scheme("socks") {
        Some((_, text)) => Err(unusable(text, "it is a SOCKS proxy")),
        None => Ok(None),
    }
}

fn entries(list: &str) -> impl Iterator<Item = &str> {
    list.split([';', ' ', '\t', '\r', '\n']).filter(|entry| !entry.is_empty())
}

fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => text.strip_prefix(start).is_some_and(|tail| {
            tail.char_indices().map(|(at, _)| at).chain([tail.len()]).any(|at| matches(rest, &tail[at..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Status;

    fn url(server: &str) -> Option<String> {
        Some(WindowsProxy::parse(server, "").unwrap()?.url.into())
    }

    #[test]
    fn one_proxy_for_all_and_one_for_each_scheme_are_read() {
        let ours = Some("http://proxy.contoso.example:8080/".to_owned());
        assert_eq!(url("proxy.contoso.example:8080"), ours);
        assert_eq!(url("http://proxy.contoso.example:8080"), ours);
        assert_eq!(url("http=other.example:80;HTTPS=proxy.contoso.example:8080;socks=third.example:1080"), ours);
        assert_eq!(url("https=http://proxy.contoso.example:8080 http=other.example:80"), ours);
        assert_eq!(url("http=other.example:80 proxy.contoso.example:8080"), ours);
        assert_eq!(url("10.0.0.1:3128").as_deref(), Some("http://10.0.0.1:3128/"));
        for none in ["", ";", "http=other.example:80", "ftp=third.example:21"] {
            assert_eq!(url(none), None, "{none}");
        }
    }

    #[test]
    fn a_proxy_that_can_not_be_used_is_an_error_and_not_passed_by() {
        for (server, told) in [
            ("https=", "settings '' can't be used: empty host."),
            ("proxy.contoso.example:http", "settings 'proxy.contoso.example:http' can't be used: invalid port number."),
            (
                "socks5://third.example",
                "settings 'socks5://third.example' can't be used: it is neither http nor https.",
            ),
            (
                "http=other.example:80;socks=third.example:1080",
                "settings 'third.example:1080' can't be used: it is a SOCKS",
            ),
            ("user:hush-hush@:80", "settings can't be used: empty host."),
        ] {
            let error = WindowsProxy::parse(server, "").unwrap_err();
            assert_eq!(error.status(), Status::InvalidConfiguration);
            let text = error.to_string();
            assert!(text.contains(told) && text.contains("Internet Options") && !text.contains("hush"), "{text}");
        }
    }

    #[test]
    fn hosts_of_the_exceptions_are_reached_without_it() {
        let parse = |bypass| WindowsProxy::parse("p:1", bypass).unwrap().unwrap();
        let proxy = parse("*.contoso.example;10.*; https://crm*.Fabrikam.example http://plain.example;<local>;");
        for host in ["org.contoso.example", "ORG.Contoso.Example", "10.1.2.3", "crm4.fabrikam.example", "intranet"] {
            assert!(proxy.is_bypassed(host), "{host}");
        }
        for host in
            ["contoso.example", "org.contoso.example.org", "110.1.2.3", "fabrikam.example", "plain.example", "[::1]"]
        {
            assert!(!proxy.is_bypassed(host), "{host}");
        }
        assert!(!parse("").is_bypassed("intranet"));
    }

    /// In keys of its own, which are gone when it ends.
    #[cfg(windows)]
    #[test]
    fn the_registry_is_read_as_windows_keeps_it() {
        use super::registry::{POLICY, SETTINGS};

        let name = format!(r"Software\dynamics365 test {}", std::process::id());
        let root = windows_registry::CURRENT_USER.create(&name).unwrap();
        let (user, machine) = (root.create("user").unwrap(), root.create("machine").unwrap());
        let read =
            || registry::read(&user, &machine).map(|found| found.map(|proxy| (proxy.url.to_string(), proxy.bypass)));
        let found = || read().unwrap();
        assert_eq!(found(), None);

        let settings = user.create(SETTINGS).unwrap();
        settings.set_string("ProxyServer", "http=other.example:80;https=proxy.contoso.example:8080").unwrap();
        assert_eq!(found(), None);
        settings.set_u32("ProxyEnable", 0).unwrap();
        assert_eq!(found(), None);
        settings.set_u32("ProxyEnable", 1).unwrap();
        assert_eq!(found(), Some(("http://proxy.contoso.example:8080/".into(), vec![])));
        settings.set_string("ProxyOverride", "*.contoso.example;<local>").unwrap();
        assert_eq!(found().unwrap().1, ["*.contoso.example", "<local>"]);

        // A value of another type than Windows' own.
        settings.set_multi_string("ProxyServer", &["proxy.contoso.example:8080"]).unwrap();
        let error = read().unwrap_err();
        assert_eq!(error.status(), Status::InvalidConfiguration);
        assert!(
            error.to_string().starts_with(r"The value ProxyServer of Windows' proxy settings (Software\Microsoft\"),
            "{error}"
        );
        settings.remove_value("ProxyServer").unwrap();
        assert_eq!(found(), None);
        settings.set_string("ProxyServer", "proxy.contoso.example:8080").unwrap();

        let policy = machine.create(POLICY).unwrap();
        policy.set_u32("ProxySettingsPerUser", 1).unwrap();
        assert!(found().is_some());
        policy.set_u32("ProxySettingsPerUser", 0).unwrap();
        assert_eq!(found(), None);
        let settings = machine.create(SETTINGS).unwrap();
        settings.set_u32("ProxyEnable", 1).unwrap();
        settings.set_string("ProxyServer", "machine.contoso.example:3128").unwrap();
        assert_eq!(found(), Some(("http://machine.contoso.example:3128/".into(), vec![])));
        windows_registry::CURRENT_USER.remove_tree(&name).unwrap();
    }
}
