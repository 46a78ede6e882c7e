//! Building for Windows, and running what was built, on a machine that is none.

pub mod dll;
pub mod programs;
mod shells;
pub mod toolchain;
mod tools;
pub mod wine;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::command::run;
use crate::powershell::{Packages, PowerShell};
use crate::project::Project;

use toolchain::{TARGET, Toolchain};
use tools::{Found, Tools};
use wine::Wine;

const LIMIT: Duration = Duration::from_secs(1800);

/// What builds and runs for Windows.
pub struct Windows {
    toolchain: Toolchain,
    tools: Tools,
}

impl Windows {
    /// Looks for it. Otherwise: what is not installed, and how to install it.
    pub fn find(project: &Project) -> Result<std::result::Result<Self, String>> {
        if cfg!(windows) {
            return Ok(Err("this machine is a Windows: the other suites test it".into()));
        }
        let has_rust = || Ok(Toolchain::find(project)?.is_some());
        Ok(match tools::find_all(has_rust)? {
            Found::Missing(advice) => Err(advice),
            Found::All(tools) => {
                let toolchain = Toolchain::find(project)?.context("the Rust for Windows is gone")?;
                Ok(Self { toolchain, tools })
            }
        })
    }

    /// The compiler of C programs.
    pub fn gcc(&self) -> &Path {
        &self.tools.gcc
    }

    /// Starts wine.
    pub fn wine(&self, project: &Project) -> Result<Wine> {
        Wine::start(project, &self.tools)
    }

    /// The PowerShells that run under wine, with the Pester that they have none of themselves. None where there is no .NET SDK.
    pub fn shells(&self, project: &Project, wine: &Wine) -> Result<Option<([PowerShell; 2], PathBuf)>> {
        let Some(packages) = Packages::restore(project)? else { return Ok(None) };
        Ok(Some((shells::all(project, self, wine, &packages)?, packages.pester)))
    }

    /// A cargo command that compiles for Windows into a folder: `--target` is still to come.
    pub fn cargo(&self, project: &Project, output: &Path) -> Result<Command> {
        self.toolchain.cargo(project, output)
    }

    /// Builds the DLL as it is shipped, into a folder.
    pub fn library(&self, project: &Project, output: &Path) -> Result<PathBuf> {
        let mut cargo = self.cargo(project, output)?;
        cargo.args([
            "build",
            "--locked",
            "--release",
            "--quiet",
            "--package",
            "dynamics365",
            "--lib",
            "--target",
            TARGET,
        ]);
        // Names of temporary files stand in the table of symbols: with them no two builds are alike.
        cargo.env("CARGO_PROFILE_RELEASE_STRIP", "symbols");
        let ended = run(&mut cargo, LIMIT, false)?;
        let library = output.join(TARGET).join("release").join("dynamics365.dll");
        if !ended.success || !library.is_file() {
            bail!("the library does not build for Windows:\n{}", ended.output);
        }
        Ok(library)
    }
}
