//! The PowerShells of this machine: installed ones, and the engine host that the .NET SDK builds.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::command::{find, run};
use crate::project::Project;

/// One that runs scripts.
pub struct PowerShell {
    /// What people call it.
    pub name: String,
    /// Its program.
    pub program: PathBuf,
    /// Whether it is the engine host of this project.
    pub is_engine: bool,
}

impl PowerShell {
    /// A command that runs a script file with arguments.
    pub fn script(&self, file: &Path) -> Command {
        let mut command = Command::new(&self.program);
        if self.is_engine {
            command.arg("--file");
        } else {
            command.args(["-NoLogo", "-NoProfile", "-NonInteractive"]);
            if cfg!(windows) {
                command.args(["-ExecutionPolicy", "Bypass"]);
            }
            command.arg("-File");
        }
        command.arg(file);
        command
    }
}

/// The installed PowerShells, the one that OpenIAM uses first.
pub fn installed() -> Vec<PowerShell> {
    let found = ["powershell", "pwsh"].into_iter().filter_map(|name| {
        let program = find(name)?;
        Some(PowerShell { name: name.to_owned(), program, is_engine: false })
    });
    found.collect()
}

/// Builds the engine host; none where there is no .NET SDK.
pub fn engine(project: &Project) -> Result<Option<PowerShell>> {
    let Some(dotnet) = find("dotnet") else { return Ok(None) };
    let folder = project.root.join("tests").join("powershell-engine");
    let mut build = Command::new(dotnet);
    build.args(["build", "--configuration", "Release", "--nologo", "--verbosity", "quiet"]).arg(&folder);
    // A build server would outlive the task and hold its output open.
    build.env("MSBUILDDISABLENODEREUSE", "1").env("UseSharedCompilation", "false").env("DOTNET_NOLOGO", "1");
    let ended = run(&mut build, Duration::from_secs(600), false)?;
    if !ended.success {
        bail!(
            "the PowerShell engine host does not build with this .NET SDK (version 10 or later is needed):\n{}",
            ended.output
        );
    }
    let output = project.root.join("target").join("powershell-engine").join("bin").join("Release").join("net10.0");
    let program = output.join(format!("powershell-engine{}", env::consts::EXE_SUFFIX));
    if !program.is_file() {
        bail!("the build of the PowerShell engine host left no {}", program.display());
    }
    Ok(Some(PowerShell { name: "powershell-engine".into(), program, is_engine: true }))
}

/// One PowerShell, whichever there is.
pub fn any(project: &Project) -> Result<PowerShell> {
    if let Some(shell) = installed().into_iter().next() {
        return Ok(shell);
    }
    engine(project)?.context(
        "there is no PowerShell: install PowerShell 7 (https://aka.ms/powershell) or the .NET SDK (https://dot.net), and start again",
    )
}
