//! Windows, on a machine that is none: the DLL, and what runs through it under wine.

use std::path::Path;

use anyhow::Result;

use super::pester::{Framework, Setting, Shell};
use super::tally::Tally;
use super::{Context, c, cargo_tests, package, shipped};
use crate::demo;
use crate::stage;
use crate::windows::Windows;
use crate::windows::toolchain::TARGET;
use crate::windows::wine::Wine;

/// Adds a line to the report for each part.
pub fn suite(context: &mut Context) {
    let windows = match Windows::find(context.project) {
        Ok(Ok(windows)) => windows,
        Ok(Err(reason)) => {
            return context.measure("Windows", |context| {
                println!("  left out: {reason}");
                Ok(context.left_out())
            });
        }
        Err(error) => return context.measure("Windows", |_| Err(error)),
    };
    let mut library = None;
    context.measure("Windows: DLL", |context| {
        let project = context.project;
        let built = windows.library(project, &project.target.join("windows").join("release"))?;
        shipped::windows_suite(project, library.insert(built), TARGET)
    });
    let Some(library) = library else { return };
    let wine = match windows.wine(context.project) {
        Ok(wine) => wine,
        Err(error) => return context.measure("Windows: wine", |_| Err(error)),
    };
    context.measure("Windows: C", |context| {
        c::windows_suite(context.project, &context.built()?.0, &windows, &wine, &library)
    });
    if context.must_run {
        context.measure("Windows: Rust", |context| rust(context, &windows, &wine));
    } else {
        println!(
            "  `cargo xtask windows` runs the library's own tests under wine as well: compiling them takes some minutes"
        );
    }
    shells(context, &windows, &wine, &library);
}

/// The tests inside of the library.
fn rust(context: &Context, windows: &Windows, wine: &Wine) -> Result<Tally> {
    let project = context.project;
    let mut cargo = windows.cargo(project, &project.target.join("windows").join("tests"))?;
    cargo.args(["test", "--locked", "--no-fail-fast", "--package", "dynamics365", "--lib", "--target", TARGET]);
    cargo.env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER", wine.program()).envs(wine.environment());
    cargo_tests(&mut cargo)
}

/// The demo and the Pester suite in the PowerShells of Windows.
fn shells(context: &mut Context, windows: &Windows, wine: &Wine, library: &Path) {
    let project = context.project;
    let mut ready = || -> Result<_> {
        let built = context.built()?;
        let staged = stage::stage_in(project, &project.target.join("windows"), &[("win-x64", library)])?;
        Ok((built, staged, windows.shells(project, wine)?))
    };
    let (built, staged, (shells, pester)) = match ready() {
        Ok((built, staged, Some(shells))) => (built, staged, shells),
        Ok((.., None)) => {
            return context.measure("Windows: PowerShell", |context| {
                println!("  the .NET SDK is not installed: there is no PowerShell for wine");
                Ok(context.left_out())
            });
        }
        Err(error) => return context.measure("Windows: PowerShell", |_| Err(error)),
    };
    let setting = Setting { project, built: &built.0, staged: &staged, engine: None, other_version: None };
    for powershell in shells {
        let framework = if powershell.is_engine { Framework::Engine } else { Framework::Package(pester.clone()) };
        let shell = Shell { framework: Some(framework), powershell };
        let name = shell.powershell.name.clone();
        context.measure(&format!("Windows: demo, {name}"), |_| {
            let (steps, different) = demo::quietly(project, setting.built, setting.staged, &shell.powershell)?;
            Ok(Tally { passed: steps - different, failed: different, skipped: 0 })
        });
        context.measure(&format!("Windows: Pester, {name}"), |_| setting.run(&shell, "tests/pester"));
        if let Some(package) = context.package.take() {
            context.measure(&format!("Windows: package, {name}"), |_| {
                package::try_out(&setting, &package, &shell.powershell)
            });
            context.package = Some(package);
        }
    }
}
