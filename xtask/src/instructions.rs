//! How many instructions parts of the library take, counted by callgrind: unlike times, the same on a busy machine.
//!
//! The figures of one machine are recorded in benches/instructions.json; the suite Instructions fails where one of them grows.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::command::{find, run};
use crate::library;
use crate::project::{Project, built_program, runtime_identifier};
use crate::style::{Style, paint};
use crate::test::tally::Tally;

const LIMIT: Duration = Duration::from_secs(1800);
/// The function between whose begin and end instructions are counted.
const MEASURED: &str = "*instructions*measured*";
/// A figure may be so many percent larger than the recorded one.
const TOLERANCE: u64 = 10;
/// And so many more in any case: a work of some dozens changes when the compiler divides the crate otherwise.
const FEW: u64 = 50;

/// What was counted, and where: another processor has other instructions, and another compiler makes others.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct Record {
    platform: String,
    rustc: String,
    instructions: BTreeMap<String, u64>,
}

/// Counts anew, and writes it down.
pub fn record(project: &Project) -> Result<()> {
    let valgrind = find("valgrind").context("instructions are counted by valgrind, which is not installed")?;
    let record = Record {
        platform: runtime_identifier()?.to_owned(),
        rustc: rustc(project)?,
        instructions: count(project, &valgrind)?,
    };
    let path = path(project);
    fs::write(&path, serde_json::to_string_pretty(&record)? + "\n")?;
    record.instructions.iter().for_each(|(work, count)| println!("{work:30} {count:>14}"));
    println!("{} was written", project.shown(&path));
    Ok(())
}

/// Counts, and compares with what is recorded. None where that can't be done here; it says why.
pub fn suite(project: &Project) -> Result<Option<Tally>> {
    let path = path(project);
    let text = fs::read_to_string(&path).with_context(|| format!("{} can't be read", path.display()))?;
    let recorded: Record = serde_json::from_str(&text).with_context(|| format!("in {}", path.display()))?;
    let platform = runtime_identifier()?;
    if platform != recorded.platform {
        println!("  left out: the recorded figures are of {}, and this is {platform}", recorded.platform);
        return Ok(None);
    }
    let Some(valgrind) = find("valgrind") else {
        println!("  left out: valgrind is not installed");
        return Ok(None);
    };
    let rustc = rustc(project)?;
    if rustc != recorded.rustc {
        println!("  the recorded figures are of {}, and this is {rustc}", recorded.rustc);
    }
    let verdicts = compare(&recorded.instructions, &count(project, &valgrind)?);
    let mut all = Tally::default();
    for Verdict { text, is_good } in verdicts {
        println!("  {}", if is_good { text } else { paint(Style::Bad, text) });
        all.add(Tally::one(is_good));
    }
    if all.failed > 0 {
        println!(
            "  Where more work is meant, `cargo xtask bench --record-instructions` records the figures anew; otherwise \
             `valgrind --tool=callgrind` and callgrind_annotate show where the instructions went."
        );
    }
    Ok(Some(all))
}

fn path(project: &Project) -> PathBuf {
    project.root.join("benches").join("instructions.json")
}

/// What is said of one figure.
struct Verdict {
    text: String,
    is_good: bool,
}

fn compare(recorded: &BTreeMap<String, u64>, counted: &BTreeMap<String, u64>) -> Vec<Verdict> {
    let gone = recorded.keys().filter(|work| !counted.contains_key(*work)).map(|work| Verdict {
        text: format!("{work} is recorded, and there is no such work: record anew"),
        is_good: false,
    });
    let there = counted.iter().map(|(work, &count)| {
        let Some(&before) = recorded.get(work) else {
            return Verdict { text: format!("{work} takes {count}, and nothing is recorded of it"), is_good: false };
        };
        let is_good = count <= before + FEW || count * 100 <= before * (100 + TOLERANCE);
        let percent = count as f64 / before as f64 * 100.0 - 100.0;
        let mut text = format!("{work:30} {count:>12} instructions, {percent:+.1} % of the recorded {before}");
        if !is_good {
            text += &format!(": more than {TOLERANCE} % above");
        } else if count * 100 < before * (100 - TOLERANCE) {
            text += ": record anew, so that it stays so";
        }
        Verdict { text, is_good }
    });
    there.chain(gone).collect()
}

/// Counts all works, each in a process of its own.
fn count(project: &Project, valgrind: &Path) -> Result<BTreeMap<String, u64>> {
    let program = build(project)?;
    let listed = run(&mut Command::new(&program), LIMIT, false)?;
    if !listed.success || listed.output.trim().is_empty() {
        bail!("{} lists no works:\n{}", program.display(), listed.output);
    }
    let mut all = BTreeMap::new();
    for work in listed.output.lines() {
        let mut command = Command::new(valgrind);
        command.args(["--tool=callgrind", "--collect-atstart=no", "--callgrind-out-file=/dev/null"]);
        command.arg(format!("--toggle-collect={MEASURED}")).arg(&program).arg(work);
        let ended = run(&mut command, LIMIT, false)?;
        let count = collected(&ended.output).filter(|count| ended.success && *count > 0);
        let count = count.with_context(|| format!("callgrind counted nothing in {work}:\n{}", ended.output))?;
        all.insert(work.to_owned(), count);
    }
    Ok(all)
}

/// With the flags of the library that is shipped, so that both are built once.
fn build(project: &Project) -> Result<PathBuf> {
    let name = runtime_identifier()?;
    let mut cargo = library::cargo(project, name, &library::folder(project, name))?;
    cargo.args(["--package", "dynamics365-benches", "--bin", "instructions"]);
    built_program(&mut cargo, "instructions")
}

/// Callgrind's own count: `==123== Collected : 4567`.
fn collected(output: &str) -> Option<u64> {
    output.lines().find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok())
}

fn rustc(project: &Project) -> Result<String> {
    let program = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let ended = run(Command::new(program).arg("--version").current_dir(&project.root), LIMIT, false)?;
    // Without its date and commit, as in `rustc 1.95.0`.
    Ok(ended.output.split_whitespace().take(2).collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(list: &[(&str, u64)]) -> BTreeMap<String, u64> {
        list.iter().map(|(work, count)| (work.to_string(), *count)).collect()
    }

    #[test]
    fn a_figure_may_grow_by_a_tenth_and_no_more() {
        let recorded = figures(&[("a", 1000), ("b", 1000), ("c", 1000), ("d", 10)]);
        let verdicts = compare(&recorded, &figures(&[("a", 1100), ("b", 1101), ("c", 500), ("d", 60)]));
        assert_eq!(verdicts.iter().map(|verdict| verdict.is_good).collect::<Vec<_>>(), [true, false, true, true]);
        assert!(verdicts[1].text.contains("more than 10 % above"), "{}", verdicts[1].text);
        assert!(verdicts[2].text.contains("record anew"), "{}", verdicts[2].text);
    }

    #[test]
    fn a_work_that_is_not_recorded_or_not_there_is_told() {
        let verdicts = compare(&figures(&[("old", 1)]), &figures(&[("new", 1)]));
        assert!(verdicts.iter().all(|verdict| !verdict.is_good));
        assert!(verdicts[0].text.starts_with("new") && verdicts[1].text.starts_with("old"));
    }

    #[test]
    fn callgrinds_count_is_read() {
        assert_eq!(collected("==7== \n==7== Events    : Ir\n==7== Collected : 70123456\n"), Some(70_123_456));
        assert_eq!(collected("==7== Collected : \n"), None);
    }
}
