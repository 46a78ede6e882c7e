//! `cargo xtask test`: every test of the project, each suite with its count.

mod c;
mod clients;
mod pester;
mod tally;

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::command::run as run_command;
use crate::project::{Built, Profile, Project};
use crate::stage::{self, Staged};
use crate::style::{Style, paint};
use crate::{demo, header, powershell, symbols};

use tally::Tally;

/// The options of `cargo xtask test`.
#[derive(Args)]
pub struct Options {
    /// Run this suite only; may be given several times
    #[arg(long, value_name = "SUITE")]
    only: Vec<Suite>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Suite {
    /// cargo fmt --check
    Format,
    /// cargo clippy, no warning allowed
    Clippy,
    /// cargo test of the workspace: the header is compared there
    Rust,
    /// What the library exports, against the header
    Symbols,
    /// The C programs
    C,
    /// Clients that this project did not write, against Local Dataverse
    Clients,
    /// cargo xtask demo
    Demo,
    /// The Pester suite of the module and the connector
    Pester,
    /// The tests of the PowerShell engine host
    Engine,
}

/// A limit against a hang; the whole takes a few minutes.
const LIMIT: Duration = Duration::from_secs(3600);

/// The task.
pub fn run(project: &Project, options: &Options) -> Result<bool> {
    let mut context = Context { project, built: None };
    let mut all = Tally::default();
    for suite in Suite::value_variants() {
        if !options.only.is_empty() && !options.only.contains(suite) {
            continue;
        }
        println!("{}", paint(Style::Bold, heading(*suite)));
        let started = Instant::now();
        let tally = context.suite(*suite).unwrap_or_else(|error| {
            println!("  {}", paint(Style::Bad, format!("{error:#}")));
            Tally::one(false)
        });
        let style = if tally.failed == 0 { Style::Good } else { Style::Bad };
        let text = format!("passed {}, failed {}", tally.passed, tally.failed);
        println!("  {} in {:.1} s\n", paint(style, text), started.elapsed().as_secs_f64());
        all.add(tally);
    }
    println!("{} passed, {} failed", all.passed, all.failed);
    Ok(all.failed == 0)
}

fn heading(suite: Suite) -> &'static str {
    match suite {
        Suite::Format => "Format: cargo fmt --check",
        Suite::Clippy => "Lints: cargo clippy",
        Suite::Rust => "Rust: unit tests, tests against Local Dataverse, documentation, the header",
        Suite::Symbols => "Symbols: what the library exports is what the header declares",
        Suite::C => "C: the header as C11 and C++17, the programs of tests/abi, the example",
        Suite::Clients => "Clients: the npm package dynamics-web-api against Local Dataverse",
        Suite::Demo => "Demo: the connector's whole job",
        Suite::Pester => "Pester: the module and the connector",
        Suite::Engine => "Engine: the host for machines without PowerShell",
    }
}

struct Context<'p> {
    project: &'p Project,
    built: Option<(Built, Staged)>,
}

impl Context<'_> {
    fn suite(&mut self, suite: Suite) -> Result<Tally> {
        let project = self.project;
        match suite {
            Suite::Format => one(project.cargo().args(["fmt", "--all", "--", "--check"])),
            Suite::Clippy => {
                one(project.cargo().args(["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"]))
            }
            Suite::Rust => rust(project),
            Suite::Symbols => check_symbols(project, &self.built()?.0),
            Suite::C => c::suite(project, &self.built()?.0),
            Suite::Clients => clients::suite(project, &self.built()?.0),
            Suite::Demo => {
                let shell = powershell::any(project)?;
                let (built, staged) = self.built()?;
                let (steps, different) = demo::quietly(project, built, staged, &shell)?;
                Ok(Tally { passed: steps - different, failed: different })
            }
            Suite::Pester => self.pester("tests/pester"),
            Suite::Engine if powershell::engine(project)?.is_none() => {
                println!("  the .NET SDK is not installed: there is no engine host to test");
                Ok(Tally::default())
            }
            Suite::Engine => self.pester("tests/powershell-engine/tests"),
        }
    }

    fn pester(&mut self, tests: &str) -> Result<Tally> {
        let project = self.project;
        let shells = pester::shells(project)?;
        let engine = shells.iter().find(|shell| shell.is_engine).map(|shell| shell.program.clone());
        let (built, staged) = self.built()?;
        let mut all = Tally::default();
        for shell in &shells {
            let tally = pester::suite(project, built, staged, shell, engine.as_deref(), &project.root.join(tests))?;
            println!("  {}: passed {}, failed {}", shell.name, tally.passed, tally.failed);
            all.add(tally);
        }
        Ok(all)
    }

    /// Builds and stages once for all suites.
    fn built(&mut self) -> Result<&(Built, Staged)> {
        if self.built.is_none() {
            let built = self.project.build(Profile::Dev)?;
            let staged = stage::stage(self.project, &built.library)?;
            self.built = Some((built, staged));
        }
        Ok(self.built.as_ref().expect("it was just set"))
    }
}

/// One command that passes or fails as a whole.
fn one(command: &mut Command) -> Result<Tally> {
    let ended = run_command(command, LIMIT, false)?;
    if !ended.success {
        println!("{}", ended.output);
    }
    Ok(Tally::one(ended.success))
}

fn rust(project: &Project) -> Result<Tally> {
    let ended = run_command(project.cargo().args(["test", "--workspace", "--no-fail-fast"]), LIMIT, false)?;
    let mut tally = tally::of_cargo(&ended.output);
    if !ended.success {
        println!("{}", ended.output);
        // What does not compile counts no test.
        tally.failed = tally.failed.max(1);
    } else if tally.passed == 0 {
        println!("  cargo reported no test:\n{}", ended.output);
        tally.failed += 1;
    }
    Ok(tally)
}

fn check_symbols(project: &Project, built: &Built) -> Result<Tally> {
    let declared = header::declared_functions(&std::fs::read_to_string(header::path(project))?);
    let difference = symbols::compare(&declared, &symbols::exported(&built.library)?);
    let mut all = Tally::default();
    for (names, what) in [
        (&difference.missing, "declared in the header and not exported"),
        (&difference.undeclared, "exported and not declared in the header"),
        (&difference.foreign, "exported and not the library's own"),
    ] {
        if !names.is_empty() {
            println!("  {what}: {}", names.join(", "));
        }
        all.add(Tally::one(names.is_empty()));
    }
    Ok(all)
}
