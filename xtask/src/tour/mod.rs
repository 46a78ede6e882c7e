//! `cargo xtask tour`: runs the commands of docs/tour.md against Local Dataverse, and writes what they show behind them. A test does the
//! same and compares: the tour can't tell of anything that is not so.

mod document;
mod steady;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail};

use crate::dataverse::{Dataverse, TENANT_ID};
use crate::powershell::{PowerShell, PowerShells};
use crate::project::{Built, Profile, Project};
use crate::stage::{self, Staged};

use document::Document;
use steady::Steady;

/// The address that the tour's reader is told to start the server at. Free ports have five digits as well, so that tables stay as they are.
const ADDRESS: &str = "127.0.0.1:18080";

/// The task.
pub fn run(project: &Project) -> Result<bool> {
    let built = project.build(Profile::Dev)?;
    let staged = stage::stage(project, &built.library)?;
    let shell = PowerShells::of(project).any()?;
    let (path, text) = (path(project), renewed(project, &built, &staged, &shell)?);
    let same = fs::read_to_string(&path)? == text;
    if !same {
        fs::write(&path, text)?;
    }
    println!("{} {}", project.shown(&path), if same { "is up to date" } else { "was written" });
    Ok(true)
}

/// The first line that is not as the commands would have it today.
pub fn difference(project: &Project, built: &Built, staged: &Staged, shell: &PowerShell) -> Result<Option<String>> {
    let (old, new) = (fs::read_to_string(path(project))?, renewed(project, built, staged, shell)?);
    let lines = old.lines().map(Some).chain(std::iter::repeat(None)).zip(new.lines().map(Some).chain([None]));
    let different = lines.enumerate().find(|(_, (old, new))| old != new);
    Ok(different.map(|(number, (old, new))| {
        format!("line {} is '{}', and should be '{}'", number + 1, old.unwrap_or_default(), new.unwrap_or_default())
    }))
}

fn path(project: &Project) -> PathBuf {
    project.root.join("docs").join("tour.md")
}

fn renewed(project: &Project, built: &Built, staged: &Staged, shell: &PowerShell) -> Result<String> {
    let path = path(project);
    let text = fs::read_to_string(&path).with_context(|| format!("{} can't be read", project.shown(&path)))?;
    let document = Document::parse(&text)?;
    let server = Dataverse::start(&built.dataverse)?;
    let real = server.url.trim_start_matches("http://").trim_end_matches('/').to_owned();
    let blocks: Vec<String> = document.commands().map(|block| block.replace(ADDRESS, &real)).collect();
    let mut steady = Steady::new(&real, ADDRESS, &format!("{TENANT_ID} {text} {}", server.snapshot()?));
    let file = project.root.join("target").join("tour.txt");
    fs::write(&file, blocks.join("\n\u{c}\n"))?;
    let shown = session(project, staged, shell, &file)?;
    let outputs: Vec<&str> = shown.split_terminator("\u{c}\n").collect();
    if outputs.len() != blocks.len() {
        bail!("of {} blocks of the tour {} were run, then PowerShell ended:\n{shown}", blocks.len(), outputs.len());
    }
    Ok(document.with_outputs(outputs.into_iter().map(|output| steady.text(output))))
}

/// What a PowerShell writes that runs the blocks of the file.
fn session(project: &Project, staged: &Staged, shell: &PowerShell, blocks: &Path) -> Result<String> {
    let mut command = shell.script(&project.root.join("xtask").join("src").join("tour").join("session.ps1"));
    command.arg("-Module").arg(&staged.module).arg("-Blocks").arg(blocks);
    // Dates and numbers as in the document, whatever this machine's language is.
    command.env("LC_ALL", "en_US.UTF-8").env("LANG", "en_US.UTF-8");
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        bail!("PowerShell ended with {} in the tour", output.status);
    }
    Ok(String::from_utf8(output.stdout)?.replace("\r\n", "\n"))
}
