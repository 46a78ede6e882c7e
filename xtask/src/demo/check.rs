//! Whether a step came out as it must.

use serde_json::Value;

use super::driver;
use super::steps::{Expected, Outcome};

/// What happened in a step.
pub struct Happened {
    /// What the connector wrote.
    pub outcome: driver::Outcome,
    /// The requests, as [`Expected::wire`].
    pub wire: Vec<String>,
    /// The changes, as [`Expected::changes`].
    pub changes: Vec<String>,
}

/// What is not as expected, one line each.
pub fn differences(expected: &Expected, happened: &Happened) -> Vec<String> {
    let mut lines = Vec::new();
    let found = outcome_of(&happened.outcome);
    if let Some(wanted) = wanted(expected.outcome).filter(|wanted| *wanted != found) {
        lines.push(format!("the outcome is {found}, expected was {wanted}"));
    }
    let said = all_text(&happened.outcome);
    for text in expected.says.iter().filter(|text| !said.contains(**text)) {
        lines.push(format!("the connector did not say '{text}'"));
    }
    if !sequence_matches(expected.wire, &happened.wire) {
        lines.push(format!("expected on the wire was: {}", expected.wire.join(" | ")));
    }
    if expected.changes != happened.changes.iter().map(String::as_str).collect::<Vec<_>>() {
        lines.push(format!("expected changes were: {}", expected.changes.join(" | ")));
    }
    lines
}

fn wanted(outcome: Outcome) -> Option<String> {
    Some(match outcome {
        Outcome::Changed => "SUCCESS, changed".into(),
        Outcome::Unchanged => "SUCCESS, unchanged".into(),
        Outcome::Failure(code) => format!("FAILURE, {code}"),
        Outcome::Records(1) => "1 record".into(),
        Outcome::Records(count) => format!("{count} records"),
    })
}

/// The outcome in words.
pub fn outcome_of(outcome: &driver::Outcome) -> String {
    match outcome.status.as_str() {
        "SUCCESS" if outcome.changed => "SUCCESS, changed".into(),
        "SUCCESS" => "SUCCESS, unchanged".into(),
        "FAILURE" => format!("FAILURE, {}", outcome.error_code),
        "" if !outcome.error_ids.is_empty() => format!("FAILURE, {}", outcome.error_ids.join(", ")),
        "" if outcome.records.len() == 1 => "1 record".into(),
        "" => format!("{} records", outcome.records.len()),
        other => format!("the unknown status {other}"),
    }
}

fn all_text(outcome: &driver::Outcome) -> String {
    let records: String = outcome.records.iter().flatten().map(|field| format!("{field}\n")).collect();
    format!("{}\n{}\n{records}", outcome.error, outcome.messages)
}

/// Whether the lines are those, in this order. A pattern `*` on its own stands for any number of GETs.
fn sequence_matches(patterns: &[&str], lines: &[String]) -> bool {
    match (patterns.split_first(), lines.split_first()) {
        (None, None) => true,
        (None, Some(_)) => false,
        (Some((&"*", rest)), None) => sequence_matches(rest, lines),
        (Some((&"*", rest)), Some((line, tail))) => {
            sequence_matches(rest, lines) || (line.starts_with("GET ") && sequence_matches(patterns, tail))
        }
        (Some(_), None) => false,
        (Some((pattern, rest)), Some((line, tail))) => matches(pattern, line) && sequence_matches(rest, tail),
    }
}

/// Whether a text fits a pattern in which `*` stands for anything.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => text
            .strip_prefix(start)
            .is_some_and(|tail| (0..=tail.len()).any(|at| tail.is_char_boundary(at) && matches(rest, &tail[at..]))),
    }
}

/// A request of the server's log as a line.
pub fn request_line(request: &Value) -> String {
    let path = request["path"].as_str().unwrap_or_default();
    let path = path.strip_prefix("/api/data/v9.1/").unwrap_or(path);
    format!("{} {} -> {}", request["method"].as_str().unwrap_or_default(), path.replace("%20", " "), request["status"])
}

/// A change of the server's ledger as a line; `role_name` knows the roles.
pub fn change_line(entry: &Value, role_name: impl Fn(&str) -> String) -> String {
    let text = |name: &str| entry[name].as_str().unwrap_or_default();
    let details = match text("operation") {
        "update" => entry["after"].as_object().map(|row| row.keys().cloned().collect::<Vec<_>>().join(" ")),
        "associate" | "disassociate" => Some(role_name(text("relatedId"))),
        _ => None,
    };
    [text("operation"), text("entitySet"), &details.unwrap_or_default()].join(" ").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_stand_for_any_text_and_any_number_of_reads() {
        let lines: Vec<String> = ["GET a -> 200", "GET b -> 200", "PATCH c(1)?x -> 200"].map(String::from).to_vec();
        assert!(sequence_matches(&["*", "PATCH c(*)* -> 200"], &lines));
        assert!(sequence_matches(&["GET a -> 200", "*", "PATCH * -> 200", "*"], &lines));
        assert!(!sequence_matches(&["*"], &lines), "a change is never left out");
        assert!(!sequence_matches(&["*", "PATCH c(*)* -> 404"], &lines));
        assert!(!sequence_matches(&[], &lines));
    }

    #[test]
    fn every_difference_is_told() {
        let expected =
            Expected { outcome: Outcome::Changed, says: &["hello"], wire: &["GET a -> 200"], changes: &["create x"] };
        let good = || Happened {
            outcome: driver::Outcome {
                status: "SUCCESS".into(),
                changed: true,
                messages: "hello".into(),
                ..Default::default()
            },
            wire: vec!["GET a -> 200".into()],
            changes: vec!["create x".into()],
        };
        assert!(differences(&expected, &good()).is_empty());
        let bad = Happened { outcome: driver::Outcome::default(), wire: vec![], changes: vec![] };
        assert_eq!(differences(&expected, &bad).len(), 4);
    }
}
