//! Cuts a `$filter` into tokens.

use super::literal::{is_time_of_day, literal};
use crate::model::Scalar;
use crate::odata::ODataError;

/// A token.
#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    /// A name or a keyword, dots included: `eq`, `fullname`, `Microsoft.Dynamics.CRM.In`.
    Name(String),
    /// A literal.
    Literal(Scalar),
    /// A value of an enumeration, `Microsoft.Dynamics.CRM.OwnershipTypes'UserOwned'`: the type's name and the value.
    Enum(String, String),
    /// One of `( ) [ ] , / = : -`.
    Symbol(char),
    /// Nothing more.
    End,
}

/// A token and where it starts, counted from 0.
#[derive(Clone, Debug, PartialEq)]
pub struct Positioned {
    /// The token.
    pub token: Token,
    /// Its first byte.
    pub position: usize,
}

/// How many tokens a filter may have.
const LONGEST: usize = 20_000;

/// The tokens of a text, an [`Token::End`] last. `alias` gives the text that a name such as `@p1` stands for.
pub fn tokens<'a>(text: &str, alias: impl Fn(&str) -> Option<&'a str>) -> Result<Vec<Positioned>, ODataError> {
    let mut list = Vec::new();
    for next in cut(text)? {
        match alias_in(&next) {
            None => list.push(next),
            Some(name) => {
                let value = alias(name)
                    .ok_or_else(|| ODataError::query(format!("The parameter alias '{name}' has no value.")))?;
                for inner in cut(value)? {
                    if alias_in(&inner).is_some() {
                        return Err(ODataError::unsupported(format!("an alias in the value of the alias '{name}'")));
                    }
                    if inner.token != Token::End {
                        list.push(Positioned { position: next.position, ..inner });
                    }
                }
            }
        }
        if list.len() > LONGEST {
            return Err(ODataError::query("The node count limit of the $filter has been exceeded."));
        }
    }
    Ok(list)
}

fn alias_in(next: &Positioned) -> Option<&str> {
    match &next.token {
        Token::Name(name) => name.starts_with('@').then_some(name),
        _ => None,
    }
}

fn cut(text: &str) -> Result<Vec<Positioned>, ODataError> {
    let mut list = Vec::new();
    let mut position = 0;
    let mut in_array = false;
    while let Some(next) = text[position..].chars().next() {
        let start = position;
        let token = match next {
            ' ' | '\t' | '\r' | '\n' => {
                position += 1;
                continue;
            }
            '(' | ')' | '[' | ']' | ',' | '/' | '=' | ':' => {
                position += 1;
                in_array = match next {
                    '[' => true,
                    ']' => false,
                    _ => in_array,
                };
                Token::Symbol(next)
            }
            '"' if in_array => json_text(text, &mut position)?,
            '\'' if in_array => array_text(text, &mut position)?,
            '\'' => quoted(text, &mut position)?,
            _ => word(text, &mut position)?,
        };
        list.push(Positioned { token, position: start });
    }
    list.push(Positioned { token: Token::End, position: text.len() });
    Ok(list)
}

/// Text in quotes; the quote itself is doubled.
fn quoted(text: &str, position: &mut usize) -> Result<Token, ODataError> {
    let start = *position;
    let mut value = String::new();
    let mut rest = text[start + 1..].char_indices().peekable();
    while let Some((offset, next)) = rest.next() {
        if next != '\'' {
            value.push(next);
        } else if rest.peek().is_some_and(|(_, following)| *following == '\'') {
            value.push('\'');
            rest.next();
        } else {
            *position = start + 1 + offset + 1;
            return Ok(Token::Literal(Scalar::Text(value.into())));
        }
    }
    Err(unterminated(text))
}

fn unterminated(text: &str) -> ODataError {
    ODataError::query(format!("There is an unterminated string literal at position {} in '{text}'.", text.len()))
}

/// Text in an array, as in `PropertyValues=["a"]`, is JSON's.
fn json_text(text: &str, position: &mut usize) -> Result<Token, ODataError> {
    let start = *position;
    let mut escaped = false;
    let end = text[start + 1..].find(|next| {
        let ends = next == '"' && !escaped;
        escaped = next == '\\' && !escaped;
        ends
    });
    let end = start + 1 + end.ok_or_else(|| unterminated(text))? + 1;
    let value: String = serde_json::from_str(&text[start..end])
        .map_err(|error| ODataError::query(format!("Invalid JSON at position {start} in '{text}': {error}.")))?;
    *position = end;
    Ok(Token::Literal(Scalar::Text(value.into())))
}

/// The service takes single quotes in an array as well, but none within them.
fn array_text(text: &str, position: &mut usize) -> Result<Token, ODataError> {
    let start = *position + 1;
    let end = start + text[start..].find('\'').ok_or_else(|| unterminated(text))?;
    if text[end + 1..].starts_with('\'') {
        return Err(ODataError::query(
            "Invalid JSON. A comma character ',' was expected in scope 'Array'. Every two elements in an array and properties \
             of an object must be separated by commas.",
        ));
    }
    *position = end + 1;
    Ok(Token::Literal(Scalar::Text(text[start..end].into())))
}

/// What the names of the service's own types start with.
const NAMESPACE: &str = "Microsoft.Dynamics.CRM.";

/// The types whose literals are text behind their name.
const TYPES: [&str; 8] = ["duration", "binary", "geography", "geometry", "datetime", "datetimeoffset", "time", "guid"];

fn word(text: &str, position: &mut usize) -> Result<Token, ODataError> {
    let start = *position;
    let belongs = |next: char| next.is_alphanumeric() || matches!(next, '_' | '.' | '-' | '+' | '$' | '@' | '*');
    let begins_number = |next: char| next.is_ascii_digit() || matches!(next, '-' | '+');
    let numeric = text[start..].starts_with(begins_number);
    // Dates contain colons, names don't.
    let length = text[start..].find(|next| !(belongs(next) || (numeric && next == ':'))).unwrap_or(text.len() - start);
    if length == 0 {
        return Err(ODataError::query(format!(
            "Syntax error: character '{}' is not valid at position {start} in '{text}'.",
            &text[start..].chars().next().unwrap_or(' ')
        )));
    }
    let word = &text[start..start + length];
    let rest = &text[start + length..];
    *position = start + length;
    if let Some(value) = literal(word) {
        return Ok(Token::Literal(value));
    }
    if matches!(word, "INF" | "-INF" | "NaN") || is_time_of_day(word) {
        return Err(ODataError::unsupported(format!("the literal '{word}' in $filter")));
    }
    if word.starts_with(NAMESPACE) && rest.starts_with('\'') {
        return match quoted(text, position)? {
            Token::Literal(Scalar::Text(value)) => Ok(Token::Enum(word.to_owned(), value.into())),
            _ => Err(unterminated(text)),
        };
    }
    if let Some(quoted) = rest.strip_prefix('\'') {
        let names_a_type = TYPES.contains(&word) || word.contains('.');
        if names_a_type && quoted.contains('\'') {
            return Err(ODataError::unsupported(format!("literals that name their type, as {word}'...', in $filter")));
        }
        let end = *position;
        return Err(ODataError::query(format!("Syntax error: no text is expected at position {end} in '{text}'.")));
    }
    if let Some(after) = word.strip_prefix('-')
        && (after.starts_with(|next: char| next.is_alphabetic() || next == '_')
            || after.is_empty() && rest.starts_with('('))
    {
        *position = start + 1;
        return Ok(Token::Symbol('-'));
    }
    if numeric {
        return Err(ODataError::query(format!(
            "Syntax error: '{word}' at position {start} in '{text}' is no literal."
        )));
    }
    Ok(Token::Name(word.to_owned()))
}
