//! The Pester suite in every PowerShell of this machine.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use super::tally::{self, Tally};
use crate::command::run;
use crate::dataverse::Dataverse;
use crate::powershell::{PowerShell, PowerShells};
use crate::project::{Built, Project};
use crate::stage::Staged;

const LIMIT: Duration = Duration::from_secs(1800);

/// A PowerShell, and what runs the tests in it.
pub struct Shell {
    pub powershell: PowerShell,
    pub framework: Option<Framework>,
}

/// What runs the tests.
pub enum Framework {
    /// The engine host's own words for tests.
    Engine,
    /// The Pester 5 among the shell's modules.
    Installed,
    /// The Pester from NuGet: its manifest.
    Package(PathBuf),
}

/// The PowerShells of this machine, each with what runs tests there. What is missing is said in a line.
pub fn shells(project: &Project) -> Result<Vec<Shell>> {
    let mut found = PowerShells::of(project);
    let mut shells = Vec::new();
    for powershell in found.all()? {
        let framework = if powershell.is_engine {
            Some(Framework::Engine)
        } else if has_pester(project, &powershell)? {
            Some(Framework::Installed)
        } else {
            found.packages().map(|packages| Framework::Package(packages.pester.clone()))
        };
        shells.push(Shell { powershell, framework });
    }
    Ok(shells)
}

fn has_pester(project: &Project, shell: &PowerShell) -> Result<bool> {
    let mut command = shell.script(&project.root.join("xtask").join("powershell").join("Test-Pester.ps1"));
    Ok(run(&mut command, Duration::from_secs(120), false)?.success)
}

/// What the suites run on.
pub struct Setting<'a> {
    pub project: &'a Project,
    pub built: &'a Built,
    pub staged: &'a Staged,
    /// The engine host's program, which its own tests start.
    pub engine: Option<&'a Path>,
    /// A library with another version of the ABI.
    pub other_version: Option<&'a Path>,
}

impl Setting<'_> {
    /// Runs the test files of a folder in one PowerShell, against a server of their own.
    pub fn run(&self, shell: &Shell, tests: &str) -> Result<Tally> {
        let Some(framework) = &shell.framework else {
            println!(
                "  {} has no Pester 5: the suite is left out there (Install-Module Pester)",
                shell.powershell.name
            );
            return Ok(Tally::SKIPPED);
        };
        let server = Dataverse::start(&self.built.dataverse)?;
        let mut command = self.command(&shell.powershell, framework, &self.project.root.join(tests));
        let path = shell.powershell.path;
        command
            .env("DYNAMICS365_MODULE", path(&self.staged.module))
            .env("DYNAMICS365_CONNECTOR", path(&self.staged.connector))
            .env("DYNAMICS365_ROOT", path(&self.project.root))
            .env("LOCAL_DATAVERSE_URL", &server.url)
            .env("NO_COLOR", "1");
        if let Some(engine) = self.engine {
            command.env("DYNAMICS365_ENGINE", path(engine));
        }
        if let Some(library) = self.other_version {
            command.env("DYNAMICS365_OTHER_VERSION", path(library));
        }
        let ended = run(&mut command, LIMIT, false)?;
        let counted = tally::of_last_line(&ended.output);
        let good = ended.success && counted.is_some_and(|tally| tally.failed == 0 && tally.passed > 0);
        if !good {
            println!("{}", ended.output);
        }
        Ok(match counted {
            Some(tally) if good || tally.failed > 0 => tally,
            // It broke off, or says that all is well and exits with an error.
            _ => Tally::one(false),
        })
    }

    fn command(&self, powershell: &PowerShell, framework: &Framework, tests: &Path) -> Command {
        if matches!(framework, Framework::Engine) {
            let mut command = powershell.command();
            command.arg("--pester").arg((powershell.path)(tests));
            return command;
        }
        let mut command = powershell.script(&self.project.root.join("xtask/powershell/Invoke-Suite.ps1"));
        command.arg("-Path").arg((powershell.path)(tests));
        if let Framework::Package(pester) = framework {
            command.arg("-Pester").arg((powershell.path)(pester));
        }
        command
    }
}
