//! The engine host of `tests/powershell-engine`, which the .NET SDK builds.

use std::env;

use anyhow::{Result, bail};

use super::PowerShell;
use crate::dotnet;
use crate::project::Project;

/// Builds the engine host; none where there is no .NET SDK.
pub fn build(project: &Project) -> Result<Option<PowerShell>> {
    let Some(mut build) = dotnet::command("build") else { return Ok(None) };
    build.args(["--configuration", "Release", "--nologo", "--verbosity", "quiet"]);
    build.arg(project.root.join("tests").join("powershell-engine"));
    let failure = "the PowerShell engine host does not build with this .NET SDK (version 10 or later is needed)";
    dotnet::run(&mut build, failure)?;
    let output = project.root.join("target").join("powershell-engine").join("bin").join("Release").join("net10.0");
    let program = output.join(format!("powershell-engine{}", env::consts::EXE_SUFFIX));
    if !program.is_file() {
        bail!("the build of the PowerShell engine host left no {}", program.display());
    }
    Ok(Some(PowerShell { is_engine: true, ..PowerShell::new("powershell-engine", program) }))
}
