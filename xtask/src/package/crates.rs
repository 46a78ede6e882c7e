//! The crates that the library is made of, by Cargo.lock.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::project::Project;

/// The package that is shipped.
const ROOT: &str = "dynamics365";

/// A crate in the library.
#[derive(Clone, Debug, Default)]
pub struct Crate {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its licence, as an SPDX expression.
    pub license: String,
    /// Where it is developed.
    pub repository: Option<String>,
    /// The folder of its source.
    pub folder: PathBuf,
    /// The SHA-256 of its package, by Cargo.lock.
    pub checksum: Option<String>,
    /// Those that it uses, as `name@version`.
    pub uses: BTreeSet<String>,
}

impl Crate {
    /// `name@version`.
    pub fn id(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    version: String,
    license: Option<String>,
    repository: Option<String>,
    manifest_path: PathBuf,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    pkg: String,
    dep_kinds: Vec<DependencyKind>,
}

#[derive(Deserialize)]
struct DependencyKind {
    kind: Option<String>,
}

/// The library first, then every crate that is compiled into it for one of the targets, by name.
pub fn all(project: &Project, targets: &[&str]) -> Result<Vec<Crate>> {
    let mut cargo = project.cargo();
    cargo.args(["metadata", "--format-version", "1", "--locked"]);
    for target in targets {
        cargo.args(["--filter-platform", target]);
    }
    let output = cargo.output().context("cargo could not be started")?;
    if !output.status.success() {
        bail!("`cargo metadata` failed:\n{}", String::from_utf8_lossy(&output.stderr));
    }
    let metadata = serde_json::from_slice(&output.stdout).context("`cargo metadata` answered something else")?;
    let lock = fs::read_to_string(project.root.join("Cargo.lock")).context("Cargo.lock cannot be read")?;
    of_metadata(metadata, &checksums(&lock))
}

fn of_metadata(metadata: Metadata, checksums: &BTreeMap<String, String>) -> Result<Vec<Crate>> {
    let packages: BTreeMap<&str, &Package> = metadata.packages.iter().map(|package| (&*package.id, package)).collect();
    let nodes: BTreeMap<&str, &Node> = metadata.resolve.nodes.iter().map(|node| (&*node.id, node)).collect();
    let root = metadata.packages.iter().find(|package| package.name == ROOT).context("the package is not there")?;
    let (mut reached, mut waiting) = (BTreeSet::new(), vec![&*root.id]);
    let mut crates = Vec::new();
    while let Some(id) = waiting.pop() {
        if !reached.insert(id) {
            continue;
        }
        let package = packages.get(id).with_context(|| format!("`cargo metadata` does not describe {id}"))?;
        let node = nodes.get(id).with_context(|| format!("`cargo metadata` does not resolve {id}"))?;
        // What tests and build scripts use is not in the library.
        let shipped = node.deps.iter().filter(|dependency| dependency.dep_kinds.iter().any(|kind| kind.kind.is_none()));
        let ids: Vec<&str> = shipped.map(|dependency| &*dependency.pkg).collect();
        waiting.extend(&ids);
        let uses = ids.iter().filter_map(|id| packages.get(id));
        let key = format!("{}@{}", package.name, package.version);
        crates.push(Crate {
            name: package.name.clone(),
            version: package.version.clone(),
            license: package.license.clone().with_context(|| format!("{key} names no licence"))?,
            repository: package.repository.clone(),
            folder: package.manifest_path.parent().context("a manifest lies in no folder")?.into(),
            checksum: checksums.get(&key).cloned(),
            uses: uses.map(|package| format!("{}@{}", package.name, package.version)).collect(),
        });
    }
    crates.sort_by_key(|one| (one.name != ROOT, one.id()));
    Ok(crates)
}

/// The checksums in Cargo.lock, by `name@version`: of every crate that comes from a registry.
pub fn checksums(lock: &str) -> BTreeMap<String, String> {
    let value = |block: &str, key: &str| {
        let line = block.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = \""))?;
        line.strip_suffix('"').map(str::to_owned)
    };
    let blocks = lock.split("[[package]]").skip(1);
    blocks
        .filter_map(|block| {
            Some((format!("{}@{}", value(block, "name")?, value(block, "version")?), value(block, "checksum")?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_compiled_in_is_found_and_what_only_tests_use_is_not() {
        let package = |name: &str| json!({"id": name, "name": name, "version": "1.0.0", "license": "MIT", "repository": null, "manifest_path": format!("/c/{name}/Cargo.toml")});
        let uses = |name: &str, kind: Option<&str>| json!({"pkg": name, "dep_kinds": [{"kind": kind}]});
        let metadata = json!({
            "packages": [package("a"), package("dynamics365"), package("b"), package("c")],
            "resolve": {"nodes": [
                {"id": "dynamics365", "deps": [uses("b", None), uses("c", Some("dev"))]},
                {"id": "b", "deps": [uses("a", None), uses("c", Some("build"))]},
                {"id": "a", "deps": []}, {"id": "c", "deps": []},
            ]},
        });
        let lock = "version = 4\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nchecksum = \"00ff\"\n";
        let crates = of_metadata(serde_json::from_value(metadata).unwrap(), &checksums(lock)).unwrap();
        assert_eq!(crates.iter().map(Crate::id).collect::<Vec<_>>(), ["dynamics365@1.0.0", "a@1.0.0", "b@1.0.0"]);
        assert_eq!(crates[1].checksum.as_deref(), Some("00ff"));
        assert_eq!(crates[2].uses, BTreeSet::from(["a@1.0.0".to_owned()]));
    }
}
