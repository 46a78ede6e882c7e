//! The functions that the C header declares, with their parameters.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::header;
use crate::project::Project;

/// A function of the header.
#[derive(Debug, PartialEq, Eq)]
pub struct Function {
    /// The type of what it returns, such as `d365_status`.
    pub result: String,
    /// Its name.
    pub name: String,
    /// Its parameters, in order.
    pub parameters: Vec<Parameter>,
}

/// A parameter of a function.
#[derive(Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its type, with the stars at its end: `const char *`, `d365_error **`.
    pub kind: String,
    /// Its name.
    pub name: String,
}

/// The functions of the project's header.
pub fn of(project: &Project) -> Result<Vec<Function>> {
    let path = header::path(project);
    functions(&fs::read_to_string(&path).with_context(|| format!("{} can't be read", path.display()))?)
}

/// All functions, in the header's order.
pub fn functions(header: &str) -> Result<Vec<Function>> {
    let code: String = without_comments(header)
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .collect::<Vec<_>>()
        .join(" ");
    let mut functions = Vec::new();
    // A declaration lies between two semicolons, or behind the brace of `extern "C"`.
    for declaration in code.split([';', '{', '}']) {
        let Some((head, rest)) = declaration.split_once('(') else { continue };
        let (result, name) = typed(head);
        // A typedef of a function has its name in brackets of their own.
        if !name.starts_with("d365_") || head.contains("typedef") {
            continue;
        }
        let list = rest.trim_end().strip_suffix(')').with_context(|| format!("{name} has no end of its parameters"))?;
        let parameters = list.split(',').map(str::trim).filter(|one| *one != "void").map(parameter);
        functions.push(Function { result, name, parameters: parameters.collect::<Result<_>>()? });
    }
    Ok(functions)
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

fn parameter(text: &str) -> Result<Parameter> {
    let (kind, name) = typed(text);
    if kind.is_empty() || name.is_empty() {
        bail!("'{text}' is no parameter with a type and a name");
    }
    Ok(Parameter { kind, name })
}

/// Type and name of `const char *name`.
fn typed(text: &str) -> (String, String) {
    let text = text.trim();
    let start =
        text.rfind(|character: char| !character.is_ascii_alphanumeric() && character != '_').map_or(0, |at| at + 1);
    (text[..start].split_whitespace().collect::<Vec<_>>().join(" "), text[start..].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_read_with_their_parameters() {
        let header = "/* d365_old() is gone */\n#define D365_ABI_VERSION 1\ntypedef void (*d365_callback)(void *user_data);\n#ifdef __cplusplus\nextern \"C\" {\n#endif // __cplusplus\n\
            // d365_not_this(one);\nd365_status d365_get(const d365_client *client,\n   size_t body_len,\n   d365_error **error);\n\
            const char *d365_version(void);\n";
        let of = |kind: &str, name: &str| Parameter { kind: kind.into(), name: name.into() };
        let get = Function {
            result: "d365_status".into(),
            name: "d365_get".into(),
            parameters: vec![
                of("const d365_client *", "client"),
                of("size_t", "body_len"),
                of("d365_error **", "error"),
            ],
        };
        let version = Function { result: "const char *".into(), name: "d365_version".into(), parameters: Vec::new() };
        assert_eq!(functions(header).unwrap(), [get, version]);
    }

    #[test]
    fn a_division_and_an_open_comment_do_no_harm() {
        assert_eq!(without_comments("a / b /* c"), "a / b ");
        assert_eq!(without_comments("a // b"), "a ");
    }
}
