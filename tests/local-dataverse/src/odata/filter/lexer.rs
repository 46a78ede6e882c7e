//! Cuts a `$filter` into tokens.

use uuid::Uuid;

use crate::model::Scalar;
use crate::odata::ODataError;

/// A token.
#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    /// A name or a keyword, dots included: `eq`, `fullname`, `Microsoft.Dynamics.CRM.In`.
    Name(String),
    /// A literal.
    Literal(Scalar),
    /// One of `( ) [ ] , / = :`.
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

/// The tokens of a text, an [`Token::End`] last.
pub fn tokens(text: &str) -> Result<Vec<Positioned>, ODataError> {
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

fn word(text: &str, position: &mut usize) -> Result<Token, ODataError> {
    let start = *position;
    let belongs = |next: char| next.is_alphanumeric() || matches!(next, '_' | '.' | '-' | '+' | '$' | '@' | '*');
    let starts_with_digit = |next: char| next.is_ascii_digit() || matches!(next, '-' | '+');
    let numeric = text[start..].starts_with(starts_with_digit);
    // Dates contain colons, names don't.
    let length = text[start..].find(|next| !(belongs(next) || (numeric && next == ':'))).unwrap_or(text.len() - start);
    if length == 0 {
        return Err(ODataError::query(format!(
            "Syntax error: character '{}' is not valid at position {start} in '{text}'.",
            &text[start..].chars().next().unwrap_or(' ')
        )));
    }
    let word = &text[start..start + length];
    *position = start + length;
    if word.starts_with('@') {
        return Err(ODataError::unsupported(format!("parameter aliases ('{word}') in $filter")));
    }
    match literal(word) {
        Some(value) => Ok(Token::Literal(value)),
        None if numeric => {
            Err(ODataError::query(format!("Syntax error: '{word}' at position {start} in '{text}' is no literal.")))
        }
        None => Ok(Token::Name(word.to_owned())),
    }
}

/// A word as a literal, where it is one.
pub fn literal(word: &str) -> Option<Scalar> {
    match word {
        "null" => return Some(Scalar::Null),
        "true" => return Some(Scalar::Bool(true)),
        "false" => return Some(Scalar::Bool(false)),
        _ => {}
    }
    if word.len() == 36
        && let Ok(id) = Uuid::try_parse(word)
    {
        return Some(Scalar::Guid(id));
    }
    if !word.starts_with(|next: char| next.is_ascii_digit() || matches!(next, '-' | '+')) {
        return None;
    }
    if let Ok(number) = word.trim_end_matches(['L', 'l']).parse::<i64>() {
        return Some(Scalar::Int(number));
    }
    if let Ok(number) = word.trim_end_matches(['M', 'm', 'D', 'd', 'F', 'f']).parse::<f64>() {
        return Some(Scalar::Double(number));
    }
    date(word).map(Scalar::Date)
}

/// A date, or a date with time, in seconds since 1970.
pub fn date(text: &str) -> Option<i64> {
    if let Ok(time) = text.parse::<jiff::Timestamp>() {
        return Some(time.as_second());
    }
    if text.len() != 10 {
        return None;
    }
    let day = text.parse::<jiff::civil::Date>().ok()?;
    Some(day.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second())
}
