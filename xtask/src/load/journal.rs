//! What a client of the load was told: a line for each request that may have changed something, and a summary.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::sync::Mutex;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What a request asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Wanted {
    /// A row with this key and these values.
    Create { set: String, id: String, values: Map<String, Value> },
    /// Other values of a row. `read` are those that the request's If-Match stood for.
    Update { set: String, id: String, values: Map<String, Value>, read: Option<Map<String, Value>> },
    /// A user in another business unit.
    Move { user: String, unit: String },
    /// Two rows tied together, or taken apart.
    Link { relationship: String, id: String, related: String, add: bool },
    /// A row less.
    Delete { set: String, id: String },
}

/// A request that wanted something, and what its client was told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Told {
    /// The `REQ_ID` of the reply.
    pub request: String,
    /// Its status.
    pub status: u16,
    /// What was asked for.
    pub wanted: Wanted,
}

/// The last line of a journal.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// How often each kind of action was done as it should be.
    pub actions: BTreeMap<String, u64>,
    /// How often each status came.
    pub statuses: BTreeMap<u16, u64>,
    /// What should not have happened.
    pub failures: Vec<String>,
    /// How long requests took, in microseconds: the middle one, one in a hundred, the longest.
    pub median: u64,
    pub hundredth: u64,
    pub longest: u64,
}

#[derive(Serialize, Deserialize)]
enum Line {
    Told(Told),
    Summary(Summary),
}

/// A journal that is being written; threads share it.
pub struct Journal {
    file: Mutex<BufWriter<File>>,
}

impl Journal {
    /// A new journal in a file.
    pub fn create(path: &Path) -> Result<Self> {
        let file = File::create(path).with_context(|| format!("{} can't be written", path.display()))?;
        Ok(Self { file: Mutex::new(BufWriter::new(file)) })
    }

    /// Writes a line.
    pub fn tell(&self, told: &Told) -> Result<()> {
        self.line(&Line::Told(told.clone()))
    }

    /// Writes the last line.
    pub fn finish(self, summary: Summary) -> Result<()> {
        self.line(&Line::Summary(summary))?;
        Ok(self.file.into_inner().map_err(|_| anyhow::anyhow!("a thread panicked"))?.flush()?)
    }

    fn line(&self, line: &Line) -> Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        let mut file = self.file.lock().map_err(|_| anyhow::anyhow!("a thread panicked"))?;
        Ok(file.write_all(&text)?)
    }
}

/// Reads a whole journal; one without a summary was cut off.
pub fn read(path: &Path) -> Result<(Vec<Told>, Summary)> {
    let file = File::open(path).with_context(|| format!("{} can't be read", path.display()))?;
    let (mut told, mut summary) = (Vec::new(), None);
    for line in BufReader::new(file).lines() {
        match serde_json::from_str(&line?)? {
            Line::Told(one) => told.push(one),
            Line::Summary(last) => summary = Some(last),
        }
    }
    Ok((told, summary.with_context(|| format!("{} ends without its summary", path.display()))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journal_is_read_as_it_was_written() {
        let path = std::env::temp_dir().join(format!("journal-{}.jsonl", std::process::id()));
        let told =
            Told { request: "r".into(), status: 204, wanted: Wanted::Move { user: "u".into(), unit: "b".into() } };
        let summary = Summary { failures: vec!["x".into()], median: 5, ..Summary::default() };
        let journal = Journal::create(&path).unwrap();
        journal.tell(&told).unwrap();
        drop(journal);
        assert!(read(&path).unwrap_err().to_string().contains("without its summary"));
        let journal = Journal::create(&path).unwrap();
        journal.tell(&told).unwrap();
        journal.finish(summary.clone()).unwrap();
        assert_eq!(read(&path).unwrap(), (vec![told], summary));
        std::fs::remove_file(path).unwrap();
    }
}
