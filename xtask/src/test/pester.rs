//! The Pester suite in every PowerShell of this machine.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail};

use super::tally::{self, Tally};
use crate::command::run;
use crate::dataverse::Dataverse;
use crate::powershell::{self, PowerShell};
use crate::project::{Built, Project};
use crate::stage::Staged;

const LIMIT: Duration = Duration::from_secs(1800);

/// The PowerShells that can run the suite: the engine host, and the installed ones that have Pester 5.
pub fn shells(project: &Project) -> Result<Vec<PowerShell>> {
    let mut shells: Vec<PowerShell> = powershell::engine(project)?.into_iter().collect();
    if shells.is_empty() {
        println!("  the .NET SDK is not installed: the suite does not run in the engine host");
    }
    for shell in powershell::installed() {
        if has_pester(project, &shell)? {
            shells.push(shell);
        } else {
            println!("  {} has no Pester 5: the suite does not run there (Install-Module Pester)", shell.name);
        }
    }
    if shells.is_empty() {
        bail!("there is no PowerShell with Pester 5 and no .NET SDK: the suite can't run");
    }
    Ok(shells)
}

fn has_pester(project: &Project, shell: &PowerShell) -> Result<bool> {
    let mut command = shell.script(&project.root.join("xtask").join("pester").join("Test-Pester.ps1"));
    Ok(run(&mut command, Duration::from_secs(120), false)?.success)
}

/// Runs test files in one PowerShell against a server of their own. `engine` is the engine host's program, which its own tests start.
pub fn suite(
    project: &Project,
    built: &Built,
    staged: &Staged,
    shell: &PowerShell,
    engine: Option<&Path>,
    tests: &Path,
) -> Result<Tally> {
    let server = Dataverse::start(&built.dataverse)?;
    let mut command = if shell.is_engine {
        let mut command = Command::new(&shell.program);
        command.arg("--pester").arg(tests);
        command
    } else {
        let mut command = shell.script(&project.root.join("xtask").join("pester").join("Invoke-Suite.ps1"));
        command.arg("-Path").arg(tests);
        command
    };
    command
        .env("DYNAMICS365_MODULE", &staged.module)
        .env("DYNAMICS365_CONNECTOR", &staged.connector)
        .env("DYNAMICS365_ROOT", &project.root)
        .env("LOCAL_DATAVERSE_URL", &server.url)
        .env("NO_COLOR", "1");
    if let Some(engine) = engine {
        command.env("DYNAMICS365_ENGINE", engine);
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
