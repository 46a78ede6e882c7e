//! The engine host of `tests/powershell-engine`, which the .NET SDK builds.

use std::env;
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail};

use super::PowerShell;
use crate::command::{find, run};
use crate::project::Project;

/// Builds the engine host; none where there is no .NET SDK.
pub fn build(project: &Project) -> Result<Option<PowerShell>> {
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
    Ok(Some(PowerShell { name: "powershell-engine".into(), program, arguments: vec![], is_engine: true }))
}
