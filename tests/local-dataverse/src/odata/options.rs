//! The query options of a URL.

use percent_encoding::percent_decode_str;

use super::error::{ApiResult, ODataError};

/// The system query options of a request, still as text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct QueryOptions {
    /// $select
    pub select: Option<Vec<String>>,
    /// $expand
    pub expand: Option<String>,
    /// $filter
    pub filter: Option<String>,
    /// $orderby: column and whether descending
    pub order_by: Vec<(String, bool)>,
    /// $top
    pub top: Option<usize>,
    /// $count
    pub count: bool,
    /// $skiptoken
    pub skip_token: Option<String>,
    /// $deltatoken
    pub delta_token: Option<String>,
    /// fetchXml
    pub fetch_xml: Option<String>,
    /// $id, of a `$ref` to be removed
    pub id: Option<String>,
    /// Values of parameters: `@p1` and what it stands for
    pub aliases: Vec<(String, String)>,
}

/// A part of a URL with its percent escapes decoded. `+` is a space in a query.
pub fn decode(text: &str, plus_is_space: bool) -> ApiResult<String> {
    let spaced = if plus_is_space { text.replace('+', " ") } else { text.to_owned() };
    match percent_decode_str(&spaced).decode_utf8() {
        Ok(decoded) => Ok(decoded.into_owned()),
        Err(_) => Err(ODataError::query(format!("The part '{text}' of the URL is not UTF-8."))),
    }
}

impl QueryOptions {
    /// Parses the part of a URL behind `?`.
    pub fn parse(query: &str) -> ApiResult<Self> {
        let mut options = Self::default();
        let mut seen = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (decode(name, true)?, decode(value, true)?);
            let is_once = name.starts_with(['$', '@']) || name.eq_ignore_ascii_case("fetchXml");
            if is_once && seen.iter().any(|other: &String| other.eq_ignore_ascii_case(&name)) {
                return Err(ODataError::query(format!(
                    "Query option '{name}' was specified more than once, but it must be specified at most once."
                )));
            }
            options.set(&name, value)?;
            seen.push(name);
        }
        Ok(options)
    }

    /// Takes one option.
    pub fn set(&mut self, name: &str, value: String) -> ApiResult<()> {
        match name {
            "$select" => {
                self.select = Some(terms(&value).map(|term| term.map(str::to_owned)).collect::<ApiResult<_>>()?);
            }
            "$expand" => self.expand = Some(value),
            "$filter" if value.trim().is_empty() => {
                return Err(ODataError::query("The value for OData query '$filter' cannot be empty."));
            }
            "$filter" => self.filter = Some(value),
            "$orderby" => self.order_by = order_by(&value)?,
            "$top" => self.top = Some(top(&value)?),
            "$count" => {
                self.count = match value.as_str() {
                    "true" => true,
                    "false" => false,
                    _ => {
                        return Err(ODataError::query(format!(
                            "Invalid value '{value}' for $count query option found. Valid values are 'true' and 'false'."
                        )));
                    }
                }
            }
            "$skiptoken" => self.skip_token = Some(value),
            "$deltatoken" => self.delta_token = Some(value),
            "$id" => self.id = Some(value),
            _ if name.eq_ignore_ascii_case("fetchXml") => self.fetch_xml = Some(value),
            "$skip" => return Err(ODataError::query("Skip Clause is not supported in CRM")),
            "$apply" | "$search" | "$compute" | "$format" | "$levels" | "savedQuery" | "userQuery" => {
                return Err(ODataError::unsupported(format!("the query option {name}")));
            }
            _ if name.starts_with('@') => self.aliases.push((name.to_owned(), value)),
            _ if name.starts_with('$') => {
                return Err(ODataError::query(format!("The query parameter '{name}' is not supported.")));
            }
            // Anything else is the client's own, and the service leaves it alone.
            _ => {}
        }
        Ok(())
    }

    /// What a parameter alias stands for.
    pub fn alias(&self, name: &str) -> Option<&str> {
        self.aliases.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The names of the options that are there.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        let all = [
            ("$select", self.select.is_some()),
            ("$expand", self.expand.is_some()),
            ("$filter", self.filter.is_some()),
            ("$orderby", !self.order_by.is_empty()),
            ("$top", self.top.is_some()),
            ("$count", self.count),
            ("$skiptoken", self.skip_token.is_some()),
            ("$deltatoken", self.delta_token.is_some()),
            ("fetchXml", self.fetch_xml.is_some()),
            ("$id", self.id.is_some()),
        ];
        all.into_iter().filter(|(_, is_there)| *is_there).map(|(name, _)| name)
    }

    /// Refuses options that make no sense where one row is asked for.
    pub fn single_row(&self) -> ApiResult<()> {
        match self.names().find(|name| !["$select", "$expand"].contains(name)) {
            None => Ok(()),
            Some(name) => Err(ODataError::query(format!(
                "The query option '{name}' can only be applied to collection resources; the request asks for one row."
            ))),
        }
    }

    /// Refuses options that can't go with change tracking.
    pub fn tracked(&self) -> ApiResult<()> {
        let present = [
            ("filter", self.filter.is_some()),
            ("orderby", !self.order_by.is_empty()),
            ("expand", self.expand.is_some()),
            ("top", self.top.is_some()),
        ];
        match present.iter().find(|(_, is_there)| *is_there) {
            None => Ok(()),
            Some((name, _)) => Err(ODataError::query(format!(
                "The \"${name}\" query parameter isn't supported when Change Tracking is enabled."
            ))),
        }
    }
}

/// The terms of a list. As the service has it, a comma may end the list, and none may stand before it or beside another.
pub fn terms(list: &str) -> impl Iterator<Item = ApiResult<&str>> {
    let trimmed = list.trim();
    let inner = trimmed.strip_suffix(',').filter(|inner| !inner.trim().is_empty()).unwrap_or(trimmed);
    let parts = (!inner.is_empty()).then(|| inner.split(','));
    parts.into_iter().flatten().map(move |term| match term.trim() {
        "" => Err(ODataError::query(format!("Syntax error: a term is missing beside a comma in '{list}'."))),
        term => Ok(term),
    })
}

/// The largest `$top`.
const MOST: usize = i32::MAX as usize;

fn top(value: &str) -> ApiResult<usize> {
    let digits = value.trim();
    let number = digits.bytes().all(|next| next.is_ascii_digit()).then(|| digits.parse::<usize>().ok()).flatten();
    if let Some(number) = number.filter(|number| *number > MOST) {
        return Err(ODataError::query(format!(
            "The limit of '{MOST}' for Top query has been exceeded. The value from the incoming request is '{number}'."
        )));
    }
    number.ok_or_else(|| {
        ODataError::query(format!(
            "Invalid value '{value}' for $top query option found. The $top query option requires a non-negative integer value."
        ))
    })
}

fn order_by(value: &str) -> ApiResult<Vec<(String, bool)>> {
    let mut columns: Vec<(String, bool)> = Vec::new();
    for part in value.split(',') {
        let words: Vec<&str> = part.split_whitespace().collect();
        columns.push(match words.as_slice() {
            [name] | [name, "asc"] => ((*name).to_owned(), false),
            [name, "desc"] => ((*name).to_owned(), true),
            _ => return Err(ODataError::query(format!("Syntax error at position 0 in '{}'.", part.trim()))),
        });
        if let Some((last, others)) = columns.split_last()
            && others.iter().any(|(name, _)| *name == last.0)
        {
            let name = &last.0;
            return Err(ODataError::query(format!(
                "Duplicate property named '{name}' is not supported in '$orderby'."
            )));
        }
    }
    Ok(columns)
}
