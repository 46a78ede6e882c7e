//! The native library as it is shipped: optimized, with no path of the building machine in it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::command::run;
use crate::project::{Project, runtime_identifier};
use crate::remap;
use crate::windows::Windows;

const LIMIT: Duration = Duration::from_secs(3600);

/// What the module has a place for: .NET's name, Rust's, and the library's file.
pub const PLATFORMS: [(&str, &str, &str); 6] = [
    ("win-x64", "x86_64-pc-windows-msvc", "dynamics365.dll"),
    ("win-arm64", "aarch64-pc-windows-msvc", "dynamics365.dll"),
    ("linux-x64", "x86_64-unknown-linux-gnu", "libdynamics365.so"),
    ("linux-arm64", "aarch64-unknown-linux-gnu", "libdynamics365.so"),
    ("osx-x64", "x86_64-apple-darwin", "libdynamics365.dylib"),
    ("osx-arm64", "aarch64-apple-darwin", "libdynamics365.dylib"),
];

/// Rust's name of a platform, and the name of the library's file there.
pub fn platform(name: &str) -> Result<(&'static str, &'static str)> {
    match PLATFORMS.iter().find(|(known, ..)| *known == name) {
        Some((_, target, file)) => Ok((target, file)),
        None => bail!("there is no platform '{name}'; there are {}", PLATFORMS.map(|(name, ..)| name).join(", ")),
    }
}

/// Builds the library for a platform, into a folder below `output`.
pub fn build(project: &Project, name: &str, output: &Path) -> Result<PathBuf> {
    let (target, file) = platform(name)?;
    if name == "win-x64" && !cfg!(windows) {
        return match Windows::find(project)? {
            Ok(windows) => windows.library(project, output),
            Err(reason) => bail!("the library can't be built for {name}: {reason}"),
        };
    }
    let mut cargo = cargo(project, name, output)?;
    cargo.args(["--package", "dynamics365", "--lib"]);
    let ended = run(&mut cargo, LIMIT, false)?;
    let library = output.join(target).join("release").join(file);
    if !ended.success || !library.is_file() {
        let advice = if runtime_identifier()? == name {
            String::new()
        } else {
            format!("\nA library for another platform needs `rustup target add {target}` and a linker for it.")
        };
        bail!("the library does not build for {name}:\n{}{advice}", ended.output.trim_end());
    }
    Ok(library)
}

/// A `cargo build` into a folder below `output`, as the library is built; what to build is still to be said.
pub fn cargo(project: &Project, name: &str, output: &Path) -> Result<Command> {
    let (target, _) = platform(name)?;
    let mut flags = remap::flags(project, output)?;
    if target.ends_with("-msvc") {
        // Nothing to install beside it, guarded calls, and no time of linking.
        flags
            .extend(["-Ctarget-feature=+crt-static", "-Ccontrol-flow-guard=yes", "-Clink-arg=/Brepro"].map(Into::into));
    }
    let mut cargo = project.cargo();
    cargo.env("CARGO_ENCODED_RUSTFLAGS", flags.join(OsStr::new("\u{1f}"))).env("CARGO_TARGET_DIR", output);
    cargo.args(["build", "--locked", "--release", "--quiet", "--target", target]);
    Ok(cargo)
}

/// The folder that a platform's library is built in.
pub fn folder(project: &Project, name: &str) -> PathBuf {
    if name == "win-x64" && !cfg!(windows) {
        return project.target.join("windows").join("release");
    }
    project.target.join("shipped")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn platforms_are_known_by_nets_names() {
        assert_eq!(platform("linux-arm64").unwrap(), ("aarch64-unknown-linux-gnu", "libdynamics365.so"));
        assert_eq!(platform("win-arm64").unwrap(), ("aarch64-pc-windows-msvc", "dynamics365.dll"));
        let error = platform("beos").unwrap_err().to_string();
        assert!(error.contains("'beos'") && error.contains("osx-x64"), "{error}");
    }
}
