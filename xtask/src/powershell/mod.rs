//! The PowerShells of this machine: installed ones, PowerShell 7 as NuGet has it, and the engine host that the .NET SDK builds.

mod engine;
mod packages;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::command::find;
use crate::project::Project;

pub use packages::Packages;

/// One that runs scripts.
#[derive(Clone)]
pub struct PowerShell {
    /// What people call it.
    pub name: String,
    /// The program to start.
    pub program: PathBuf,
    /// What stands before all other arguments.
    pub arguments: Vec<OsString>,
    /// Variables that it needs.
    pub environment: Vec<(String, OsString)>,
    /// Whether it is the engine host of this project.
    pub is_engine: bool,
    /// Whether it is a program of Windows.
    pub is_windows: bool,
    /// How it writes a path of this machine.
    pub path: fn(&Path) -> OsString,
}

impl PowerShell {
    /// A program of this machine.
    pub fn new(name: &str, program: PathBuf) -> Self {
        Self {
            name: name.to_owned(),
            program,
            arguments: vec![],
            environment: vec![],
            is_engine: false,
            is_windows: cfg!(windows),
            path: |path| path.into(),
        }
    }

    fn installed(name: &str) -> Option<Self> {
        Some(Self::new(name, find(name)?))
    }

    /// The same as an account of a service has it: without a profile, and without a folder for temporary files. (Wine gives its programs
    /// folders of its own.)
    pub fn of_a_service(&self) -> Self {
        let names: &[&str] = if self.is_windows {
            &["USERPROFILE", "APPDATA", "LOCALAPPDATA", "TEMP", "TMP"]
        } else {
            &["HOME", "TMPDIR"]
        };
        let mut shell = self.clone();
        for name in names {
            shell.environment.push(((*name).into(), (self.path)(Path::new("/no-such-folder"))));
        }
        shell
    }

    /// A command that still lacks what it is to do.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// A command that runs a script file with arguments.
    pub fn script(&self, file: &Path) -> Command {
        let mut command = self.command();
        if self.is_engine {
            command.arg("--file");
        } else {
            command.args(["-NoLogo", "-NoProfile", "-NonInteractive"]);
            if self.is_windows {
                command.args(["-ExecutionPolicy", "Bypass"]);
            }
            command.arg("-File");
        }
        command.arg((self.path)(file));
        command
    }
}

/// The PowerShells of this machine, looked for once.
pub struct PowerShells<'p> {
    project: &'p Project,
    /// What NuGet brought; looked for when it is needed.
    packages: Option<Option<Packages>>,
}

impl<'p> PowerShells<'p> {
    /// Those that the project's tasks can run on.
    pub fn of(project: &'p Project) -> Self {
        Self { project, packages: None }
    }

    /// Every one, in the order of preference: installed ones, the one that OpenIAM uses first; PowerShell 7 from NuGet where none is
    /// installed; the engine host. What is missing is said in a line.
    pub fn all(&mut self) -> Result<Vec<PowerShell>> {
        let mut shells = self.complete();
        match engine::build(self.project)? {
            Some(engine) => shells.push(engine),
            None => println!("  the .NET SDK is not installed: there is no PowerShell engine host"),
        }
        if shells.is_empty() {
            bail!(NONE);
        }
        Ok(shells)
    }

    /// The one to prefer.
    pub fn any(&mut self) -> Result<PowerShell> {
        if let Some(shell) = self.complete().into_iter().next() {
            return Ok(shell);
        }
        match engine::build(self.project)? {
            Some(engine) => Ok(engine),
            None => bail!(NONE),
        }
    }

    /// Those with all their modules.
    fn complete(&mut self) -> Vec<PowerShell> {
        let mut shells: Vec<PowerShell> = PowerShell::installed("powershell").into_iter().collect();
        match PowerShell::installed("pwsh") {
            Some(pwsh) => shells.push(pwsh),
            None => shells.extend(self.packages().map(Packages::pwsh)),
        }
        shells
    }

    /// What NuGet has for the tests. None where it can't be had; why is said in a line.
    pub fn packages(&mut self) -> Option<&Packages> {
        let project = self.project;
        let packages = self.packages.get_or_insert_with(|| match Packages::restore(project) {
            Ok(Some(packages)) => Some(packages),
            Ok(None) => {
                println!("  the .NET SDK is not installed: no PowerShell 7 and no Pester from NuGet");
                None
            }
            Err(error) => {
                println!("  {}", format!("{error:#}").trim_end().replace('\n', "\n  "));
                None
            }
        });
        packages.as_ref()
    }
}

const NONE: &str = "there is no PowerShell: install PowerShell 7 (https://aka.ms/powershell) or the .NET SDK (https://dot.net), \
    and start again";
