//! Faults on demand: what goes wrong with which request.

mod action;
mod apply;
mod bomb;
mod rule;

use std::sync::Arc;

use fastrand::Rng;
use parking_lot::Mutex;
use serde::Serialize;

pub use action::{Action, Close, ExtraHeaders, Pause, RetryAfter, Trickle};
pub use apply::{alter, respond, substitute};
pub use rule::FaultRule;

/// A rule with what it has done so far.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FaultState {
    /// A number for taking it back, from 1.
    pub id: u64,
    /// So many requests matched.
    pub matched: u64,
    /// To so many it happened.
    pub acted: u64,
    /// The rule.
    #[serde(flatten)]
    pub rule: FaultRule,
}

#[derive(Debug)]
struct Armed {
    state: FaultState,
    action: Arc<Action>,
    random: Rng,
}

impl Armed {
    fn new(id: u64, mut rule: FaultRule) -> Self {
        let seed = match (rule.probability, rule.seed) {
            // Shown in the list, so that what happened can be had again.
            (Some(_), None) => *rule.seed.insert(fastrand::u64(..u64::from(u32::MAX))),
            (_, seed) => seed.unwrap_or_default(),
        };
        let action = Arc::new(rule.action.clone());
        Self { state: FaultState { id, matched: 0, acted: 0, rule }, action, random: Rng::with_seed(seed) }
    }

    fn is_spent(&self) -> bool {
        self.state.rule.times != 0 && self.state.acted >= self.state.rule.times
    }

    /// Counts a matching request; true where it is to happen to it.
    fn count(&mut self) -> bool {
        self.state.matched += 1;
        let reached = self.state.matched >= self.state.rule.nth;
        reached && self.state.rule.probability.is_none_or(|probability| self.random.f64() < probability)
    }
}

#[derive(Debug, Default)]
struct Rules {
    armed: Vec<Armed>,
    last_id: u64,
}

/// The rules in force.
#[derive(Debug, Default)]
pub struct Faults {
    rules: Mutex<Rules>,
}

impl Faults {
    /// Adds rules; none is added where one of them is wrong.
    pub fn add(&self, added: Vec<FaultRule>) -> Result<(), String> {
        added.iter().try_for_each(FaultRule::check)?;
        let mut rules = self.rules.lock();
        for rule in added {
            rules.last_id += 1;
            let armed = Armed::new(rules.last_id, rule);
            rules.armed.push(armed);
        }
        Ok(())
    }

    /// Drops all rules.
    pub fn clear(&self) {
        self.rules.lock().armed.clear();
    }

    /// Drops one rule; false where there is none of that number.
    pub fn remove(&self, id: u64) -> bool {
        let armed = &mut self.rules.lock().armed;
        let before = armed.len();
        armed.retain(|armed| armed.state.id != id);
        armed.len() < before
    }

    /// The rules that can still happen.
    pub fn list(&self) -> Vec<FaultState> {
        self.rules.lock().armed.iter().map(|armed| armed.state.clone()).collect()
    }

    /// What happens to a request. Every rule counts it; the first that is due acts.
    pub fn take(&self, method: &str, path: &str) -> Option<Arc<Action>> {
        let armed = &mut self.rules.lock().armed;
        if armed.is_empty() {
            return None;
        }
        let decoded = percent_encoding::percent_decode_str(path).decode_utf8_lossy();
        let mut action = None;
        for rule in armed.iter_mut().filter(|armed| armed.state.rule.matches(method, path, &decoded)) {
            let is_due = rule.state.matched + 1 >= rule.state.rule.nth;
            if is_due && action.is_some() {
                // Another rule acts on this request: this one's turn comes with the next.
                continue;
            }
            if rule.count() {
                rule.state.acted += 1;
                action = Some(rule.action.clone());
            }
        }
        armed.retain(|armed| !armed.is_spent());
        action
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(text: &str) -> FaultRule {
        serde_json::from_str(text).unwrap()
    }

    /// Which of so many requests it happened to.
    fn hits(faults: &Faults, requests: usize) -> Vec<usize> {
        (0..requests).filter(|_| faults.take("GET", "/x").is_some()).collect()
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
    fn a_rule_that_another_one_forestalls_acts_on_the_next_request() {
        let faults = Faults::default();
        faults.add(vec![rule(r#"{"action":{"status":500}}"#), rule(r#"{"action":{"status":502}}"#)]).unwrap();
        let statuses: Vec<_> = (0..3).map(|_| faults.take("GET", "/x").and_then(|action| action.status)).collect();
        assert_eq!(statuses, [Some(500), Some(502), None]);
    }

    #[test]
    fn the_same_seed_hits_the_same_requests() {
        let text = r#"{"probability":0.3,"seed":7,"times":0,"action":{"status":500}}"#;
        let (one, other, different) = (Faults::default(), Faults::default(), Faults::default());
        one.add(vec![rule(text)]).unwrap();
        other.add(vec![rule(text)]).unwrap();
        different.add(vec![rule(&text.replace('7', "8"))]).unwrap();
        let hit = hits(&one, 1000);
        assert_eq!(hit, hits(&other, 1000));
        assert_ne!(hit, hits(&different, 1000));
        assert!((250..350).contains(&hit.len()), "{} of 1000 were hit", hit.len());
    }

    #[test]
    fn a_seed_that_was_not_given_is_shown_and_gives_the_same_again() {
        let faults = Faults::default();
        faults.add(vec![rule(r#"{"probability":0.5,"times":0,"action":{"status":500}}"#)]).unwrap();
        let shown = faults.list().remove(0).rule;
        let again = Faults::default();
        again.add(vec![shown]).unwrap();
        assert_eq!(hits(&faults, 100), hits(&again, 100));
    }

    #[test]
    fn probability_0_never_acts_and_1_always_and_times_counts_what_happened() {
        let faults = Faults::default();
        faults.add(vec![rule(r#"{"probability":0,"times":0,"action":{"status":500}}"#)]).unwrap();
        assert!(hits(&faults, 100).is_empty());
        faults.clear();
        faults.add(vec![rule(r#"{"probability":1,"nth":3,"times":2,"action":{"status":500}}"#)]).unwrap();
        assert_eq!(hits(&faults, 100), [2, 3]);
        faults.add(vec![rule(r#"{"probability":0.5,"seed":1,"times":2,"action":{"status":500}}"#)]).unwrap();
        assert_eq!(hits(&faults, 100).len(), 2);
    }

    #[test]
    fn the_list_tells_what_rules_did_and_one_can_be_taken_back() {
        let faults = Faults::default();
        faults
            .add(vec![rule(r#"{"times":0,"action":{"status":500}}"#), rule(r#"{"nth":9,"action":{"status":502}}"#)])
            .unwrap();
        hits(&faults, 3);
        let list = faults.list();
        assert_eq!((list[0].id, list[0].matched, list[0].acted), (1, 3, 3));
        assert_eq!((list[1].id, list[1].matched, list[1].acted), (2, 3, 0));
        assert!(faults.remove(1) && !faults.remove(1));
        assert_eq!(faults.list().len(), 1);
    }
}
