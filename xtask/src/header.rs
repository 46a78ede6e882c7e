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

/// The functions that a header declares, sorted.
pub fn declared_functions(header: &str) -> Vec<String> {
    let code = without_comments(header);
    let mut names = Vec::new();
    for (index, _) in code.match_indices("d365_") {
        let begins = !code[..index].ends_with(is_word);
        let name: String = code[index..].chars().take_while(|&character| is_word(character)).collect();
        if begins && code[index + name.len()..].trim_start().starts_with('(') {
            names.push(name);
        }
    }
    names.sort();
    names.dedup();
    names
}

fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

fn without_comments(text: &str) -> String {
    let (mut code, mut rest) = (String::new(), text);
    while let Some(start) = rest.find('/') {
        let (before, after) = rest.split_at(start);
        code.push_str(before);
        rest = if after.starts_with("/*") {
            after.split_once("*/").map_or("", |(_, tail)| tail)
        } else if after.starts_with("//") {
            after.find('\n').map_or("", |end| &after[end..])
        } else {
            code.push('/');
            &after[1..]
        };
    }
    code + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_told_from_types_macros_and_comments() {
        let header = "/* d365_old() is gone */\n#define D365_ABI_VERSION 1\ntypedef int32_t d365_status;\n\
            // see d365_other()\nd365_status d365_user_get(const struct d365_client *client,\n  struct d365_error **error);\n\
            typedef void (*d365_callback)(int);\nuint32_t d365_abi_version(void);\n";
        assert_eq!(declared_functions(header), ["d365_abi_version", "d365_user_get"]);
    }

    #[test]
    fn a_division_and_an_open_comment_do_no_harm() {
        assert_eq!(without_comments("a / b /* c"), "a / b ");
        assert_eq!(without_comments("a // b"), "a ");
    }
}
