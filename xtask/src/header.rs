//! The C header: generated from the library's source and committed. A test of the library compares the two.

use std::fs;
use std::path::PathBuf;

use crate::project::Project;
use anyhow::{Context, Result};

/// Where the header lies.
pub fn path(project: &Project) -> PathBuf {
    project.root.join("include").join("dynamics365.h")
}

/// The task: writes the header anew.
pub fn write(project: &Project) -> Result<bool> {
    let (path, text) = (path(project), generate(project)?);
    let same = fs::read_to_string(&path).is_ok_and(|old| old == text);
    if !same {
        fs::create_dir_all(path.parent().context("the header has no folder")?)?;
        fs::write(&path, text).with_context(|| format!("{} could not be written", path.display()))?;
    }
    println!("{} {}", project.shown(&path), if same { "is up to date" } else { "was written" });
    Ok(true)
}

/// The header as the source would have it.
fn generate(project: &Project) -> Result<String> {
    let bindings = cbindgen::generate(&project.root).context("cbindgen cannot read the library's source")?;
    let mut text = Vec::new();
    bindings.write(&mut text);
    Ok(String::from_utf8(text)?)
}
