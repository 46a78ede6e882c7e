//! `cargo xtask bench`: what the module's work costs beside other ways to do it, in paired runs, written into docs/benchmarks.md, and
//! what follows from that for larger environments, into docs/scale.md.

mod decode;
mod least;
mod page;
mod plot;
mod run;
mod scale;
mod works;

use std::fs;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::instructions;
use crate::powershell::PowerShells;
use crate::project::{Profile, Project};
use crate::stage;

use run::Bench;

/// The options of `cargo xtask bench`.
#[derive(Args)]
pub struct Options {
    /// So many runs of each work, taking turns with what it is compared with
    #[arg(long, default_value_t = 3)]
    runs: usize,
    /// This work only, by a word of its name; may be given several times. The page is not written then
    #[arg(long)]
    only: Vec<String>,
    /// Measure nothing else: count the instructions that parts of the library take, and write benches/instructions.json
    #[arg(long, conflicts_with_all = ["only", "runs"])]
    record_instructions: bool,
}

/// The task.
pub fn run(project: &Project, options: &Options) -> Result<bool> {
    if options.record_instructions {
        instructions::record(project)?;
        return Ok(true);
    }
    let built = project.build(Profile::Release)?;
    let staged = stage::stage(project, &built.library)?;
    let shell = PowerShells::of(project).any()?;
    if shell.is_engine {
        bail!("the works need a whole PowerShell: install PowerShell 7 (https://aka.ms/powershell)");
    }
    let bench = Bench {
        project,
        shell: &shell,
        staged: &staged,
        library: &built.library,
        dataverse: &built.dataverse,
        runs: options.runs,
    };
    let is_asked = |name: &str| {
        options.only.is_empty() || options.only.iter().any(|word| name.to_lowercase().contains(&word.to_lowercase()))
    };
    let mut rows = Vec::new();
    for work in works::ALL {
        if is_asked(work.name) {
            let row = (work.measure)(&bench)?;
            println!("{}: {} (against {}: {})", work.name, row.ours, work.against, row.theirs);
            println!("  {}; {}", row.ratio, work.must);
            rows.push((work, row));
        }
    }
    if options.only.is_empty() {
        let cost =
            scale::Cost { user: seconds_of(&rows, works::LIST)? / 1e5, role: seconds_of(&rows, works::MEMBERS)? / 5e5 };
        for (name, text) in [
            ("benchmarks.md", page::text(&rows, &bench)?),
            ("benchmarks.svg", plot::svg(&bars(&rows))),
            ("scale.md", scale::text(&cost)),
        ] {
            let file = project.root.join("docs").join(name);
            fs::write(&file, text)?;
            println!("{} was written", project.shown(&file));
        }
    }
    Ok(true)
}

/// What can be drawn.
fn bars(rows: &[(works::Measured, works::Row)]) -> Vec<plot::Bars> {
    let bars = |(work, row): &(works::Measured, works::Row)| {
        Some(plot::Bars { name: work.name.into(), against: work.against.into(), seconds: row.seconds? })
    };
    rows.iter().filter_map(bars).collect()
}

/// The module's seconds for a work.
fn seconds_of(rows: &[(works::Measured, works::Row)], name: &str) -> Result<f64> {
    let found = rows.iter().find(|(work, _)| work.name == name).and_then(|(_, row)| row.seconds);
    found.map(|(ours, _)| ours).with_context(|| format!("there are no seconds of '{name}'"))
}
