//! The library in .NET Framework, which Windows PowerShell 5.1 runs on: on Windows itself, elsewhere by mono.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::tally::{self, Tally};
use crate::command::{find, run};
use crate::dataverse::{Dataverse, SECRET};
use crate::powershell::PowerShell;
use crate::project::{Built, Project};
use crate::stage::Staged;
use crate::{debian, dotnet};

const LIMIT: Duration = Duration::from_secs(300);
const PACKAGES: [&str; 2] = ["mono-runtime", "libmono-system-core4.0-cil"];

/// Emits the module's signatures as Windows PowerShell 5.1 does, and calls them.
pub fn suite(project: &Project, built: &Built, staged: &Staged, shell: &PowerShell) -> Result<Tally> {
    let Some(program) = program(project)? else {
        println!("  the .NET SDK is not installed: nothing compiles for .NET Framework");
        return Ok(Tally::SKIPPED);
    };
    let mut command = if cfg!(windows) {
        Command::new(program)
    } else {
        let Some(mono) = mono() else {
            println!("  mono is not installed (on Debian: apt install {})", PACKAGES.join(" "));
            return Ok(Tally::SKIPPED);
        };
        let mut command = Command::new(mono);
        command.arg(program);
        command
    };
    let signatures = signatures(project, staged, shell)?;
    let server = Dataverse::start(&built.dataverse)?;
    command.arg(signatures).arg(&built.library).args([&server.url, &Dataverse::login(), SECRET]);
    let ended = run(&mut command, LIMIT, false)?;
    let mut all = tally::of_lines(&ended.output);
    if !ended.success || all.failed > 0 || all.passed == 0 {
        println!("{}", ended.output);
        all.failed = all.failed.max(1);
    }
    Ok(all)
}

fn mono() -> Option<PathBuf> {
    find("mono").or_else(|| {
        debian::install(&PACKAGES);
        find("mono")
    })
}

/// Builds the program. None where there is no .NET SDK.
fn program(project: &Project) -> Result<Option<PathBuf>> {
    let Some(mut build) = dotnet::command("build") else { return Ok(None) };
    let folder = project.target.join("net48");
    build.args(["--configuration", "Release", "--nologo", "--verbosity", "quiet"]);
    build.arg(dotnet::property("Net48Output", &folder)).arg(project.root.join("tests").join("net48"));
    dotnet::run(&mut build, "the program for .NET Framework does not build")?;
    let program = folder.join("bin").join("Release").join("net48").join("net48.exe");
    if !program.is_file() {
        bail!("the build for .NET Framework left no {}", program.display());
    }
    Ok(Some(program))
}

/// What the module binds, written down by itself.
fn signatures(project: &Project, staged: &Staged, shell: &PowerShell) -> Result<PathBuf> {
    let path = project.target.join("net48").join("signatures.txt");
    let mut command = shell.script(&project.root.join("xtask").join("powershell").join("Write-Signatures.ps1"));
    command.arg("-Module").arg(&staged.module).arg("-Path").arg(&path);
    let ended = run(&mut command, LIMIT, false).context("the signatures cannot be written")?;
    if !ended.success {
        bail!("{} can't write the module's signatures:\n{}", shell.name, ended.output);
    }
    Ok(path)
}
