//! What differs from run to run, put in a form that does not: the address, ids that are made on the way, times.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// Changes texts; the same id becomes the same one in all of them.
pub struct Steady {
    real: String,
    told: String,
    known: HashSet<String>,
    made: HashMap<String, String>,
}

impl Steady {
    /// `real` is the server's address, `told` the one of the document; ids in `known` stay as they are.
    pub fn new(real: &str, told: &str, known: &str) -> Self {
        let known = ids(known).map(|range| known[range].to_lowercase()).collect();
        Self { real: real.to_owned(), told: told.to_owned(), known, made: HashMap::new() }
    }

    /// A text as it is every time; spaces at the ends of lines and needless empty lines are left out.
    pub fn text(&mut self, text: &str) -> String {
        let text = text.replace(&self.real, &self.told);
        let (mut steady, mut end) = (String::new(), 0);
        for range in ids(&text).collect::<Vec<_>>() {
            steady.push_str(&text[end..range.start]);
            steady.push_str(&self.id(&text[range.clone()]));
            end = range.end;
        }
        steady.push_str(&text[end..]);
        let mut lines: Vec<String> = steady.lines().map(|line| times(line.trim_end())).collect();
        lines.dedup_by(|line, before| line.is_empty() && before.is_empty());
        lines.join("\n").trim_matches('\n').to_owned()
    }

    fn id(&mut self, id: &str) -> String {
        let id = id.to_lowercase();
        if self.known.contains(&id) {
            return id;
        }
        let next = self.made.len() + 1;
        self.made.entry(id).or_insert_with(|| format!("dddddddd-0000-4000-8000-{next:012}")).clone()
    }
}

/// Where the ids are in a text.
fn ids(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let bytes = text.as_bytes();
    let is_id = move |start: usize| {
        bytes.get(start..start + 36).is_some_and(|part| {
            part.iter().enumerate().all(|(place, byte)| match place {
                8 | 13 | 18 | 23 => *byte == b'-',
                _ => byte.is_ascii_hexdigit(),
            })
        })
    };
    (0..bytes.len()).filter(move |start| is_id(*start)).map(|start| start..start + 36)
}

/// A line whose durations are made up.
fn times(line: &str) -> String {
    let words: Vec<&str> = line.split(' ').collect();
    let mut shown: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    for place in 1..words.len() {
        let unit = words[place].trim_end_matches(',');
        if unit == "ms" && words[place - 1].parse::<u32>().is_ok() {
            shown[place - 1] = "3".into();
        }
    }
    shown.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &str = "c0000000-0000-4000-8000-000000000002";
    const MADE: &str = "7fb973ab-7c41-4d5d-8e20-8a87cf7a9921";

    #[test]
    fn what_differs_from_run_to_run_does_not() {
        let mut steady = Steady::new("127.0.0.1:40123", "127.0.0.1:18080", &format!("{{\"id\":\"{KNOWN}\"}}"));
        let text = steady.text(&format!("\n{KNOWN} at 127.0.0.1:40123  \nGET {MADE} in 17 ms, request id\n{MADE}\n\n"));
        let new = "dddddddd-0000-4000-8000-000000000001";
        assert_eq!(text, format!("{KNOWN} at 127.0.0.1:18080\nGET {new} in 3 ms, request id\n{new}"));
        assert_eq!(steady.text(MADE), new);
        assert_eq!(steady.text("ffff0000-0000-4000-8000-000000000009"), "dddddddd-0000-4000-8000-000000000002");
    }
}
