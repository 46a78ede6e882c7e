//! The national clouds: which sign-in host belongs to which environment.

use url::Url;

/// The end of an environment's host name, and the sign-in host of its cloud.
///
/// Source: Microsoft's pages on national clouds and on Dynamics 365 US Government and China.
const CLOUDS: [(&str, &str); 4] = [
    (".crm.microsoftdynamics.us", "https://login.microsoftonline.us/"),
    (".crm.appsplatform.us", "https://login.microsoftonline.us/"),
    (".crm.dynamics.cn", "https://login.partner.microsoftonline.cn/"),
    (".dynamics.com", "https://login.microsoftonline.com/"),
];

/// The sign-in host for an environment: that of its cloud; the environment itself where it is on this machine (Local
/// Dataverse); the public cloud otherwise.
pub(crate) fn authority_for(environment: &Url, is_loopback: bool) -> Url {
    if is_loopback {
        return environment.clone();
    }
    let host = environment.host_str().unwrap_or_default().to_ascii_lowercase();
    let public = CLOUDS[CLOUDS.len() - 1].1;
    let authority = CLOUDS.iter().find(|(suffix, _)| host.ends_with(suffix)).map_or(public, |(_, authority)| authority);
    Url::parse(authority).expect("the table holds URLs")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_national_cloud_has_its_sign_in_host() {
        let cases = [
            ("https://contoso.crm4.dynamics.com/", "https://login.microsoftonline.com/"),
            ("https://contoso.api.crm4.dynamics.com/", "https://login.microsoftonline.com/"),
            ("https://contoso.crm9.dynamics.com/", "https://login.microsoftonline.com/"),
            ("https://contoso.crm.microsoftdynamics.us/", "https://login.microsoftonline.us/"),
            ("https://contoso.crm.appsplatform.us/", "https://login.microsoftonline.us/"),
            ("https://contoso.CRM.dynamics.cn/", "https://login.partner.microsoftonline.cn/"),
            ("https://crm.contoso.example/", "https://login.microsoftonline.com/"),
        ];
        for (environment, authority) in cases {
            assert_eq!(authority_for(&Url::parse(environment).unwrap(), false).as_str(), authority, "{environment}");
        }
        let local = Url::parse("http://127.0.0.1:8080/").unwrap();
        assert_eq!(authority_for(&local, true), local);
    }
}
