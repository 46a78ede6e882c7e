//! What the native library exports, against what the header declares.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use object::{BinaryFormat, Object};

/// The prefix of everything that the library exports.
pub const PREFIX: &str = "d365_";

/// The names that a library exports, sorted.
pub fn exported(library: &Path) -> Result<Vec<String>> {
    let data = fs::read(library).with_context(|| format!("{} cannot be read", library.display()))?;
    let file = object::File::parse(&*data).with_context(|| format!("{} is no library", library.display()))?;
    // On Apple's systems the names of C have an underscore before them.
    let underscore = if file.format() == BinaryFormat::MachO { "_" } else { "" };
    let exports = file.exports().with_context(|| format!("{} has no table of exports", library.display()))?;
    let mut names: Vec<String> = exports
        .iter()
        .map(|export| String::from_utf8_lossy(export.name()).into_owned())
        .map(|name| name.strip_prefix(underscore).map(str::to_owned).unwrap_or(name))
        .collect();
    names.sort();
    Ok(names)
}

/// How the two differ.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Declared in the header, not exported.
    pub missing: Vec<String>,
    /// Exported with the prefix, not declared.
    pub undeclared: Vec<String>,
    /// Exported, and nothing of ours by its name.
    pub foreign: Vec<String>,
}

/// Compares both directions.
pub fn compare(declared: &[String], exported: &[String]) -> Difference {
    let absent = |from: &[String], name: &String| !from.contains(name);
    let (ours, foreign): (Vec<String>, Vec<String>) =
        exported.iter().cloned().partition(|name| name.starts_with(PREFIX));
    Difference {
        missing: declared.iter().filter(|name| absent(&ours, name)).cloned().collect(),
        undeclared: ours.into_iter().filter(|name| absent(declared, name)).collect(),
        foreign: foreign.into_iter().filter(|name| !is_of_the_toolchain(name)).collect(),
    }
}

/// Some linkers export marks of their own in every library.
fn is_of_the_toolchain(name: &str) -> bool {
    matches!(name, "_init" | "_fini" | "_edata" | "_end" | "__bss_start" | "DllMain" | "_DllMainCRTStartup")
        || name == "rust_eh_personality"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn both_directions_are_compared() {
        let declared = names(&["d365_a", "d365_b"]);
        let exported = names(&["_init", "d365_b", "d365_c", "ring_core_aes"]);
        let expected = Difference {
            missing: names(&["d365_a"]),
            undeclared: names(&["d365_c"]),
            foreign: names(&["ring_core_aes"]),
        };
        assert_eq!(compare(&declared, &exported), expected);
        assert_eq!(compare(&declared, &declared), Difference::default());
    }
}
