//! What differs between Microsoft's clouds.

use serde::{Deserialize, Serialize};

/// The cloud that an environment is in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Cloud {
    /// `login.microsoftonline.com`
    #[default]
    Public,
    /// `login.microsoftonline.us`: GCC High and DoD.
    UsGovernment,
    /// `login.partner.microsoftonline.cn`
    China,
}

impl Cloud {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Public, Self::UsGovernment, Self::China];

    /// The sign-in host.
    pub fn login_host(self) -> &'static str {
        match self {
            Self::Public => "login.microsoftonline.com",
            Self::UsGovernment => "login.microsoftonline.us",
            Self::China => "login.partner.microsoftonline.cn",
        }
    }

    /// Other names of the sign-in host.
    pub fn aliases(self) -> &'static [&'static str] {
        match self {
            Self::Public => {
                &["login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"]
            }
            Self::UsGovernment => &["login.microsoftonline.us", "login.usgovcloudapi.net"],
            Self::China => &["login.partner.microsoftonline.cn", "login.chinacloudapi.cn"],
        }
    }

    /// The name that the sign-in host's tokens are kept under.
    pub fn cache_host(self) -> &'static str {
        if self == Self::Public { "login.windows.net" } else { self.login_host() }
    }

    /// Who issues tokens of version 1, which are those of Dataverse whatever the end point's version is.
    pub fn issuer(self, tenant: &str) -> String {
        let host = if self == Self::China { "sts.chinacloudapi.cn" } else { "sts.windows.net" };
        format!("https://{host}/{tenant}/")
    }

    /// Who issues tokens of version 2.
    pub fn issuer_of_version_two(self, tenant: &str) -> String {
        format!("https://{}/{tenant}/v2.0", self.login_host())
    }

    /// `cloud_instance_name`
    pub fn instance_name(self) -> &'static str {
        match self {
            Self::Public => "microsoftonline.com",
            Self::UsGovernment => "microsoftonline.us",
            Self::China => "partner.microsoftonline.cn",
        }
    }

    /// `tenant_region_scope`, where it is known.
    pub fn region(self) -> Option<&'static str> {
        match self {
            Self::Public => Some("WW"),
            Self::UsGovernment => Some("USGov"),
            Self::China => None,
        }
    }

    /// The host of Microsoft Graph.
    pub fn graph_host(self) -> &'static str {
        match self {
            Self::Public => "graph.microsoft.com",
            Self::UsGovernment => "graph.microsoft.us",
            Self::China => "microsoftgraph.chinacloudapi.cn",
        }
    }
}
