//! What can be different from one environment to the next, or is not known about the real service.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::oauth::Cloud;
use uuid::Uuid;

use crate::model::Set;
use crate::rules::privileges;

/// What happens to a role that is given to a user who holds it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DuplicateAssociation {
    /// 204, and nothing changes.
    #[default]
    Ignore,
    /// 412 0x80040237.
    Conflict412,
    /// 409 0x80040237.
    Conflict409,
}

/// What happens when a role is taken from a user who does not hold it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum MissingDisassociation {
    /// 204, and nothing changes.
    #[default]
    Ignore,
    /// 404 0x80040217.
    NotFound,
}

/// What happens to a change that the service may refuse or leave out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Disputed {
    /// 400.
    #[default]
    Refuse,
    /// The value is taken.
    Accept,
    /// The request succeeds, the value stays as it was.
    Ignore,
}

/// What happens to a new user without a domainname.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum MissingDomainName {
    /// It becomes the mail address: clients create users so.
    #[default]
    FromMail,
    /// 400: the table's definition says that it is required.
    Refuse,
}

/// What a column that clients can't write does to a request that names it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ReadOnlyColumns {
    /// 400.
    #[default]
    Refuse,
    /// The request succeeds, the value stays as it was.
    Ignore,
}

/// What happens to a request in the name of a user who is not there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum UnknownCaller {
    /// 404 0x80040217 for an unknown `MSCRMCallerID`, 403 0x80072560 for an unknown `CallerObjectId`.
    #[default]
    Refuse,
    /// The request runs as the user who makes it.
    Ignore,
}

/// The settings; `GET` and `PATCH /_local/settings` use the names in camelCase.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Settings {
    /// How long a token lasts.
    pub token_lifetime_seconds: u64,
    /// From when on a token is good, counted from when it is issued.
    pub token_not_before_seconds: i64,
    /// All client secrets have expired: AADSTS7000222.
    pub client_secret_expired: bool,
    /// So long, what is new in the directory is not known at the token end point: an application or a secret that was just
    /// added.
    pub new_secret_delay_seconds: u64,
    /// How far the clock of who signs an assertion may be off.
    pub assertion_clock_skew_seconds: u64,
    /// The cloud, which issuers are named after.
    pub cloud: Cloud,
    /// The sign-in host that the challenge names, such as `https://login.microsoftonline.com`. None: this server.
    pub challenge_authority: Option<String>,
    /// The most rows a page has.
    pub max_page_size: usize,
    /// Users may hold roles of any business unit.
    pub record_ownership_across_business_units: bool,
    /// Disabled users can be given roles, and lose them.
    pub allow_role_assignment_on_disabled_users: bool,
    /// A move to another business unit takes no roles.
    pub keep_roles_on_business_unit_change: bool,
    /// A role that is given twice.
    pub duplicate_association: DuplicateAssociation,
    /// A role that is taken but not held.
    pub missing_disassociation: MissingDisassociation,
    /// The feature "delete disabled users", a preview that is off by default.
    pub delete_disabled_users: bool,
    /// Users (systemuserid) whose accounts are gone from Microsoft Entra: only these can be deleted.
    pub users_gone_from_entra: Vec<Uuid>,
    /// A user, who is no application, without a domainname.
    pub missing_domain_name: MissingDomainName,
    /// A domainname in an update.
    pub domain_name_on_update: Disputed,
    /// A column in a body that only the server writes.
    pub read_only_columns: ReadOnlyColumns,
    /// The privileges that roles give, by the role's name. A role that is not listed gives all that is needed for reading;
    /// System Administrator gives every privilege.
    pub role_privileges: BTreeMap<String, Vec<String>>,
    /// The tables whose changes are tracked, by logical name.
    pub change_tracked_tables: Vec<String>,
    /// How many days a delta token is good for.
    pub expire_change_tracking_in_days: u32,
    /// A user in `MSCRMCallerID` or `CallerObjectId` who is not there.
    pub unknown_caller: UnknownCaller,
    /// Privileges that every caller lacks, such as `prvReadUser`.
    pub denied_privileges: Vec<String>,
    /// Replies are compressed where the client accepts it.
    pub compression: bool,
    /// Service protection: requests of one user in a window. None: no limit.
    pub limit_requests: Option<u32>,
    /// Service protection: execution time of one user in a window. None: no limit.
    pub limit_execution_milliseconds: Option<u64>,
    /// Service protection: requests of one user at once. None: no limit.
    pub limit_concurrent_requests: Option<u32>,
    /// The length of the sliding window of the limits.
    pub limit_window_seconds: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            token_lifetime_seconds: 3599,
            token_not_before_seconds: -300,
            client_secret_expired: false,
            new_secret_delay_seconds: 0,
            assertion_clock_skew_seconds: 300,
            cloud: Cloud::Public,
            challenge_authority: None,
            max_page_size: 5000,
            record_ownership_across_business_units: false,
            allow_role_assignment_on_disabled_users: false,
            keep_roles_on_business_unit_change: false,
            duplicate_association: DuplicateAssociation::Ignore,
            missing_disassociation: MissingDisassociation::Ignore,
            delete_disabled_users: false,
            users_gone_from_entra: Vec::new(),
            missing_domain_name: MissingDomainName::FromMail,
            domain_name_on_update: Disputed::Refuse,
            read_only_columns: ReadOnlyColumns::Refuse,
            role_privileges: BTreeMap::new(),
            change_tracked_tables: Set::ALL.map(|set| set.names().logical.to_owned()).into(),
            expire_change_tracking_in_days: 7,
            unknown_caller: UnknownCaller::Refuse,
            denied_privileges: Vec::new(),
            compression: true,
            limit_requests: None,
            limit_execution_milliseconds: None,
            limit_concurrent_requests: None,
            limit_window_seconds: 300,
        }
    }
}

impl Settings {
    /// Whether the changes of a set's table are tracked.
    pub fn tracks(&self, set: Set) -> bool {
        self.change_tracked_tables.iter().any(|name| name == set.names().logical)
    }

    /// These settings with the service protection limits that the real service documents.
    pub fn with_service_protection(self) -> Self {
        Self {
            limit_requests: Some(6_000),
            limit_execution_milliseconds: Some(1_200_000),
            limit_concurrent_requests: Some(52),
            limit_window_seconds: 300,
            ..self
        }
    }

    /// These settings with some of them changed; the error says which name or value is wrong.
    pub fn merged(&self, changes: &Json) -> Result<Self, String> {
        let changes = changes.as_object().ok_or("The settings must be a JSON object, such as {\"maxPageSize\":2}.")?;
        let mut all = serde_json::to_value(self).map_err(|error| error.to_string())?;
        let fields = all.as_object_mut().ok_or("The settings are no JSON object.")?;
        fields.extend(changes.iter().map(|(name, value)| (name.clone(), value.clone())));
        let merged: Self = serde_json::from_value(all).map_err(|error| format!("Wrong setting: {error}."))?;
        for name in merged.role_privileges.values().flatten().chain(&merged.denied_privileges) {
            if privileges::known(name).is_none() {
                let all = privileges::ALL.join(", ");
                return Err(format!("'{name}' is no privilege that this server knows. It knows {all}."));
            }
        }
        if let Some(host) = merged.challenge_authority.as_deref().filter(|host| !is_address(host)) {
            return Err(format!("challengeAuthority must be an address such as https://login.example, not '{host}'."));
        }
        if !(1..=5000).contains(&merged.max_page_size) {
            return Err(format!("maxPageSize must be between 1 and 5000, not {}.", merged.max_page_size));
        }
        if merged.expire_change_tracking_in_days > 365 {
            let days = merged.expire_change_tracking_in_days;
            return Err(format!("expireChangeTrackingInDays must be between 0 and 365, not {days}."));
        }
        if let Some(name) = merged.change_tracked_tables.iter().find(|name| Set::of_table(name).is_none()) {
            let known = Set::ALL.map(|set| set.names().logical).join(", ");
            return Err(format!("changeTrackedTables: '{name}' is no table of this server, which has {known}."));
        }
        Ok(merged)
    }
}

/// Whether a text can stand in a challenge as the address of a host.
fn is_address(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_graphic() && !b",\"".contains(&byte))
    })
}
