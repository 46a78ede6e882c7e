//! The library with the next version of its ABI, really built, from a copy of its source with another number: what a module must refuse.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::project::{Project, built_library};

/// What the copy is called: cargo puts it beside the library, whose deps it shares.
const NAME: &str = "dynamics365-other-version";

/// What the library is built from.
const PARTS: [&str; 5] = ["Cargo.lock", "build.rs", "build", "cbindgen.toml", "src"];
/// The one file that is not copied as it is.
const VERSION: &str = "src/ffi/version.rs";

/// Builds it, and says where it is.
pub fn build(project: &Project) -> Result<PathBuf> {
    let copy = project.target.join("other-version");
    for part in PARTS {
        mirror(&project.root.join(part), &copy.join(part))?;
    }
    put(&copy.join(VERSION), &next_version(&read(&project.root.join(VERSION))?)?)?;
    put(&copy.join("Cargo.toml"), &alone(&read(&project.root.join("Cargo.toml"))?)?)?;
    let mut cargo = project.cargo();
    cargo.args(["build", "--quiet", "--lib", "--message-format", "json-render-diagnostics", "--manifest-path"]);
    cargo.arg(copy.join("Cargo.toml")).arg("--target-dir").arg(&project.target);
    built_library(&mut cargo, &NAME.replace('-', "_"))
}

/// The manifest without the workspace's other members, and under another name.
fn alone(manifest: &str) -> Result<String> {
    let name = "name = \"dynamics365\"";
    let (members, _) = manifest
        .split_once("members = [")
        .and_then(|(_, rest)| rest.split_once(']'))
        .context("the manifest has no members")?;
    ensure!(manifest.contains(name), "the manifest does not have '{name}'");
    let manifest = manifest.replacen(members, "", 1).replace(name, &format!("name = \"{NAME}\""));
    let (before, rest) = manifest.split_once("[dev-dependencies]").context("the manifest has no [dev-dependencies]")?;
    let after = rest.split_once("\n[").map_or("", |(_, after)| after);
    Ok(format!("{before}[{after}"))
}

/// The source with the number after its own.
fn next_version(source: &str) -> Result<String> {
    let mark = "pub const D365_ABI_VERSION: u32 = ";
    let (before, rest) = source.split_once(mark).context("the source has no D365_ABI_VERSION")?;
    let (number, after) = rest.split_once(';').context("the version has no end")?;
    let next = number.parse::<u32>().context("the version is no number")? + 1;
    Ok(format!("{before}{mark}{next};{after}"))
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("{} can't be read", path.display()))
}

/// Copies a file or a folder, but for [`VERSION`].
fn mirror(source: &Path, place: &Path) -> Result<()> {
    if source.ends_with(VERSION) {
        return Ok(());
    }
    if !source.is_dir() {
        return put(place, &read(source)?);
    }
    for entry in fs::read_dir(source).with_context(|| format!("{} can't be read", source.display()))? {
        let name = entry?.file_name();
        mirror(&source.join(&name), &place.join(&name))?;
    }
    Ok(())
}

/// Writes what differs: cargo compiles anew what was written.
fn put(path: &Path, text: &str) -> Result<()> {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(path, text));
    written.with_context(|| format!("{} can't be written", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_copy_stands_alone_under_another_name() {
        let manifest = "[workspace]\nmembers = [\"tests/local-dataverse\", \"xtask\"]\n\n[package]\nname = \"dynamics365\"\n\n\
            [dev-dependencies]\nlocal-dataverse = { path = \"tests/local-dataverse\" }\n\n[profile.dev]\npanic = \"unwind\"\n";
        let expected = "[workspace]\nmembers = []\n\n[package]\nname = \"dynamics365-other-version\"\n\n[profile.dev]\npanic = \"unwind\"\n";
        assert_eq!(alone(manifest).unwrap(), expected);
        assert!(alone("[package]").is_err());
    }

    #[test]
    fn the_version_is_the_next_one() {
        let source = "/// The version.\npub const D365_ABI_VERSION: u32 = 2;\n";
        assert_eq!(next_version(source).unwrap(), "/// The version.\npub const D365_ABI_VERSION: u32 = 3;\n");
        assert!(next_version("").is_err());
    }
}
