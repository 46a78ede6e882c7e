//! The clients' journals against the ledger: what was told happened once, what was refused did not, and nothing else did.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::journal::{Told, Wanted};

/// What does not fit; each list is empty where all is well.
#[derive(Debug, Default, PartialEq)]
pub struct Disagreements {
    /// A success was told, and the ledger has it not, or not as it was told.
    pub told_wrong: Vec<String>,
    /// A refusal was told, and yet something changed.
    pub refused_and_done: Vec<String>,
    /// The ledger has changes that no client asked for.
    pub unasked: Vec<String>,
}

/// Compares them.
pub fn compare(journals: &[Told], ledger: &[Value], caller: &str) -> Disagreements {
    let mut found = Disagreements::default();
    let mut by_request: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for line in ledger {
        if line["caller"] != caller {
            found.unasked.push(format!("by another caller: {line}"));
        }
        by_request.entry(line["requestId"].as_str().unwrap_or_default()).or_default().push(line);
    }
    for told in journals {
        let lines = by_request.remove(told.request.as_str()).unwrap_or_default();
        if told.status >= 400 {
            if !lines.is_empty() {
                found.refused_and_done.push(format!("{told:?}: {lines:?}"));
            }
        } else if let Err(reason) = fits(&told.wanted, &lines) {
            found.told_wrong.push(format!("{reason}: {told:?}: {lines:?}"));
        }
    }
    found.unasked.extend(by_request.into_values().flatten().map(|line| format!("of no known request: {line}")));
    found
}

/// Whether the lines of a request are those of what it asked for.
fn fits(wanted: &Wanted, lines: &[&Value]) -> Result<(), &'static str> {
    let is = |line: &Value, operation: &str, set: &str, id: &str| {
        line["operation"] == operation && line["entitySet"] == set && line["id"] == id
    };
    match wanted {
        Wanted::Create { set, id, values } => {
            let (first, copies) = lines.split_first().ok_or("nothing was created")?;
            if !is(first, "create", set, id) || !has(&first["after"], values) {
                return Err("something else was created");
            }
            // A role has a copy in each business unit below.
            let are_copies = set == "roles"
                && copies.iter().all(|line| line["operation"] == "create" && line["entitySet"] == "roles");
            if copies.is_empty() || are_copies { Ok(()) } else { Err("more was done than a create") }
        }
        Wanted::Update { set, id, values, read } => {
            let [line] = lines else { return Err("there is not one update") };
            if !is(line, "update", set, id) || !altered(line, values) {
                return Err("something else was changed");
            }
            match read {
                Some(read) if !unchanged(line, read) => Err("it was changed since it was read, and yet If-Match held"),
                _ => Ok(()),
            }
        }
        Wanted::Move { user, unit } => {
            let (first, lost) = lines.split_first().ok_or("nothing was moved")?;
            let mut values = Map::new();
            values.insert("_businessunitid_value".into(), unit.as_str().into());
            if !is(first, "update", "systemusers", user) || !altered(first, &values) {
                return Err("something else was changed");
            }
            let are_roles = lost.iter().all(|line| is(line, "disassociate", "systemusers", user));
            if are_roles { Ok(()) } else { Err("more was lost than the user's roles") }
        }
        Wanted::Link { relationship, id, related, add } => {
            let operation = if *add { "associate" } else { "disassociate" };
            match lines {
                // It was so before.
                [] => Ok(()),
                [line]
                    if line["operation"] == operation
                        && line["relationship"] == **relationship
                        && line["id"] == **id
                        && line["relatedId"] == **related =>
                {
                    Ok(())
                }
                _ => Err("something else was tied or taken apart"),
            }
        }
        Wanted::Delete { set, id } => {
            let goes = lines.iter().all(|line| line["operation"] == "delete" || line["operation"] == "disassociate");
            if goes && lines.iter().any(|line| is(line, "delete", set, id)) {
                Ok(())
            } else {
                Err("something else was deleted")
            }
        }
    }
}

fn has(whole: &Value, values: &Map<String, Value>) -> bool {
    values.iter().all(|(name, value)| whole[name] == *value)
}

/// Whether an update set these values: a value that was there before is named, and not shown.
fn altered(line: &Value, values: &Map<String, Value>) -> bool {
    let sent = line["sent"].as_array().map(Vec::as_slice).unwrap_or_default();
    values.iter().all(|(name, value)| {
        let after = line["after"].get(name);
        sent.iter().any(|column| column == name) && after.is_none_or(|after| after == value)
    })
}

/// Whether an update found these values.
fn unchanged(line: &Value, read: &Map<String, Value>) -> bool {
    read.iter().all(|(name, value)| line["before"].get(name).is_none_or(|before| before == value))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::load::actions::{link, update_of};

    fn line(operation: &str, more: Value) -> Value {
        let mut line =
            json!({"operation": operation, "entitySet": "systemusers", "id": "u", "requestId": "r", "caller": "me"});
        line.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        line
    }

    fn outcome(wanted: Wanted, status: u16, lines: &[Value]) -> (usize, usize, usize) {
        let found = compare(&[Told { request: "r".into(), status, wanted }], lines, "me");
        (found.told_wrong.len(), found.refused_and_done.len(), found.unasked.len())
    }

    const FINE: (usize, usize, usize) = (0, 0, 0);
    const WRONG: (usize, usize, usize) = (1, 0, 0);

    #[test]
    fn an_update_that_was_told_is_there_once() {
        let update = line("update", json!({"sent": ["job"], "before": {"job": "a"}, "after": {"job": "b"}}));
        let wanted = |read: Option<Value>| update_of("u", &json!({"job": "b"}), read.as_ref());
        assert_eq!(outcome(wanted(None), 204, std::slice::from_ref(&update)), FINE);
        assert_eq!(outcome(wanted(Some(json!({"job": "a"}))), 204, std::slice::from_ref(&update)), FINE);
        assert_eq!(outcome(wanted(Some(json!({"job": "x"}))), 204, std::slice::from_ref(&update)), WRONG);
        assert_eq!(outcome(wanted(None), 204, &[]), WRONG);
        assert_eq!(outcome(wanted(None), 204, &[update.clone(), update.clone()]), WRONG);
        assert_eq!(outcome(update_of("u", &json!({"job": "c"}), None), 204, std::slice::from_ref(&update)), WRONG);
        assert_eq!(outcome(update_of("v", &json!({"job": "b"}), None), 204, std::slice::from_ref(&update)), WRONG);
        assert_eq!(outcome(wanted(None), 412, std::slice::from_ref(&update)), (0, 1, 0));
        assert_eq!(outcome(wanted(None), 412, &[]), FINE);
    }

    #[test]
    fn creates_moves_links_and_deletes_are_told_from_others() {
        let values = json!({"job": "a"}).as_object().cloned().unwrap();
        let create = |set: &str| Wanted::Create { set: set.into(), id: "u".into(), values: values.clone() };
        let created = line("create", json!({"after": {"job": "a", "x": 1}}));
        assert_eq!(outcome(create("systemusers"), 204, std::slice::from_ref(&created)), FINE);
        assert_eq!(outcome(create("systemusers"), 204, &[created.clone(), created.clone()]), WRONG);
        assert_eq!(outcome(create("roles"), 204, std::slice::from_ref(&created)), WRONG);
        let moved = line(
            "update",
            json!({"sent": ["_businessunitid_value"], "before": {}, "after": {"_businessunitid_value": "b"}}),
        );
        let lost = line("disassociate", json!({"relationship": "s", "relatedId": "x"}));
        let to = |unit: &str| Wanted::Move { user: "u".into(), unit: unit.into() };
        assert_eq!(outcome(to("b"), 204, &[moved.clone(), lost.clone()]), FINE);
        assert_eq!(outcome(to("c"), 204, std::slice::from_ref(&moved)), WRONG);
        assert_eq!(outcome(to("b"), 204, &[moved, created]), WRONG);
        let given = line("associate", json!({"relationship": "s", "relatedId": "x"}));
        assert_eq!(outcome(link("s", "u", "x", true), 204, std::slice::from_ref(&given)), FINE);
        assert_eq!(outcome(link("s", "u", "x", true), 204, &[]), FINE);
        assert_eq!(outcome(link("s", "u", "x", false), 204, std::slice::from_ref(&given)), WRONG);
        assert_eq!(outcome(link("s", "u", "y", true), 204, std::slice::from_ref(&given)), WRONG);
        assert_eq!(outcome(link("s", "u", "x", true), 204, &[given.clone(), given]), WRONG);
        let gone = line("delete", json!({}));
        let delete = || Wanted::Delete { set: "systemusers".into(), id: "u".into() };
        assert_eq!(outcome(delete(), 204, &[lost.clone(), gone]), FINE);
        assert_eq!(outcome(delete(), 204, &[lost]), WRONG);
    }

    #[test]
    fn what_nobody_asked_for_is_told() {
        let found = compare(&[], &[line("delete", json!({})), line("delete", json!({"caller": "other"}))], "me");
        assert_eq!((found.unasked.len(), found.told_wrong.len()), (3, 0));
    }
}
