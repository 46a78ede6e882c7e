//! Parameters of functions: `(PrivilegeName='prvReadUser')`, `(EntityNames=@p1)` with `?@p1=["role"]`.

use crate::odata::{ApiResult, ODataError, QueryOptions};

/// The parameters of a call, as written; an alias is replaced by what it stands for.
#[derive(Debug)]
pub struct Parameters {
    function: String,
    given: Vec<(String, String)>,
}

impl Parameters {
    /// Reads what is between the parentheses. There must be a value for each expected name, and for no other.
    pub fn new(function: &str, text: &str, options: &QueryOptions, expected: &[&str]) -> ApiResult<Self> {
        let mut given = Vec::new();
        for part in split(text).into_iter().filter(|part| !part.trim().is_empty()) {
            let (name, value) = part.split_once('=').ok_or_else(|| {
                ODataError::query(format!("'{part}' is no parameter of {function}: write <name>=<value>."))
            })?;
            let (name, value) = (name.trim(), value.trim());
            if !expected.contains(&name) || given.iter().any(|(known, _)| known == name) {
                return Err(ODataError::query(format!(
                    "The function {function} has no parameter '{name}', or not twice."
                )));
            }
            let value = match value.starts_with('@') {
                false => value,
                true => options.alias(value).ok_or_else(|| {
                    ODataError::query(format!(
                        "The parameter alias {value} has no value: add {value}=... to the query."
                    ))
                })?,
            };
            given.push((name.to_owned(), value.to_owned()));
        }
        match expected.iter().find(|name| !given.iter().any(|(known, _)| known == *name)) {
            Some(name) => Err(ODataError::query(format!("The function {function} needs the parameter {name}."))),
            None => Ok(Self { function: function.to_owned(), given }),
        }
    }

    fn value(&self, name: &str) -> &str {
        self.given.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    fn wrong(&self, name: &str, what: &str) -> ODataError {
        let value = self.value(name);
        ODataError::query(format!("The parameter {name} of {} must be {what}, not {value}.", self.function))
    }

    /// A text in single quotes.
    pub fn text(&self, name: &str) -> ApiResult<String> {
        text(self.value(name)).ok_or_else(|| self.wrong(name, "a text in quotes"))
    }

    /// Texts in an array, with either kind of quotes.
    pub fn texts(&self, name: &str) -> ApiResult<Vec<String>> {
        let items = self.value(name).strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        let texts =
            items.map(|items| split(items).into_iter().filter(|item| !item.trim().is_empty()).map(text).collect());
        texts.flatten().ok_or_else(|| self.wrong(name, "an array of texts, such as [\"a\",\"b\"]"))
    }

    /// A value of an enumeration: `Microsoft.Dynamics.CRM.EndpointAccessType'Default'`.
    pub fn enumeration(&self, name: &str, kind: &str, known: &[&'static str]) -> ApiResult<&'static str> {
        let quoted = self.value(name).strip_prefix(kind).and_then(text);
        let value = quoted.and_then(|value| known.iter().find(|known| **known == value));
        let examples = known.join(", ");
        value.copied().ok_or_else(|| self.wrong(name, &format!("one of {kind}'...' with {examples}")))
    }
}

/// A text without its quotes, which are doubled within it.
fn text(value: &str) -> Option<String> {
    let value = value.trim();
    if let Some(inner) = value.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        let plain = inner.replace("''", "\u{0}");
        return (!plain.contains('\'')).then(|| plain.replace('\u{0}', "'"));
    }
    value.starts_with('"').then(|| serde_json::from_str(value).ok()).flatten()
}

/// The parts between commas that stand in no quotes and no brackets.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth, mut quote) = (Vec::new(), 0, 0_i32, None);
    for (index, next) in text.char_indices() {
        match (quote, next) {
            (Some(open), next) if open == next => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(next),
            (None, '[' | '{' | '(') => depth += 1,
            (None, ']' | '}' | ')') => depth -= 1,
            (None, ',') if depth == 0 => {
                parts.push(&text[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, query: &str, expected: &[&str]) -> ApiResult<Parameters> {
        Parameters::new("F", text, &QueryOptions::parse(query).unwrap(), expected)
    }

    #[test]
    fn parameters_are_read_in_place_and_by_alias() {
        let parameters = read("A='it''s, so',B=@p1", "@p1=[\"x,y\",'z']", &["A", "B"]).unwrap();
        assert_eq!(parameters.text("A").unwrap(), "it's, so");
        assert_eq!(parameters.texts("B").unwrap(), ["x,y", "z"]);
        assert_eq!(read("A=[]", "", &["A"]).unwrap().texts("A").unwrap(), [] as [&str; 0]);
        let kind = read("A=N.E'Two'", "", &["A"]).unwrap();
        assert_eq!(kind.enumeration("A", "N.E", &["One", "Two"]).unwrap(), "Two");
    }

    #[test]
    fn wrong_parameters_are_refused_by_name() {
        for (text, query, expected, says) in [
            ("", "", ["A"].as_slice(), "needs the parameter A"),
            ("A=1,C=2", "", &["A"], "no parameter 'C'"),
            ("A=1,A=2", "", &["A"], "or not twice"),
            ("A", "", &["A"], "<name>=<value>"),
            ("A=@p", "@q=1", &["A"], "@p has no value"),
        ] {
            let error = read(text, query, expected).unwrap_err();
            assert!(error.message.contains(says), "{text}: {}", error.message);
        }
        let parameters = read("A=1", "", &["A"]).unwrap();
        assert!(parameters.text("A").unwrap_err().message.contains("must be a text in quotes, not 1"));
        assert!(parameters.texts("A").is_err() && parameters.enumeration("A", "N.E", &["One"]).is_err());
        assert!(read("A='a'b'", "", &["A"]).unwrap().text("A").is_err());
    }
}
