//! Headers of requests and replies.

use http::Method;

use crate::odata::{ApiResult, ODataError, annotations};
use crate::reply::Reply;
use crate::state::Incoming;

use super::media;

/// The content type of the API's replies.
pub const JSON: &str = "application/json; odata.metadata=minimal";

/// What the `Prefer` header asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preferences {
    /// odata.maxpagesize
    pub page_size: Option<usize>,
    /// odata.include-annotations, as sent
    pub annotations: Option<String>,
    /// odata.track-changes
    pub track_changes: bool,
    /// return=representation
    pub representation: bool,
}

impl Preferences {
    /// Reads all `Prefer` headers of a request.
    pub fn parse(request: &Incoming) -> ApiResult<Self> {
        let mut preferences = Self::default();
        for value in request.headers.get_all("prefer") {
            let value = value.to_str().map_err(|_| ODataError::query("The Prefer header is not ASCII."))?;
            for item in split(value) {
                let (name, value) = item.split_once('=').unwrap_or((item, ""));
                preferences.set(name.trim(), value.trim())?;
            }
        }
        Ok(preferences)
    }

    fn set(&mut self, name: &str, value: &str) -> ApiResult<()> {
        match name.to_ascii_lowercase().as_str() {
            "odata.maxpagesize" => {
                let size = value.parse::<usize>().ok().filter(|size| *size > 0).ok_or_else(|| {
                    ODataError::query(format!("Invalid value '{value}' for the preference odata.maxpagesize."))
                })?;
                self.page_size = Some(size);
            }
            "odata.include-annotations" => self.annotations = Some(value.trim_matches('"').to_owned()),
            "return" => self.representation = value == "representation",
            "odata.track-changes" => self.track_changes = true,
            "respond-async" => {
                return Err(ODataError::unsupported(format!("the preference {name}")));
            }
            // The standard says that preferences that are not known are left alone.
            _ => {}
        }
        Ok(())
    }

    /// Whether annotations of values are asked for.
    pub fn annotate(&self) -> bool {
        [annotations::FORMATTED, annotations::NAVIGATION, annotations::TABLE].into_iter().any(|name| self.wants(name))
    }

    /// Whether an annotation is asked for: by its name, by the start of it and `*`, and not taken out by a minus.
    pub fn wants(&self, annotation: &str) -> bool {
        let names = |pattern: &str| match pattern.strip_suffix('*') {
            Some(start) => annotation.starts_with(start),
            None => annotation == pattern,
        };
        let mut patterns = self.annotations.as_deref().unwrap_or_default().split(',').map(str::trim);
        let mut is_wanted = false;
        patterns.all(|pattern| match pattern.strip_prefix('-') {
            Some(unwanted) => !names(unwanted),
            None => {
                is_wanted |= names(pattern);
                true
            }
        }) && is_wanted
    }

    /// The preferences that a reply honours, for `Preference-Applied`.
    pub fn applied(&self, list: bool) -> Option<String> {
        let mut applied = Vec::new();
        if let (Some(size), true) = (self.page_size, list) {
            applied.push(format!("odata.maxpagesize={size}"));
        }
        if self.track_changes && list {
            applied.push("odata.track-changes".to_owned());
        }
        if let Some(annotations) = &self.annotations {
            applied.push(format!("odata.include-annotations=\"{annotations}\""));
        }
        if self.representation && !list {
            applied.push("return=representation".to_owned());
        }
        (!applied.is_empty()).then(|| applied.join(","))
    }
}

/// The items of a `Prefer` header, cut at commas outside of quotes.
fn split(value: &str) -> impl Iterator<Item = &str> {
    outside_of_quotes(value, &[',', ';'])
}

/// The items of a header that stand between separators outside of quotes.
pub fn outside_of_quotes<'v>(value: &'v str, separators: &'static [char]) -> impl Iterator<Item = &'v str> {
    let mut quoted = false;
    let items = value.split(move |next| {
        quoted ^= next == '"';
        separators.contains(&next) && !quoted
    });
    items.map(str::trim).filter(|item| !item.is_empty())
}

/// Whether a batch is to go on after a part that failed.
pub fn continues_on_error(request: &Incoming) -> bool {
    let values = request.headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
    values.flat_map(split).any(|item| {
        let (name, value) = item.split_once('=').unwrap_or((item, ""));
        name.trim().eq_ignore_ascii_case("odata.continue-on-error") && !value.trim().eq_ignore_ascii_case("false")
    })
}

/// Headers that have one value, or are not there.
const SINGLE: [&str; 6] =
    ["content-type", "content-encoding", "odata-version", "odata-maxversion", "callerobjectid", "mscrmcallerid"];

/// Refuses headers that are wrong in themselves, of a batch too.
pub fn check_form(request: &Incoming) -> ApiResult<()> {
    let count = |name: &&&str| request.headers.get_all(**name).iter().count();
    if let Some(name) = SINGLE.iter().find(|name| count(name) > 1) {
        return Err(ODataError::query(format!(
            "The header {name} may be there once only, and this request has it twice."
        )));
    }
    media::check_versions(request)?;
    if request.header("content-encoding").is_some_and(|encoding| encoding != "identity") {
        return Err(ODataError::unsupported("compressed request bodies"));
    }
    Ok(())
}

/// Refuses headers that ask for what this server does not do.
pub fn check(request: &Incoming) -> ApiResult<()> {
    check_form(request)?;
    media::check_accept(request)?;
    let writes = request.method == Method::POST || request.method == Method::PATCH || request.method == Method::PUT;
    if writes && !request.body.is_empty() { media::check_content(request) } else { Ok(()) }
}

/// The ETags of an `If-Match` or `If-None-Match` header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// No condition.
    None,
    /// `*`
    Any,
    /// These versions; a tag that is none of the service's never matches.
    Versions(Vec<Option<u64>>),
}

/// Reads a condition; the text `null`, which some clients send, is none.
pub fn condition(request: &Incoming, name: &str) -> Condition {
    let values = request.headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    let tags: Vec<&str> = values.flat_map(|value| outside_of_quotes(value, &[','])).collect();
    match tags.as_slice() {
        [] | ["null"] => Condition::None,
        ["*"] => Condition::Any,
        tags => Condition::Versions(tags.iter().copied().map(version).collect()),
    }
}

/// The version in an ETag of the service's: a number in quotes.
fn version(tag: &str) -> Option<u64> {
    let opaque = tag.strip_prefix("W/").unwrap_or(tag).strip_prefix('"')?.strip_suffix('"')?;
    opaque.bytes().all(|next| next.is_ascii_digit()).then(|| opaque.parse().ok()).flatten()
}

impl Condition {
    /// Whether a row of this version meets the condition.
    pub fn matches(&self, row: u64) -> bool {
        match self {
            Condition::None => false,
            Condition::Any => true,
            Condition::Versions(versions) => versions.contains(&Some(row)),
        }
    }
}

/// Adds what every reply of the API has.
pub fn common(request: &Incoming, reply: Reply) -> Reply {
    let id = request.id.to_string();
    reply
        .header("odata-version", "4.0")
        .header("cache-control", "no-cache")
        .header("req_id", &id)
        .header("x-ms-service-request-id", format!("{id},{id}"))
        .header("x-ms-dop-hint", "4")
        .header("x-source", "local-dataverse")
}

/// Adds what every reply within a batch has.
pub fn within_batch(request: &Incoming, reply: Reply) -> Reply {
    reply.header("odata-version", "4.0").header("req_id", request.id.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn preferences_are_cut_at_commas_outside_of_quotes() {
        let items: Vec<&str> =
            split("odata.maxpagesize=2, odata.include-annotations=\"a,b\" , return=representation").collect();
        assert_eq!(items, ["odata.maxpagesize=2", "odata.include-annotations=\"a,b\"", "return=representation"]);
    }

    #[test]
    fn annotations_are_asked_for_by_name_by_pattern_and_not_with_a_minus() {
        for (list, expected) in [
            ("*", [true, true]),
            ("", [false, false]),
            ("OData.Community.Display.V1.FormattedValue", [true, false]),
            ("OData.Community.*, display.x", [true, false]),
            ("Microsoft.Dynamics.CRM.morerecords,OData.Community.Display.V1.FormattedValue", [true, true]),
            ("*,-OData.Community.Display.V1.FormattedValue", [false, true]),
            ("-Microsoft.Dynamics.CRM.*,*", [true, false]),
        ] {
            let preferences = Preferences { annotations: Some(list.to_owned()), ..Preferences::default() };
            let wants =
                [annotations::FORMATTED, "Microsoft.Dynamics.CRM.morerecords"].map(|name| preferences.wants(name));
            assert_eq!(wants, expected, "{list}");
        }
        assert!(!Preferences::default().wants(annotations::FORMATTED));
    }

    #[test]
    fn etags_are_read_weak_or_strong() {
        assert_eq!(version("W/\"12\""), Some(12));
        assert_eq!(version("\"12\""), Some(12));
        for tag in ["W/\"x\"", "12", "\"12", "W/12", "\"+12\"", "\"\""] {
            assert_eq!(version(tag), None, "{tag}");
        }
    }
}
