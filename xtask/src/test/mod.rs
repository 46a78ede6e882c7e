//! `cargo xtask test`: every test of the project, each suite with its count.

pub mod c;
mod net48;
mod node;
mod package;
mod pester;
mod proxy;
mod report;
mod shipped;
mod sweep;
pub mod tally;
mod upgrade;
mod windows;

use std::path::Path;
use std::process::Command;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use clap::{Args, ValueEnum};

use crate::command::run as run_command;
use crate::package::Package;
use crate::project::{Built, Profile, Project};
use crate::stage::{self, Staged};
use crate::style::{Style, paint};
use crate::{declarations, demo, instructions, load, other_version, symbols, tour};

use pester::{Setting, Shell};
use report::Report;
use tally::Tally;

/// The options of `cargo xtask test`.
#[derive(Args)]
pub struct Options {
    /// Run this suite only; may be given several times
    #[arg(long, value_name = "SUITE")]
    only: Vec<Suite>,
    /// Whether a suite that this machine can't run is a failure.
    #[arg(skip)]
    must_run: bool,
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
    /// The page of Local Dataverse in a real browser
    Page,
    /// The workflows of .github, by actionlint's rules
    Workflows,
    /// A short load of Local Dataverse from two processes
    Load,
    /// cargo xtask demo
    Demo,
    /// The commands of docs/tour.md
    Tour,
    /// The Pester suite of the module and the connector
    Pester,
    /// The tests of the PowerShell engine host
    Engine,
    /// The library in .NET Framework
    Net48,
    /// The release: made, unpacked, and run from where it was unpacked
    Package,
    /// How many instructions parts of the library take, against the recorded figures
    Instructions,
    /// The DLL of Windows, and the suites above that use it, under wine
    Windows,
}

impl Options {
    /// For `cargo xtask windows`.
    pub fn windows() -> Self {
        Self { only: vec![Suite::Windows], must_run: true }
    }
}

/// A limit against a hang; the whole takes a few minutes.
const LIMIT: Duration = Duration::from_secs(3600);

/// The task.
pub fn run(project: &Project, options: &Options) -> Result<bool> {
    let mut context = Context {
        project,
        built: None,
        shells: None,
        package: None,
        report: Report::default(),
        must_run: options.must_run,
    };
    for suite in Suite::value_variants() {
        if options.only.is_empty() || options.only.contains(suite) {
            let (name, heading) = title(*suite);
            println!("{}", paint(Style::Bold, format!("{name}: {heading}")));
            context.suite(*suite);
            println!();
        }
    }
    let total = context.report.total();
    println!("{}\n{total}", context.report.table());
    Ok(total.failed == 0)
}

/// A name for the table, and what the suite looks at.
fn title(suite: Suite) -> (&'static str, &'static str) {
    match suite {
        Suite::Format => ("Format", "cargo fmt --check"),
        Suite::Clippy => ("Lints", "cargo clippy"),
        Suite::Rust => ("Rust", "unit tests, tests against Local Dataverse, documentation, the header"),
        Suite::Symbols => ("Symbols", "what the library exports is what the header declares"),
        Suite::C => ("C", "the header as C11 and C++17, the programs of tests/abi, the example"),
        Suite::Clients => ("Clients", "npm packages against Local Dataverse"),
        Suite::Page => ("Page", "the page of Local Dataverse in Chromium"),
        Suite::Workflows => ("Workflows", "the workflows of .github, by actionlint's rules"),
        Suite::Load => {
            ("Load", "Local Dataverse under two processes: its ledger, its data and what they were told agree")
        }
        Suite::Demo => ("Demo", "the connector's whole job"),
        Suite::Tour => ("Tour", "docs/tour.md shows what its commands show"),
        Suite::Pester => ("Pester", "the module and the connector"),
        Suite::Engine => ("Engine", "the host for machines without PowerShell"),
        Suite::Net48 => ("Net48", "the module's signatures in .NET Framework 4.8"),
        Suite::Package => ("Package", "the release, unpacked and run from there"),
        Suite::Instructions => {
            ("Instructions", "what parts of the library take, by callgrind, against benches/instructions.json")
        }
        Suite::Windows => ("Windows", "the DLL, and what runs through it under wine"),
    }
}

struct Context<'p> {
    project: &'p Project,
    /// What the suites share, made when the first one needs it.
    built: Option<Rc<(Built, Staged)>>,
    shells: Option<Rc<Vec<Shell>>>,
    /// The release, once the suite Package has made it: the suite Windows tries it as well.
    package: Option<Package>,
    report: Report,
    must_run: bool,
}

impl Context<'_> {
    fn suite(&mut self, suite: Suite) {
        let (project, name) = (self.project, title(suite).0);
        match suite {
            Suite::Format => self.measure(name, |_| one(project.cargo().args(["fmt", "--all", "--", "--check"]))),
            Suite::Clippy => self.measure(name, |_| {
                one(project.cargo().args(["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"]))
            }),
            Suite::Rust => {
                self.measure(name, |_| cargo_tests(project.cargo().args(["test", "--workspace", "--no-fail-fast"])))
            }
            Suite::Symbols => self.measure(name, |context| check_symbols(project, &context.built()?.0.library)),
            Suite::C => self.measure(name, |context| c::suite(project, &context.built()?.0)),
            Suite::Clients => self.measure(name, |context| node::clients(project, &context.built()?.0)),
            Suite::Page => self.measure(name, |context| node::page(project, &context.built()?.0)),
            Suite::Workflows => self.measure(name, |_| node::workflows(project)),
            Suite::Load => self.measure(name, |context| {
                let checked = load::load(project, &context.built()?.0.dataverse, &load::SHORT)?;
                let mut all = Tally::default();
                checked.iter().for_each(|(_, wrong)| all.add(Tally::one(wrong.is_empty())));
                Ok(all)
            }),
            Suite::Demo => self.in_each_shell(name, |setting, shell| {
                let (steps, different) = demo::quietly(project, setting.built, setting.staged, &shell.powershell)?;
                Ok(Tally { passed: steps - different, failed: different, skipped: 0 })
            }),
            Suite::Tour => self.measure(name, check_tour),
            Suite::Pester => self.in_each_shell(name, |setting, shell| setting.run(shell, "tests/pester")),
            Suite::Engine => self.in_each_shell(name, |setting, shell| match setting.engine {
                Some(_) => setting.run(shell, "tests/powershell-engine/tests"),
                None => Ok(Tally::SKIPPED),
            }),
            Suite::Net48 => self.measure(name, |context| {
                let (built, shells) = (context.built()?, context.shells()?);
                let shell = &shells.first().context("there is no PowerShell")?.powershell;
                net48::suite(project, &built.0, &built.1, shell)
            }),
            Suite::Package => package::suite(self),
            Suite::Instructions => {
                self.measure(name, |context| Ok(instructions::suite(project)?.unwrap_or_else(|| context.left_out())))
            }
            Suite::Windows => windows::suite(self),
        }
    }

    fn in_each_shell(&mut self, name: &str, work: impl Fn(&Setting, &Shell) -> Result<Tally>) {
        let ready = self.built().and_then(|built| Ok((built, self.shells()?, other_version::build(self.project)?)));
        let (built, shells, other_version) = match ready {
            Ok(ready) => ready,
            Err(error) => return self.measure(name, |_| Err(error)),
        };
        let engine = shells.iter().find(|shell| shell.powershell.is_engine).map(|shell| &*shell.powershell.program);
        let other_version = Some(&*other_version);
        let setting = Setting { project: self.project, built: &built.0, staged: &built.1, engine, other_version };
        for shell in shells.iter() {
            self.measure(&format!("{name}, {}", shell.powershell.name), |_| work(&setting, shell));
        }
    }

    /// What comes of something that this machine can't run.
    fn left_out(&self) -> Tally {
        if self.must_run { Tally::one(false) } else { Tally::SKIPPED }
    }

    /// Does a part of the work, tells what came of it, and keeps that for the report.
    fn measure(&mut self, name: &str, work: impl FnOnce(&mut Self) -> Result<Tally>) {
        let started = Instant::now();
        let tally = work(self).unwrap_or_else(|error| {
            println!("  {}", paint(Style::Bad, format!("{error:#}")));
            Tally::one(false)
        });
        let took = started.elapsed();
        let style = if tally.failed == 0 { Style::Good } else { Style::Bad };
        let text = format!("{name}: passed {}, failed {}, skipped {}", tally.passed, tally.failed, tally.skipped);
        println!("  {} in {:.1} s", paint(style, text), took.as_secs_f64());
        self.report.add(name, tally, took);
    }

    /// Builds and stages once for all suites.
    fn built(&mut self) -> Result<Rc<(Built, Staged)>> {
        if let Some(built) = &self.built {
            return Ok(Rc::clone(built));
        }
        let built = self.project.build(Profile::Dev)?;
        let staged = stage::stage(self.project, &built.library)?;
        Ok(Rc::clone(self.built.insert(Rc::new((built, staged)))))
    }

    /// Looks for the PowerShells once for all suites.
    fn shells(&mut self) -> Result<Rc<Vec<Shell>>> {
        if let Some(shells) = &self.shells {
            return Ok(Rc::clone(shells));
        }
        Ok(Rc::clone(self.shells.insert(Rc::new(pester::shells(self.project)?))))
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

/// A command of `cargo test`, counted test by test.
fn cargo_tests(command: &mut Command) -> Result<Tally> {
    let ended = run_command(command, LIMIT, false)?;
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

/// One check. A bare engine has no `Out-String` that shows things as a prompt does.
fn check_tour(context: &mut Context) -> Result<Tally> {
    let (built, shells) = (context.built()?, context.shells()?);
    let Some(shell) = shells.iter().map(|shell| &shell.powershell).find(|shell| !shell.is_engine) else {
        return Ok(context.left_out());
    };
    let difference = tour::difference(context.project, &built.0, &built.1, shell)?;
    if let Some(difference) = &difference {
        println!("  docs/tour.md: {difference}: cargo xtask tour writes it anew");
    }
    Ok(Tally::one(difference.is_none()))
}

fn check_symbols(project: &Project, library: &Path) -> Result<Tally> {
    let declared: Vec<String> = declarations::of(project)?.into_iter().map(|function| function.name).collect();
    let difference = symbols::compare(&declared, &symbols::exported(library)?);
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
