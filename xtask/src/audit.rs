//! `cargo xtask audit`: known weaknesses of the crates in Cargo.lock, by the database of <https://osv.dev>, which has RustSec's.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::package::crates::checksums;
use crate::project::Project;

const DATABASE: &str = "https://api.osv.dev/v1/querybatch";
/// Found and judged: an id of the database, and why it is none here.
const ACCEPTED: [(&str, &str); 0] = [];

#[derive(Deserialize)]
struct Reply {
    results: Vec<Found>,
}

#[derive(Default, Deserialize)]
struct Found {
    #[serde(default)]
    vulns: Vec<Weakness>,
}

#[derive(Deserialize)]
struct Weakness {
    id: String,
}

/// The task: true where nothing is known.
pub fn run(project: &Project) -> Result<bool> {
    let lock = fs::read_to_string(project.root.join("Cargo.lock")).context("Cargo.lock cannot be read")?;
    // The project's own crates have no checksum, and are in no database.
    let crates: Vec<String> = checksums(&lock).into_keys().collect();
    let reply = ask(&question(&crates))?;
    let found = weaknesses(&crates, &reply)?;
    for (name, id) in &found {
        println!("{name}: https://osv.dev/vulnerability/{id}");
    }
    println!("{} crates, {} known weaknesses", crates.len(), found.len());
    Ok(found.is_empty())
}

fn question(crates: &[String]) -> Value {
    let purl = |name: &String| json!({"package": {"purl": format!("pkg:cargo/{}", name.replace('+', "%2B"))}});
    json!({"queries": crates.iter().map(purl).collect::<Vec<_>>()})
}

/// Asks the database, by curl, which every system has.
fn ask(question: &Value) -> Result<String> {
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--show-error", "--fail", "--max-time", "60", "--header", "Content-Type: application/json"]);
    curl.args(["--data-binary", "@-", DATABASE]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = curl.spawn().context("curl could not be started: install it")?;
    child.stdin.take().context("curl has no input")?.write_all(question.to_string().as_bytes())?;
    let output = child.wait_with_output()?;
    if !output.status.success() {
        bail!("{DATABASE} could not be asked: see curl's message above");
    }
    String::from_utf8(output.stdout).context("the database answered no text")
}

/// The crates with a weakness that nobody judged, each with its id.
fn weaknesses(crates: &[String], reply: &str) -> Result<Vec<(String, String)>> {
    let reply: Reply = serde_json::from_str(reply).context("the database answered something else")?;
    if reply.results.len() != crates.len() {
        bail!("the database was asked about {} crates and answered about {}", crates.len(), reply.results.len());
    }
    let pairs = crates.iter().zip(reply.results);
    let all = pairs.flat_map(|(name, found)| found.vulns.into_iter().map(move |weakness| (name.clone(), weakness.id)));
    Ok(all.filter(|(_, id)| !ACCEPTED.iter().any(|(accepted, _)| accepted == id)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_is_asked_about_by_its_name_and_version() {
        let crates = ["zstd-sys@2.0.1+zstd.1.5".to_owned()];
        assert_eq!(question(&crates)["queries"][0]["package"]["purl"], "pkg:cargo/zstd-sys@2.0.1%2Bzstd.1.5");
    }

    #[test]
    fn every_weakness_is_told_with_its_crate() {
        let crates = ["a@1.0.0", "b@2.0.0"].map(String::from);
        let reply = r#"{"results":[{},{"vulns":[{"id":"RUSTSEC-2024-0001","modified":"2024-01-01T00:00:00Z"}]}]}"#;
        let expected = vec![("b@2.0.0".to_owned(), "RUSTSEC-2024-0001".to_owned())];
        assert_eq!(weaknesses(&crates, reply).unwrap(), expected);
        assert_eq!(weaknesses(&crates, r#"{"results":[{},{}]}"#).unwrap(), []);
    }

    #[test]
    fn an_answer_that_does_not_fit_is_no_all_clear() {
        let crates = ["a@1.0.0", "b@2.0.0"].map(String::from);
        for reply in [r#"{"results":[{}]}"#, r#"{"code":3,"message":"Invalid query."}"#, "<html>"] {
            assert!(weaknesses(&crates, reply).is_err(), "{reply}");
        }
    }
}
