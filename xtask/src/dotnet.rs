//! The .NET SDK.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::command::{find, run as run_command};
use crate::project::Project;

const LIMIT: Duration = Duration::from_secs(900);

/// A command of the SDK; none where it is not installed.
pub fn command(name: &str) -> Option<Command> {
    let mut command = Command::new(find("dotnet")?);
    // A build server would outlive the task and hold its output open.
    command
        .arg(name)
        .env("MSBUILDDISABLENODEREUSE", "1")
        .env("UseSharedCompilation", "false")
        .env("DOTNET_NOLOGO", "1");
    Some(command)
}

/// Runs a command of MSBuild on `xtask/powershell/packages.csproj`, which keeps its packages in the target folder.
pub fn packages(command: &mut Command, project: &Project, failure: &str) -> Result<String> {
    command.arg(property("PackagesOutput", &project.target.join("powershell")));
    command.arg(project.root.join("xtask").join("powershell").join("packages.csproj"));
    // The user's folder of packages, where this variable names one, would win over the project's.
    run(command.env_remove("NUGET_PACKAGES"), failure)
}

/// A property of a build that is a folder.
pub fn property(name: &str, folder: &Path) -> OsString {
    let mut property = OsString::from(format!("-property:{name}="));
    property.push(folder);
    // MSBuild joins texts, not paths.
    property.push("/");
    property
}

/// Runs a build, and hands back its output. `failure` says what it means where it fails.
pub fn run(command: &mut Command, failure: &str) -> Result<String> {
    let ended = run_command(command, LIMIT, false)?;
    if !ended.success {
        bail!("{failure}:\n{}", errors_of(&ended.output));
    }
    Ok(ended.output)
}

/// The lines of a build's output that tell what is wrong, each once; all of it where none does.
fn errors_of(output: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in output
        .lines()
        .filter_map(|line| Some(line.split_once(" : error ").or_else(|| line.split_once(": error "))?.1.trim()))
    {
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    if lines.is_empty() {
        return output.to_owned();
    }
    lines.iter().fold(String::new(), |mut text, line| {
        let _ = writeln!(text, "  {line}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_told_once_and_without_the_rest() {
        let output = "Build started\n/p/a.csproj : error NU1301: Unable to load\n/p/a.csproj : error NU1301: Unable to load\n{ }\n";
        assert_eq!(errors_of(output), "  NU1301: Unable to load\n");
        assert_eq!(
            errors_of("/p/A.cs(3,4): error CS1002: ; expected [/p/a.csproj]"),
            "  CS1002: ; expected [/p/a.csproj]\n"
        );
        assert_eq!(errors_of("something else"), "something else");
    }
}
