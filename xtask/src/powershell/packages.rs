//! PowerShell 7 and Pester from NuGet, for machines that have the .NET SDK and lack one of the two.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::PowerShell;
use crate::command::find;
use crate::dotnet;
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
        let (Some(dotnet), Some(mut restore)) = (find("dotnet"), dotnet::command("msbuild")) else { return Ok(None) };
        restore.args([
            "-target:Restore",
            "-nologo",
            "-verbosity:quiet",
            "-getProperty:PowerShellTool",
            "-getProperty:PesterModule",
        ]);
        let output = dotnet::packages(&mut restore, project, "NuGet could not bring PowerShell and Pester")?;
        let (tool, pester) = properties(&output)
            .with_context(|| format!("`dotnet msbuild` did not tell where the packages are:\n{output}"))?;
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

    /// PowerShell 7, run by the runtime of the .NET SDK or a later one.
    pub fn pwsh(&self) -> PowerShell {
        let program = self.tool(if cfg!(windows) { "win" } else { "unix" }).join("pwsh.dll");
        let arguments = vec!["--roll-forward".into(), "Major".into(), program.into()];
        PowerShell { arguments, ..PowerShell::new("pwsh (dotnet tool)", self.dotnet.clone()) }
    }

    /// The folder of PowerShell for a kind of system: `unix` or `win`.
    pub fn tool(&self, system: &str) -> PathBuf {
        self.tool.join(system)
    }
}

/// The values of the two properties, in the JSON that MSBuild ends with.
fn properties(output: &str) -> Option<(PathBuf, PathBuf)> {
    let start = if output.starts_with('{') { 0 } else { output.find("\n{")? };
    let json: Value = serde_json::from_str(&output[start..]).ok()?;
    let path = |name: &str| json["Properties"][name].as_str().map(|text| Path::new(text).to_path_buf());
    Some((path("PowerShellTool")?, path("PesterModule")?))
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
}
