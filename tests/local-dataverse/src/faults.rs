//! Faults on demand: what goes wrong with which request.

use std::collections::BTreeMap;

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// When the connection is closed without a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Close {
    /// Before the body of the request is read.
    BeforeRead,
    /// After the request is read, before anything is done.
    AfterRead,
    /// After the change is applied.
    AfterApplied,
}

/// What happens; several may be combined.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Action {
    /// This status in place of the real reply; the request has no effect unless `applied` is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Headers of that reply.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// The body of that reply: text is sent as it is, anything else as JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Json>,
    /// The request takes effect before `status` answers it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub applied: bool,
    /// The connection is closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub close: Option<Close>,
    /// A pause before the request is handled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay_ms: Option<u64>,
    /// Only so many bytes of the body are sent, and the connection is closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub truncate: Option<usize>,
    /// The body is bytes that are no JSON.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub garbage: bool,
}

/// Which requests something happens to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FaultRule {
    /// Only requests of this method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Only requests whose path and query contain this, or match it where it has a `*`. As sent, or percent-decoded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The first matching request that it happens to, from 1.
    #[serde(default = "one")]
    pub nth: u64,
    /// To how many matching requests in a row it happens; 0: to all from then on.
    #[serde(default = "one")]
    pub times: u64,
    /// What happens.
    pub action: Action,
}

fn one() -> u64 {
    1
}

impl FaultRule {
    /// A rule for the next request of any kind.
    pub fn new(action: Action) -> Self {
        Self { method: None, path: None, nth: 1, times: 1, action }
    }

    fn matches(&self, method: &str, path: &str, decoded: &str) -> bool {
        let method_fits = self.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method));
        let path_fits =
            self.path.as_deref().is_none_or(|wanted| path_matches(wanted, path) || path_matches(wanted, decoded));
        method_fits && path_fits
    }

    fn check(&self) -> Result<(), String> {
        if self.nth == 0 {
            return Err("nth counts from 1.".into());
        }
        if let Some(status) = self.action.status.filter(|status| !(200..=599).contains(status)) {
            return Err(format!("{status} is no status of a reply: use 200 to 599."));
        }
        for (name, value) in &self.action.headers {
            if http::HeaderName::try_from(name.as_str()).is_err()
                || http::HeaderValue::try_from(value.as_str()).is_err()
            {
                return Err(format!("'{name}: {value}' is no header."));
            }
        }
        if self.action == Action::default() {
            return Err("The action is empty: give one of status, close, delayMs, truncate, garbage.".into());
        }
        Ok(())
    }
}

/// Whether the path contains the pattern; with `*` in it, whether the whole path matches.
fn path_matches(pattern: &str, path: &str) -> bool {
    if !pattern.contains('*') {
        return path.contains(pattern);
    }
    let mut parts = pattern.split('*');
    let Some(mut rest) = path.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        match rest.find(part) {
            Some(place) => rest = &rest[place + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[derive(Debug)]
struct Armed {
    rule: FaultRule,
    seen: u64,
}

/// The rules in force.
#[derive(Debug, Default)]
pub struct Faults {
    rules: Mutex<Vec<Armed>>,
}

impl Faults {
    /// Adds rules; none is added where one of them is wrong.
    pub fn add(&self, rules: Vec<FaultRule>) -> Result<(), String> {
        rules.iter().try_for_each(FaultRule::check)?;
        self.rules.lock().extend(rules.into_iter().map(|rule| Armed { rule, seen: 0 }));
        Ok(())
    }

    /// Drops all rules.
    pub fn clear(&self) {
        self.rules.lock().clear();
    }

    /// The rules that can still happen.
    pub fn list(&self) -> Vec<FaultRule> {
        self.rules.lock().iter().map(|armed| armed.rule.clone()).collect()
    }

    /// What happens to a request. Every rule counts it; the first that is due acts.
    pub fn take(&self, method: &str, path: &str) -> Option<Action> {
        let mut rules = self.rules.lock();
        if rules.is_empty() {
            return None;
        }
        let decoded = percent_encoding::percent_decode_str(path).decode_utf8_lossy().into_owned();
        let mut action = None;
        for armed in rules.iter_mut() {
            if !armed.rule.matches(method, path, &decoded) {
                continue;
            }
            let due = armed.seen + 1 >= armed.rule.nth;
            if due && action.is_some() {
                // It would have been due, but another rule acts: its turn comes with the next request.
                continue;
            }
            armed.seen += 1;
            if due {
                action = Some(armed.rule.action.clone());
            }
        }
        rules.retain(|armed| armed.rule.times == 0 || armed.seen < armed.rule.nth - 1 + armed.rule.times);
        action
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(text: &str) -> FaultRule {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn the_nth_match_is_hit_so_many_times() {
        let faults = Faults::default();
        faults
            .add(vec![rule(r#"{"method":"POST","path":"systemusers","nth":2,"times":2,"action":{"status":503}}"#)])
            .unwrap();
        let mut hits = Vec::new();
        for _ in 0..4 {
            assert!(faults.take("GET", "/api/data/v9.1/systemusers").is_none());
            hits.push(faults.take("POST", "/api/data/v9.1/systemusers").is_some());
        }
        assert_eq!(hits, [false, true, true, false]);
        assert!(faults.list().is_empty());
    }

    #[test]
    fn paths_match_by_part_or_by_pattern() {
        assert!(path_matches("systemusers(", "/api/data/v9.1/systemusers(1)"));
        assert!(path_matches("*/systemusers(*)", "/api/data/v9.1/systemusers(1)"));
        assert!(!path_matches("*/systemusers(*)", "/api/data/v9.1/systemusers(1)/$ref"));
        assert!(!path_matches("/roles*", "/api/roles"));
    }

    #[test]
    fn wrong_rules_are_refused() {
        for text in [r#"{"action":{}}"#, r#"{"nth":0,"action":{"garbage":true}}"#, r#"{"action":{"status":99}}"#] {
            assert!(Faults::default().add(vec![rule(text)]).is_err(), "{text}");
        }
        assert!(serde_json::from_str::<FaultRule>(r#"{"action":{"explode":true}}"#).is_err());
    }
}
