//! The national clouds: which sign-in host belongs to which environment, and which hosts a secret may go to.

use url::Url;

/// A cloud of Microsoft's: where its environments and its sign-in host are.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Cloud {
    /// The ends of its environments' host names.
    environments: &'static [&'static str],
    /// The host that gives out its tokens.
    sign_in: &'static str,
    /// Other names of that host, which older services still write.
    also: &'static [&'static str],
}

/// Source: Microsoft's pages on national clouds and on Dynamics 365 US Government and China, and the aliases of the hosts in the
/// instance discovery of its sign-in libraries. The government's community cloud (GCC, crm9) is in the public one.
const CLOUDS: [Cloud; 3] = [
    Cloud {
        environments: &[".dynamics.com"],
        sign_in: "login.microsoftonline.com",
        also: &["login.windows.net", "login.microsoft.com", "sts.windows.net"],
    },
    // GCC High and the Department of Defense.
    Cloud {
        environments: &[".crm.microsoftdynamics.us", ".crm.appsplatform.us"],
        sign_in: "login.microsoftonline.us",
        also: &["login.usgovcloudapi.net", "login-us.microsoftonline.com"],
    },
    Cloud {
        environments: &[".crm.dynamics.cn"],
        sign_in: "login.partner.microsoftonline.cn",
        also: &["login.chinacloudapi.cn"],
    },
];

impl Cloud {
    /// The cloud that an environment is in; none where its host is not one of Microsoft's.
    pub(crate) fn of_environment(environment: &Url) -> Option<&'static Cloud> {
        let host = host_of(environment)?;
        CLOUDS.iter().find(|cloud| cloud.environments.iter().any(|end| host.ends_with(end)))
    }

    /// The cloud whose sign-in host a URL leads to, over TLS and by no other port; none where that is no sign-in host of Microsoft's.
    pub(crate) fn of_sign_in(url: &Url) -> Option<&'static Cloud> {
        let host = host_of(url).filter(|_| url.scheme() == "https" && url.port().is_none())?;
        CLOUDS.iter().find(|cloud| cloud.sign_in == host || cloud.also.contains(&host.as_str()))
    }

    /// The public cloud.
    pub(crate) fn public() -> &'static Cloud {
        &CLOUDS[0]
    }

    /// The address of the sign-in host.
    pub(crate) fn authority(&self) -> Url {
        Url::parse(&format!("https://{}/", self.sign_in)).expect("the table holds host names")
    }

    /// The names of all sign-in hosts, for the text of an error.
    pub(crate) fn sign_in_hosts() -> String {
        CLOUDS.map(|cloud| cloud.sign_in).join(", ")
    }
}

/// The host of a URL, without the dot that may end a whole name.
fn host_of(url: &Url) -> Option<String> {
    url.domain().map(|host| host.trim_end_matches('.').to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn each_national_cloud_has_its_sign_in_host() {
        let cases = [
            ("https://contoso.crm.dynamics.com/", "https://login.microsoftonline.com/"),
            ("https://contoso.api.crm4.dynamics.com/", "https://login.microsoftonline.com/"),
            ("https://contoso.crm9.dynamics.com/", "https://login.microsoftonline.com/"),
            ("https://contoso.crm.microsoftdynamics.us/", "https://login.microsoftonline.us/"),
            ("https://contoso.api.crm.microsoftdynamics.us/", "https://login.microsoftonline.us/"),
            ("https://contoso.crm.appsplatform.us/", "https://login.microsoftonline.us/"),
            ("https://contoso.CRM.dynamics.cn./", "https://login.partner.microsoftonline.cn/"),
        ];
        for (environment, authority) in cases {
            let cloud = Cloud::of_environment(&url(environment)).unwrap();
            assert_eq!(cloud.authority().as_str(), authority, "{environment}");
        }
        for stranger in [
            "https://crm.contoso.example/",
            "https://dynamics.com.example/",
            "https://xdynamics.com/",
            "https://127.0.0.1/",
        ] {
            assert_eq!(Cloud::of_environment(&url(stranger)), None, "{stranger}");
        }
    }

    #[test]
    fn a_sign_in_host_is_known_by_its_whole_name_over_tls() {
        for (good, cloud) in [
            ("https://login.microsoftonline.com/t/oauth2/authorize", &CLOUDS[0]),
            ("https://LOGIN.windows.net:443/t", &CLOUDS[0]),
            ("https://sts.windows.net/t", &CLOUDS[0]),
            ("https://login.microsoftonline.us/t", &CLOUDS[1]),
            ("https://login.chinacloudapi.cn/t", &CLOUDS[2]),
        ] {
            assert_eq!(Cloud::of_sign_in(&url(good)), Some(cloud), "{good}");
        }
        for bad in [
            "http://login.microsoftonline.com/t",
            "https://login.microsoftonline.com:8443/t",
            "https://login.microsoftonline.com.evil.example/t",
            "https://evil.example/login.microsoftonline.com/t",
            "https://login.microsoftonline.com@evil.example/t",
            "https://xlogin.microsoftonline.com/t",
            "https://microsoftonline.com/t",
            "https://login.microsoftonline.de/t",
        ] {
            assert_eq!(Cloud::of_sign_in(&url(bad)), None, "{bad}");
        }
    }
}
