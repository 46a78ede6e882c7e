//! Which requests a fault rule is about.

use serde::{Deserialize, Serialize};

use super::Action;

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
    /// The first matching request that it can happen to, from 1.
    #[serde(default = "one")]
    pub nth: u64,
    /// To how many matching requests it happens; 0: without an end.
    #[serde(default = "one")]
    pub times: u64,
    /// With this probability, from 0 to 1, to each matching request; none given: to every one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// Where the random numbers start: the same number hits the same requests again. None given: a random one, which the list of
    /// rules shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// What happens.
    pub action: Action,
}

fn one() -> u64 {
    1
}

impl FaultRule {
    /// A rule for the next request of any kind.
    pub fn new(action: Action) -> Self {
        Self { method: None, path: None, nth: 1, times: 1, probability: None, seed: None, action }
    }

    /// Whether it is about this request; `decoded` is the path without percent signs.
    pub(super) fn matches(&self, method: &str, path: &str, decoded: &str) -> bool {
        let method_fits = self.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method));
        let path_fits =
            self.path.as_deref().is_none_or(|wanted| path_matches(wanted, path) || path_matches(wanted, decoded));
        method_fits && path_fits
    }

    /// What is wrong with the rule, if anything.
    pub fn check(&self) -> Result<(), String> {
        if self.nth == 0 {
            return Err("nth counts from 1.".into());
        }
        if let Some(wrong) = self.probability.filter(|probability| !(0.0..=1.0).contains(probability)) {
            return Err(format!("The probability is {wrong}: use 0 to 1."));
        }
        if self.seed.is_some() && self.probability.is_none() {
            return Err("A seed goes with a probability: give one, such as 0.1.".into());
        }
        self.action.check()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_match_by_part_or_by_pattern() {
        assert!(path_matches("systemusers(", "/api/data/v9.1/systemusers(1)"));
        assert!(path_matches("*/systemusers(*)", "/api/data/v9.1/systemusers(1)"));
        assert!(!path_matches("*/systemusers(*)", "/api/data/v9.1/systemusers(1)/$ref"));
        assert!(!path_matches("/roles*", "/api/roles"));
    }

    #[test]
    fn wrong_rules_are_refused_with_the_reason() {
        for (text, reason) in [
            (r#"{"action":{}}"#, "empty"),
            (r#"{"nth":0,"action":{"garbage":true}}"#, "nth"),
            (r#"{"action":{"status":99}}"#, "99"),
            (r#"{"action":{"body":"x"}}"#, "status"),
            (r#"{"action":{"applied":true}}"#, "status"),
            (r#"{"action":{"reset":true}}"#, "close or truncate"),
            (r#"{"action":{"endless":true,"truncate":3}}"#, "either endless"),
            (r#"{"action":{"pause":{"ms":3},"trickle":{"bytes":1,"everyMs":1}}}"#, "pause or trickle"),
            (r#"{"action":{"trickle":{"bytes":0,"everyMs":1}}}"#, "at least 1"),
            (r#"{"action":{"bomb":9,"garbage":true}}"#, "bomb"),
            (r#"{"action":{"headers":{"a b":"x"}}}"#, "no header"),
            (r#"{"action":{"headers":{"Content-Length":"3"}}}"#, "truncate"),
            (r#"{"action":{"extraHeaders":{"count":10001,"bytes":1}}}"#, "10000"),
            (r#"{"probability":1.5,"action":{"status":500}}"#, "1.5"),
            (r#"{"seed":1,"action":{"status":500}}"#, "probability"),
        ] {
            let error = serde_json::from_str::<FaultRule>(text).unwrap().check().unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
        }
        for unreadable in [r#"{"action":{"explode":true}}"#, r#"{"action":{"close":"now"}}"#, r#"{"path":"x"}"#] {
            assert!(serde_json::from_str::<FaultRule>(unreadable).is_err(), "{unreadable}");
        }
    }
}
