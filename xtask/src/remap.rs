//! Names in place of the building machine's paths, in all that rustc puts into a library: messages of panics and debug information.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::bytes::contains;
use crate::project::Project;

/// The compiler's flags for a build into the folder `output`.
pub fn flags(project: &Project, output: &Path) -> Result<Vec<OsString>> {
    let mut flags = vec![flag(&project.root, "dynamics365"), flag(output, "target")];
    // The folder of each registry has a name of its own on each machine.
    let registries = cargo_home().map(|home| home.join("registry").join("src"));
    if let Some(folder) = registries.filter(|folder| folder.is_dir()) {
        for entry in fs::read_dir(folder)? {
            flags.push(flag(&entry?.path(), "crates"));
        }
    }
    Ok(flags)
}

/// One path and what stands in its place.
pub fn flag(path: &Path, name: &str) -> OsString {
    let mut flag = OsString::from("--remap-path-prefix=");
    flag.push(path);
    flag.push("=");
    flag.push(name);
    flag
}

/// The paths of this machine that stand in the bytes of a library.
pub fn given_away(bytes: &[u8], project: &Project) -> Vec<String> {
    let folders = [Some(project.root.clone()), Some(project.target.clone()), cargo_home(), env::home_dir()];
    let mut paths: Vec<String> = folders.into_iter().flatten().map(|path| path.display().to_string()).collect();
    paths.sort();
    paths.dedup();
    // A name may begin like a folder's.
    paths.retain(|path| path.len() > 1 && ["/", "\\"].iter().any(|end| contains(bytes, &format!("{path}{end}"))));
    paths
}

/// Cargo's own folder.
fn cargo_home() -> Option<PathBuf> {
    env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".cargo")))
}
