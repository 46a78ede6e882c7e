//! The small C programs beside this file, which run under wine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::Windows;
use super::wine::{self, Wine};
use crate::command::run;
use crate::project::Project;

const LIMIT: Duration = Duration::from_secs(300);

/// Something that wine lacks of Windows, and that some tests need.
#[derive(Debug, PartialEq, Eq)]
pub struct Gap {
    /// What the tests call it.
    pub name: String,
    /// What shows it.
    pub what: String,
}

/// The program that gives another one a console.
pub fn console(project: &Project, windows: &Windows) -> Result<PathBuf> {
    compile(project, windows, "console", &["-municode"])
}

/// What this wine lacks: tried by Windows' own functions, without the library.
pub fn gaps(project: &Project, windows: &Windows, wine: &Wine) -> Result<Vec<Gap>> {
    let program = compile(project, windows, "gaps", &["-lcrypt32"])?;
    let pfx = project.root.join("tests").join("keys").join("application.pfx");
    let ended = run(wine.command(&program).arg(wine::path(&pfx)), LIMIT, false)?;
    match gaps_of(&ended.output) {
        Some(gaps) if ended.success => Ok(gaps),
        _ => bail!("what wine lacks could not be found out:\n{}", ended.output),
    }
}

/// The gaps in the program's output; none where it did not come to its end.
fn gaps_of(output: &str) -> Option<Vec<Gap>> {
    let (lines, _) = output.split_once("\nend").or_else(|| output.strip_prefix("end").map(|rest| ("", rest)))?;
    let gap = |line: &str| {
        let (name, what) = line.trim().strip_prefix("gap ")?.split_once(' ')?;
        Some(Gap { name: name.into(), what: what.into() })
    };
    Some(lines.lines().filter_map(gap).collect())
}

fn compile(project: &Project, windows: &Windows, name: &str, arguments: &[&str]) -> Result<PathBuf> {
    let source = project.root.join("xtask").join("src").join("windows").join(format!("{name}.c"));
    let folder = project.target.join("windows").join("programs");
    fs::create_dir_all(&folder).with_context(|| format!("{} could not be made", folder.display()))?;
    let program = folder.join(format!("{name}.exe"));
    compile_file(windows.gcc(), &source, &program, arguments)?;
    Ok(program)
}

/// Compiles a C file into a program or a DLL of Windows.
pub fn compile_file(gcc: &Path, source: &Path, output: &Path, arguments: &[&str]) -> Result<()> {
    let mut compile = Command::new(gcc);
    compile.args(["-std=c11", "-O", "-Wall", "-Wextra", "-Werror", "-D_WIN32_WINNT=0x0A00", "-o"]);
    compile.arg(output).arg(source).args(arguments);
    let ended = run(&mut compile, LIMIT, false)?;
    if !ended.success {
        bail!("{} does not compile:\n{}", source.display(), ended.output);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_read_where_the_program_came_to_its_end() {
        let gap = |name: &str, what: &str| Gap { name: name.into(), what: what.into() };
        let output = "gap roots no store: 57\r\ngap cng-keys kind 3\r\nend\r\n";
        assert_eq!(gaps_of(output), Some(vec![gap("roots", "no store: 57"), gap("cng-keys", "kind 3")]));
        assert_eq!(gaps_of("end\r\n"), Some(vec![]));
        assert_eq!(gaps_of("gap roots no store: 57\r\n"), None);
    }
}
