//! `$expand`: related rows within a row.

use super::error::{ApiResult, ODataError};
use super::json;
use super::list::{List, PAGE_LIMIT};
use super::options::QueryOptions;
use super::select::Selection;
use crate::model::{Collection, Entity, Kind, Set, Target, Value, with_set};
use crate::store::{Rows, Store};

/// The service expands no more than this many properties in one request.
const MOST: usize = 15;

/// One property that is expanded.
#[derive(Debug)]
pub enum Expansion {
    /// The row that a lookup column refers to.
    One(usize, Set, String, Selection),
    /// The rows of a collection.
    Many(Collection, Box<List>, Link),
}

/// Where the next page of a collection is.
#[derive(Debug)]
pub struct Link {
    /// The address of the API, with a slash at its end.
    base: String,
    /// The query options of the collection, as in a URL.
    query: String,
}

/// One property of the text of `$expand`, with its own options.
pub struct Part {
    /// The property.
    pub name: String,
    /// Its options.
    pub options: QueryOptions,
    /// The same as in a URL.
    query: String,
}

/// The expansions that `$expand` asks for, of rows of `T`.
pub fn parse<T: Entity>(text: &str, annotate: bool, base: &str) -> ApiResult<Vec<Expansion>> {
    parts(text)?.into_iter().map(|part| expansion::<T>(part, annotate, base)).collect()
}

/// The properties that a text of `$expand` names.
pub fn parts(text: &str) -> ApiResult<Vec<Part>> {
    let mut parts = split(text, ',')?;
    // The service takes a comma at the end.
    if parts.len() > 1 && parts.last().is_some_and(|last| last.trim().is_empty()) {
        parts.pop();
    }
    if parts.len() > MOST {
        return Err(ODataError::query(format!(
            "The number of $expand options is {}, above the maximum of {MOST}.",
            parts.len()
        )));
    }
    let parts: Vec<Part> = parts.into_iter().map(part_of).collect::<ApiResult<_>>()?;
    for (place, part) in parts.iter().enumerate() {
        if parts[..place].iter().any(|other| other.name == part.name) {
            return Err(ODataError::query(format!("The property '{}' is in $expand more than once.", part.name)));
        }
    }
    Ok(parts)
}

fn expansion<T: Entity>(part: Part, annotate: bool, base: &str) -> ApiResult<Expansion> {
    let schema = T::schema();
    if part.name == "*" || part.name.contains('/') {
        return Err(ODataError::unsupported(format!("'{}' in $expand", part.name)));
    }
    if let Some(collection) = Collection::of::<T>(&part.name) {
        let link = Link { base: format!("{base}{}", schema.entity_set), query: part.query };
        return link.many(collection, &part.options, annotate);
    }
    let column =
        schema.navigation(&part.name).ok_or_else(|| ODataError::no_property(&part.name, schema.logical_name))?;
    let Kind::Lookup(target, _) = schema.columns[column].kind else {
        return Err(ODataError::no_property(&part.name, schema.logical_name));
    };
    part.options.single_row()?;
    let select = part.options.select.as_deref();
    let Target::Held(set) = target else {
        let table = target.logical_name();
        return Err(ODataError::unsupported(format!("the table '{table}' in $expand")));
    };
    let selection = with_set!(set, Row => Selection::new::<Row>(select, annotate))?;
    Ok(Expansion::One(column, set, part.name, selection))
}

impl Link {
    fn many(self, collection: Collection, options: &QueryOptions, annotate: bool) -> ApiResult<Expansion> {
        let list = with_set!(collection.target(), Row => List::new::<Row>(options, PAGE_LIMIT, annotate, &self.base))?;
        Ok(Expansion::Many(collection, Box::new(list), self))
    }
}

impl Expansion {
    /// What `@odata.context` names.
    pub fn context(&self) -> String {
        match self {
            Expansion::One(_, _, name, selection) => format!("{name}{}", parenthesized(selection.context())),
            Expansion::Many(collection, list, _) => {
                format!("{}{}", collection.name(), parenthesized(list.selection.context()))
            }
        }
    }

    /// Appends the property, with a comma before it.
    pub fn write<T: Entity>(&self, out: &mut Vec<u8>, row: &T, store: &Store) {
        match self {
            Expansion::One(column, set, name, selection) => {
                name_of(out, name);
                let Value::Guid(id) = row.value(*column) else { return out.extend_from_slice(b"null") };
                with_set!(*set, Row => object(out, Row::table(store).get(id).map(|row| &**row), selection, store));
            }
            Expansion::Many(collection, list, link) => {
                let rows = store.related(*collection, row.id());
                let name = collection.name();
                name_of(out, name);
                let next = with_set!(collection.target(), Row => array::<Row>(out, list, rows, store));
                if let Some(cookie) = next {
                    name_of(out, &format!("{name}@odata.nextLink"));
                    let separator = if link.query.is_empty() { "" } else { "&" };
                    let address =
                        format!("{}({})/{name}?{}{separator}$skiptoken={cookie}", link.base, row.id(), link.query);
                    json::write_text(out, &address);
                }
            }
        }
    }
}

/// Appends a page of a collection; what is told is where the next one starts.
fn array<R: Entity>(out: &mut Vec<u8>, list: &List, rows: Rows<'_>, store: &Store) -> Option<String> {
    let page = list.page::<R>(rows, store);
    out.push(b'[');
    list.selection.write_all(out, &page.rows, store);
    out.push(b']');
    page.next
}

fn parenthesized(context: &str) -> &str {
    if context.is_empty() { "()" } else { context }
}

fn name_of(out: &mut Vec<u8>, name: &str) {
    out.push(b',');
    json::write_text(out, name);
    out.push(b':');
}

fn object<R: Entity>(out: &mut Vec<u8>, row: Option<&R>, selection: &Selection, store: &Store) {
    let Some(row) = row else { return out.extend_from_slice(b"null") };
    out.push(b'{');
    selection.write(out, row, store);
    out.push(b'}');
}

/// `name` or `name($select=a,b;$filter=c eq 'd')`, percent escapes already decoded.
fn part_of(text: &str) -> ApiResult<Part> {
    let text = text.trim();
    let syntax = || ODataError::query(format!("Syntax error in '{text}' of $expand."));
    let Some((name, inner)) = text.split_once('(') else {
        if text.is_empty() || text.contains(')') {
            return Err(syntax());
        }
        return Ok(Part { name: text.to_owned(), options: QueryOptions::default(), query: String::new() });
    };
    let inner = inner.strip_suffix(')').ok_or_else(syntax)?;
    let mut options = QueryOptions::default();
    let mut pairs = Vec::new();
    for pair in split(inner, ';')? {
        let (option, value) = pair.trim().split_once('=').ok_or_else(syntax)?;
        if !["$select", "$filter", "$orderby", "$top"].contains(&option) {
            let known = ["$expand", "$levels", "$count", "$skip", "$search", "$compute", "$apply"].contains(&option);
            return Err(if known {
                ODataError::unsupported(format!("the option {option} inside $expand"))
            } else {
                ODataError::query(format!("The query parameter '{option}' is not supported inside $expand."))
            });
        }
        if pairs.iter().any(|(known, _)| *known == option) {
            return Err(ODataError::query(format!("The option '{option}' is in '{text}' of $expand more than once.")));
        }
        options.set(option, value.to_owned())?;
        let escaped = percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC);
        pairs.push((option, format!("{option}={escaped}")));
    }
    let pairs: Vec<String> = pairs.into_iter().map(|(_, pair)| pair).collect();
    Ok(Part { name: name.trim().to_owned(), options, query: pairs.join("&") })
}

/// Splits at a character outside of parentheses and quotes.
fn split(text: &str, at: char) -> ApiResult<Vec<&str>> {
    let (mut parts, mut start, mut depth, mut quoted) = (Vec::new(), 0, 0_usize, false);
    for (index, character) in text.char_indices() {
        match character {
            '\'' => quoted = !quoted,
            _ if quoted => {}
            '(' => depth += 1,
            ')' => {
                depth = depth
                    .checked_sub(1)
                    .ok_or_else(|| ODataError::query(format!("Syntax error in '{text}' of $expand.")))?;
            }
            _ if character == at && depth == 0 => {
                parts.push(&text[start..index]);
                start = index + character.len_utf8();
            }
            _ => {}
        }
    }
    if depth > 0 || quoted {
        return Err(ODataError::query(format!("Syntax error in '{text}' of $expand.")));
    }
    parts.push(&text[start..]);
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_split_outside_of_parentheses_and_quotes() {
        assert_eq!(split("a,b($select=c,d),e", ',').unwrap(), ["a", "b($select=c,d)", "e"]);
        assert_eq!(split("$filter=x eq 'a;b(''';$top=1", ';').unwrap(), ["$filter=x eq 'a;b('''", "$top=1"]);
        for text in ["a(", "a)", "'a"] {
            assert!(split(text, ',').is_err(), "{text}");
        }
    }
}
