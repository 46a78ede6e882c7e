//! PowerShell 7 and Pester from NuGet, for machines that have the .NET SDK and lack one of the two.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::PowerShell;
use crate::command::{find, run};
use crate::project::Project;

/// What was restored.
pub struct Packages {
    dotnet: PathBuf,
    tool: PathBuf,
    /// The manifest of the module Pester.
    pub pester: PathBuf,
}

impl Packages {
    /// Restores the packages that `xtask/powershell/packages.csproj` names into the target folder: at once where they are there already.
    /// None where there is no .NET SDK.
    pub fn restore(project: &Project) -> Result<Option<Self>> {
        let Some(dotnet) = find("dotnet") else { return Ok(None) };
        let mut output = project.target.join("powershell").into_os_string();
        // MSBuild joins texts, not paths.
        output.push("/");
        let mut property = OsString::from("-property:PackagesOutput=");
        property.push(&output);
        let mut restore = Command::new(&dotnet);
        restore.args(["msbuild", "-target:Restore", "-nologo", "-verbosity:quiet"]).arg(property);
        restore.args(["-getProperty:PowerShellTool", "-getProperty:PesterModule"]);
        restore.arg(project.root.join("xtask").join("powershell").join("packages.csproj"));
        // The user's folder of packages, where this variable names one, would win over the project's.
        restore.env("MSBUILDDISABLENODEREUSE", "1").env("DOTNET_NOLOGO", "1").env_remove("NUGET_PACKAGES");
        let ended = run(&mut restore, Duration::from_secs(600), false)?;
        if !ended.success {
            bail!("NuGet could not bring PowerShell and Pester:\n{}", errors_of(&ended.output));
        }
        let (tool, pester) = properties(&ended.output)
            .with_context(|| format!("`dotnet msbuild` did not tell where the packages are:\n{}", ended.output))?;
        for path in [&tool, &pester] {
            if !path.exists() {
                bail!(
                    "a package from NuGet has no {}: is the version in xtask/powershell/Versions.props right?",
                    path.display()
                );
            }
        }
        Ok(Some(Self { dotnet, tool, pester }))
    }

    /// PowerShell 7, run by the .NET SDK's own runtime or a later one.
    pub fn pwsh(&self) -> PowerShell {
        let program = self.tool.join(if cfg!(windows) { "win" } else { "unix" }).join("pwsh.dll");
        PowerShell {
            name: "pwsh (dotnet tool)".into(),
            program: self.dotnet.clone(),
            arguments: vec!["--roll-forward".into(), "Major".into(), program.into()],
            is_engine: false,
        }
    }
}

/// The values of the two properties, in the JSON that MSBuild ends with.
fn properties(output: &str) -> Option<(PathBuf, PathBuf)> {
    let start = if output.starts_with('{') { 0 } else { output.find("\n{")? };
    let json: Value = serde_json::from_str(&output[start..]).ok()?;
    let path = |name: &str| json["Properties"][name].as_str().map(|text| Path::new(text).to_path_buf());
    Some((path("PowerShellTool")?, path("PesterModule")?))
}

/// The lines of a build's output that tell what is wrong, each once; all of it where none does.
fn errors_of(output: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in output.lines().filter_map(|line| Some(line.split_once(" : error ")?.1.trim())) {
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
    fn the_paths_are_read_behind_whatever_msbuild_says_first() {
        let output = "a.csproj : warning NU1900: no {\n{\n  \"Properties\": {\"PowerShellTool\": \"/t/any/\", \"PesterModule\": \"/t/Pester.psd1\"}\n}\n";
        assert_eq!(properties(output), Some(("/t/any/".into(), "/t/Pester.psd1".into())));
        assert_eq!(properties("{}"), None);
        assert_eq!(properties(""), None);
    }

    #[test]
    fn an_error_is_told_once_and_without_the_rest() {
        let output = "Build started\n/p/a.csproj : error NU1301: Unable to load\n/p/a.csproj : error NU1301: Unable to load\n{ }\n";
        assert_eq!(errors_of(output), "  NU1301: Unable to load\n");
        assert_eq!(errors_of("something else"), "something else");
    }
}
