//! The project on disk: its folders, and what cargo builds of it.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// The project that this program belongs to.
pub struct Project {
    /// The repository's folder.
    pub root: PathBuf,
    /// Where everything that is built goes.
    pub target: PathBuf,
    /// This program, at a place where no build puts another one while it runs.
    pub program: PathBuf,
}

/// What a build of the library and of Local Dataverse left.
pub struct Built {
    /// The native library.
    pub library: PathBuf,
    /// The server's program.
    pub dataverse: PathBuf,
}

/// How the library is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// Quick to build.
    Dev,
    /// As it is shipped.
    Release,
}

impl Project {
    /// Finds the project, and asks cargo where its output goes.
    pub fn find() -> Result<Self> {
        let manifest = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let root = PathBuf::from(manifest).parent().context("xtask has no parent folder")?.to_path_buf();
        let output = cargo_in(&root)
            .args(["metadata", "--format-version", "1", "--no-deps"])
            .stderr(Stdio::inherit())
            .output()
            .context("cargo could not be started")?;
        if !output.status.success() {
            bail!("`cargo metadata` failed in {}: see its message above", root.display());
        }
        let metadata: Value = serde_json::from_slice(&output.stdout).context("`cargo metadata` answered no JSON")?;
        let target = metadata["target_directory"].as_str().context("`cargo metadata` names no target directory")?;
        let target = PathBuf::from(target);
        Ok(Self { program: kept_program(&target)?, target, root })
    }

    /// A cargo command in the repository's folder.
    pub fn cargo(&self) -> Command {
        cargo_in(&self.root)
    }

    /// The same with another cargo than the one that runs this program.
    pub fn cargo_of(&self, program: &str) -> Command {
        command_in(&self.root, program.into())
    }

    /// A path as people want to read it: relative to the repository where it lies inside.
    pub fn shown<'a>(&self, path: &'a Path) -> std::path::Display<'a> {
        path.strip_prefix(&self.root).unwrap_or(path).display()
    }

    /// Builds the library and Local Dataverse. Cargo reports its progress on the error stream.
    pub fn build(&self, profile: Profile) -> Result<Built> {
        let mut cargo = self.cargo();
        cargo.args(["build", "--message-format", "json-render-diagnostics"]);
        cargo.args(["--package", "dynamics365", "--lib", "--package", "local-dataverse", "--bin", "local-dataverse"]);
        if profile == Profile::Release {
            cargo.arg("--release");
        }
        if !std::io::IsTerminal::is_terminal(&std::io::stderr()) {
            cargo.arg("--quiet");
        }
        let messages = messages_of(&mut cargo, "the library or Local Dataverse does not build")?;
        Ok(Built {
            library: library_of(&messages, "dynamics365").context(NO_LIBRARY)?,
            dataverse: program_of(&messages, "local-dataverse").context("cargo reported no program local-dataverse")?,
        })
    }
}

/// Runs a `cargo build` with JSON messages: the native library that came of it.
pub fn built_library(cargo: &mut Command, name: &str) -> Result<PathBuf> {
    library_of(&messages_of(cargo, "the library does not build")?, name).context(NO_LIBRARY)
}

/// The same for a program. The command need not ask for messages.
pub fn built_program(cargo: &mut Command, name: &str) -> Result<PathBuf> {
    cargo.args(["--message-format", "json-render-diagnostics"]);
    let messages = messages_of(cargo, &format!("{name} does not build"))?;
    program_of(&messages, name).with_context(|| format!("cargo reported no program {name}"))
}

const NO_LIBRARY: &str = "cargo reported no native library of the package dynamics365";

/// What a build reports to programs. Its words for people go to the error stream as they come.
fn messages_of(cargo: &mut Command, failure: &str) -> Result<Vec<Value>> {
    let output = cargo.stderr(Stdio::inherit()).output().context("cargo could not be started")?;
    if !output.status.success() {
        bail!("{failure}: see cargo's messages above");
    }
    let messages = String::from_utf8_lossy(&output.stdout);
    Ok(messages.lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
}

/// The file that PowerShell and C programs load.
fn library_of(messages: &[Value], name: &str) -> Option<PathBuf> {
    let artifact = artifacts(messages, name).find(|message| {
        message["target"]["crate_types"].as_array().is_some_and(|types| types.iter().any(|kind| kind == "cdylib"))
    })?;
    let files = artifact["filenames"].as_array()?.iter().filter_map(Value::as_str);
    files
        .map(PathBuf::from)
        .find(|file| file.extension().is_some_and(|extension| extension == env::consts::DLL_EXTENSION))
}

fn program_of(messages: &[Value], name: &str) -> Option<PathBuf> {
    artifacts(messages, name).find_map(|message| message["executable"].as_str()).map(PathBuf::from)
}

fn artifacts<'a>(messages: &'a [Value], target: &'a str) -> impl Iterator<Item = &'a Value> {
    messages
        .iter()
        .filter(move |message| message["reason"] == "compiler-artifact" && message["target"]["name"] == target)
}

/// Cargo sets variables for the program that it runs. A cargo that this program starts must not see them: build scripts
/// watch some of them, and the same crates would be built anew each time that a task and a plain `cargo build` alternate.
fn cargo_in(folder: &Path) -> Command {
    command_in(folder, env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")))
}

fn command_in(folder: &Path, program: OsString) -> Command {
    let mut command = Command::new(program);
    for (name, _) in env::vars_os() {
        if is_set_for_programs(&name.to_string_lossy()) {
            command.env_remove(name);
        }
    }
    command.current_dir(folder).stdin(Stdio::null());
    command
}

fn is_set_for_programs(name: &str) -> bool {
    matches!(name, "CARGO_BIN_NAME" | "CARGO_CRATE_NAME" | "CARGO_PRIMARY_PACKAGE" | "OUT_DIR")
        || name.starts_with("CARGO_PKG_")
        || name.starts_with("CARGO_MANIFEST_")
}

/// .NET's name of this platform: the folder of the native library inside the module.
pub fn runtime_identifier() -> Result<&'static str> {
    Ok(match (env::consts::OS, env::consts::ARCH) {
        ("windows", "x86_64") => "win-x64",
        ("windows", "aarch64") => "win-arm64",
        ("linux", "x86_64") => "linux-x64",
        ("linux", "aarch64") => "linux-arm64",
        ("macos", "x86_64") => "osx-x64",
        ("macos", "aarch64") => "osx-arm64",
        (system, processor) => bail!("the module has no place for a library of {system} on {processor}"),
    })
}

/// A second name for this program, or a copy: `cargo test` builds it anew with the features that the whole workspace asks for, and takes the old one away.
fn kept_program(target: &Path) -> Result<PathBuf> {
    let own = env::current_exe().context("this program does not know where it is")?;
    let folder = target.join("running");
    let kept = folder.join(own.file_name().context("this program has no name")?);
    if own != kept {
        fs::create_dir_all(&folder).with_context(|| format!("{} can't be made", folder.display()))?;
        // Where it can't be taken away, it runs: a task that is at work keeps the one that is there.
        if fs::remove_file(&kept).is_ok() || !kept.exists() {
            fs::hard_link(&own, &kept)
                .or_else(|_| fs::copy(&own, &kept).map(drop))
                .with_context(|| format!("{} can't be written", kept.display()))?;
        }
    }
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_library_is_the_shared_object_among_cargos_artifacts() {
        let wanted = format!("/t/debug/{}dynamics365{}", env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX);
        let messages = [
            json!({"reason": "compiler-artifact", "target": {"name": "serde", "crate_types": ["lib"]}}),
            json!({"reason": "compiler-artifact", "target": {"name": "dynamics365", "crate_types": ["cdylib", "rlib"]},
                "filenames": ["/t/debug/libdynamics365.rlib", wanted]}),
        ];
        assert_eq!(library_of(&messages, "dynamics365"), Some(PathBuf::from(wanted)));
        assert_eq!(program_of(&messages, "local-dataverse"), None);
    }

    #[test]
    fn cargos_settings_stay_and_what_it_sets_for_programs_goes() {
        assert!(is_set_for_programs("CARGO_MANIFEST_DIR"));
        assert!(is_set_for_programs("CARGO_PKG_NAME"));
        assert!(!is_set_for_programs("CARGO_TARGET_DIR"));
        assert!(!is_set_for_programs("CARGO_HOME"));
    }
}
