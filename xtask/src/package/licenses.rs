//! The licences of what the library is made of, each text once.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::crates::Crate;

const INTRODUCTION: &str = "The native library of Dynamics365 is compiled from the crates below, and from the standard library of Rust (MIT OR Apache-2.0,
https://github.com/rust-lang/rust). Each stands with its licence, by Cargo.lock; the texts follow.
";

/// Names of files that hold licences, in capitals.
const NAMES: [&str; 5] = ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE"];

/// The file `THIRD-PARTY-LICENSES.txt` for these crates.
pub fn text(crates: &[Crate]) -> Result<String> {
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut list = String::new();
    for one in crates {
        let found = of(one, crates)?;
        writeln!(list, "{} {}: {}", one.name, one.version, one.license)?;
        for text in found {
            texts.entry(text).or_default().push(format!("{} {}", one.name, one.version));
        }
    }
    let mut all = format!("{INTRODUCTION}\n{list}");
    for (text, names) in texts {
        write!(all, "\n{}\n{}\n\n{text}\n", "-".repeat(80), names.join(", "))?;
    }
    Ok(all)
}

/// The texts in a crate's package; where it has none, those of another crate of the same repository.
fn of(one: &Crate, crates: &[Crate]) -> Result<Vec<String>> {
    let own = in_folder(&one.folder)?;
    if !own.is_empty() {
        return Ok(own);
    }
    let siblings = crates.iter().filter(|other| one.repository.is_some() && other.repository == one.repository);
    for sibling in siblings {
        let texts = in_folder(&sibling.folder)?;
        if !texts.is_empty() {
            return Ok(texts);
        }
    }
    bail!("{} comes without the text of its licence ({}), and so does its repository", one.id(), one.license)
}

fn in_folder(folder: &Path) -> Result<Vec<String>> {
    let entries = fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    let mut texts = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_uppercase();
        if path.is_file() && NAMES.iter().any(|known| name.contains(known)) {
            let bytes = fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?;
            texts.push(String::from_utf8_lossy(&bytes).replace("\r\n", "\n").trim().to_owned());
        }
    }
    texts.sort();
    Ok(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_stands_once_and_siblings_lend_theirs() {
        let base = std::env::temp_dir().join(format!("xtask-licenses-{}", std::process::id()));
        let repository = |name: &str| Some(format!("https://contoso.example/{name}"));
        let one = |name: &str, repository| Crate {
            name: name.into(),
            version: "1.0.0".into(),
            license: "MIT".into(),
            folder: base.join(name),
            repository,
            ..Crate::default()
        };
        let crates = [one("a", repository("x")), one("b", repository("y")), one("c", repository("x"))];
        for folder in ["a", "b", "c"] {
            fs::create_dir_all(base.join(folder)).unwrap();
        }
        fs::write(base.join("a/LICENSE-MIT"), "its own words\r\n").unwrap();
        fs::write(base.join("b/license.txt"), "its own words\n").unwrap();
        let all = text(&crates).unwrap();
        assert_eq!(all.matches("its own words").count(), 1);
        assert!(all.contains("\na 1.0.0, b 1.0.0, c 1.0.0\n"), "{all}");
        let error = text(&[one("c", None)]).unwrap_err().to_string();
        assert!(error.contains("c@1.0.0"), "{error}");
        fs::remove_dir_all(&base).unwrap();
    }
}
