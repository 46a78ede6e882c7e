//! The proxy of Windows' own settings (Internet Options): the user's, or the machine's where a policy says so.

use url::Url;

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
    fn parse(server: &str, bypass: &str) -> Option<Self> {
        let bypass = entries(bypass).map(|entry| {
            let entry = entry.to_ascii_lowercase();
            entry.split_once("://").map_or(entry.clone(), |(_, host)| host.to_owned())
        });
        Some(WindowsProxy { url: https_proxy(server)?, bypass: bypass.collect() })
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
pub(super) fn read() -> Option<WindowsProxy> {
    read_from(windows_registry::CURRENT_USER, windows_registry::LOCAL_MACHINE)
}

#[cfg(windows)]
const SETTINGS: &str = r"Software\Microsoft\Windows\CurrentVersion\Internet Settings";
#[cfg(windows)]
const POLICY: &str = r"Software\Policies\Microsoft\Windows\CurrentVersion\Internet Settings";

/// The same from the keys of a user and of a machine.
#[cfg(windows)]
fn read_from(user: &windows_registry::Key, machine: &windows_registry::Key) -> Option<WindowsProxy> {
    let per_user = machine.open(POLICY).and_then(|key| key.get_u32("ProxySettingsPerUser"));
    let owner = if per_user.is_ok_and(|value| value == 0) { machine } else { user };
    let key = owner.open(SETTINGS).ok()?;
    if key.get_u32("ProxyEnable").unwrap_or(0) == 0 {
        return None;
    }
    WindowsProxy::parse(&key.get_string("ProxyServer").ok()?, &key.get_string("ProxyOverride").unwrap_or_default())
}

/// `host:port` for every scheme, or `http=host:port;https=host:port` for some of them.
fn https_proxy(server: &str) -> Option<Url> {
    let named = entries(server).find_map(|entry| entry.strip_prefix("https="));
    let address = named.or_else(|| entries(server).find(|entry| !entry.contains('=')))?;
    let url = if address.contains("://") { Url::parse(address) } else { Url::parse(&format!("http://{address}")) };
    url.ok().filter(|url| url.has_host() && matches!(url.scheme(), "http" | "https"))
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

    fn url(server: &str) -> Option<String> {
        Some(WindowsProxy::parse(server, "")?.url.into())
    }

    #[test]
    fn one_proxy_for_all_and_one_for_each_scheme_are_read() {
        let ours = Some("http://proxy.contoso.example:8080/".to_owned());
        assert_eq!(url("proxy.contoso.example:8080"), ours);
        assert_eq!(url("http://proxy.contoso.example:8080"), ours);
        assert_eq!(url("http=other.example:80;https=proxy.contoso.example:8080;socks=third.example:1080"), ours);
        assert_eq!(url("https=http://proxy.contoso.example:8080 http=other.example:80"), ours);
        assert_eq!(url("10.0.0.1:3128").as_deref(), Some("http://10.0.0.1:3128/"));
        for none in ["", ";", "http=other.example:80", "socks=third.example:1080", "socks5://third.example", "https="] {
            assert_eq!(url(none), None, "{none}");
        }
    }

    #[test]
    fn hosts_of_the_exceptions_are_reached_without_it() {
        let proxy =
            WindowsProxy::parse("p:1", "*.contoso.example;10.*; https://crm*.Fabrikam.example ;<local>;").unwrap();
        for host in ["org.contoso.example", "ORG.Contoso.Example", "10.1.2.3", "crm4.fabrikam.example", "intranet"] {
            assert!(proxy.is_bypassed(host), "{host}");
        }
        for host in ["contoso.example", "org.contoso.example.org", "110.1.2.3", "fabrikam.example", "::1"] {
            assert!(!proxy.is_bypassed(host), "{host}");
        }
        assert!(!WindowsProxy::parse("p:1", "").unwrap().is_bypassed("intranet"));
    }

    /// In keys of its own, which are gone when it ends.
    #[cfg(windows)]
    #[test]
    fn the_registry_is_read_as_windows_keeps_it() {
        let name = format!(r"Software\dynamics365 test {}", std::process::id());
        let root = windows_registry::CURRENT_USER.create(&name).unwrap();
        let (user, machine) = (root.create("user").unwrap(), root.create("machine").unwrap());
        let found = || read_from(&user, &machine).map(|proxy| (proxy.url.to_string(), proxy.bypass));
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
