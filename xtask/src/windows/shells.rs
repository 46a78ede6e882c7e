//! The PowerShells of Windows that wine runs: PowerShell 7 as it is shipped, and the engine host built for Windows.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use super::Windows;
use super::programs;
use super::wine::{self, Wine};
use crate::dotnet;
use crate::powershell::{Packages, PowerShell};
use crate::project::Project;

/// Both, on .NET's runtime for Windows.
pub fn all(project: &Project, windows: &Windows, wine: &Wine, packages: &Packages) -> Result<[PowerShell; 2]> {
    let mut environment = wine.environment();
    environment.push(("DOTNET_ROOT".into(), wine::path(&runtime(project)?)));
    // Wine has no data of cultures that .NET understands.
    environment.push(("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT".into(), "1".into()));
    // Wine 8 does not stand memory that is mapped twice, once to be written and once to be run: collecting a compiled script block
    // would end the process.
    environment.push(("DOTNET_EnableWriteXorExecute".into(), "0".into()));
    // Tests that wine can't pass for what it lacks itself are skipped by these names.
    let gaps = programs::gaps(project, windows, wine)?;
    for gap in &gaps {
        println!("  wine lacks of Windows, and tests that need it are skipped: {} ({})", gap.name, gap.what);
    }
    let names: Vec<&str> = gaps.iter().map(|gap| &*gap.name).collect();
    environment.push(("DYNAMICS365_GAPS".into(), names.join(",").into()));
    let console = programs::console(project, windows)?;
    let shell = |name: &str, program: PathBuf| PowerShell {
        arguments: vec![console.clone().into(), wine::path(&program)],
        environment: environment.clone(),
        is_windows: true,
        path: wine::path,
        ..PowerShell::new(name, wine.program().into())
    };
    let pwsh = shell("pwsh.exe", packages.tool("win").join("pwsh.exe"));
    let engine = PowerShell { is_engine: true, ..shell("powershell-engine.exe", engine(project)?) };
    Ok([pwsh, engine])
}

/// .NET's runtime for Windows, laid out as its installer does.
fn runtime(project: &Project) -> Result<PathBuf> {
    let root = project.target.join("windows").join("dotnet");
    let mut build = dotnet::command("msbuild").context("the .NET SDK is gone")?;
    build.args(["-restore", "-target:WindowsRuntime", "-nologo", "-verbosity:quiet"]);
    build.arg(dotnet::property("WindowsRuntimeOutput", &root));
    dotnet::packages(&mut build, project, "NuGet could not bring .NET's runtime for Windows")?;
    Ok(root)
}

/// The engine host, built for Windows: its program.
fn engine(project: &Project) -> Result<PathBuf> {
    let folder = project.target.join("windows").join("powershell-engine");
    let output = folder.join("program");
    let mut publish = dotnet::command("publish").context("the .NET SDK is gone")?;
    publish.args(["--configuration", "Release", "--runtime", "win-x64", "--no-self-contained"]);
    publish.args(["--nologo", "--verbosity", "quiet", "--output"]).arg(&output);
    // Not where the build for this machine keeps what it has restored.
    publish.arg(dotnet::property("EngineOutput", &folder));
    publish.arg(project.root.join("tests").join("powershell-engine"));
    dotnet::run(&mut publish, "the PowerShell engine host does not build for Windows")?;
    let program = output.join("powershell-engine.exe");
    if !program.is_file() {
        bail!("the build of the PowerShell engine host left no {}", program.display());
    }
    Ok(program)
}
