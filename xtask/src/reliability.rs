//! `cargo xtask reliability`: runs the matrix of operations and faults, and writes docs/reliability.md from what it saw.

use std::env;
use std::fs;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::command::run as run_program;
use crate::project::Project;

const LIMIT: Duration = Duration::from_secs(900);

const INTRODUCTION: &str = "# Nothing lost, nothing doubled, nothing told wrong

Every operation of the library is run against Local Dataverse under every fault that the server and the network can make, and what the caller is told is
compared with the server's ledger. `cargo xtask test` runs this each time (tests/reliability); this page is what
`cargo xtask reliability` printed, so that it can't drift. A client tries a request three times here, with waits of a few milliseconds.

What a cell says:

- **done**: the caller was told that it is done, and the ledger has the change exactly once (for a read: the rows came).
- **failed**: the caller was told that it failed, and the ledger has nothing.
- **half way**: an operation of several changes failed after some of them; the error says which were made.
- **unknown**: the caller was told `OutcomeUnknown`, with what to look at: nobody but the environment can know.
- Two words: what happens when the fault comes once / each time.

";

/// The task.
pub fn run(project: &Project) -> Result<bool> {
    let table = project.root.join("target").join("reliability.md");
    let _ = fs::remove_file(&table);
    let mut test = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    test.current_dir(&project.root)
        .args(["test", "-p", "dynamics365", "--test", "reliability", "what_is_told"])
        .env("RELIABILITY_TABLE", &table);
    let ended = run_program(&mut test, LIMIT, false)?;
    if !ended.success {
        println!("{}", ended.output);
        return Ok(false);
    }
    let seen = fs::read_to_string(&table).context("the test left no table")?;
    let page = project.root.join("docs").join("reliability.md");
    fs::create_dir_all(project.root.join("docs"))?;
    fs::write(&page, format!("{INTRODUCTION}{seen}"))
        .with_context(|| format!("{} could not be written", page.display()))?;
    println!("{} was written", project.shown(&page));
    Ok(true)
}
