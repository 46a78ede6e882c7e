//! What a request is written in, and what the client takes: `Content-Type`, `Accept`, `OData-Version`.

use http::StatusCode;
use mime::Mime;

use super::headers::outside_of_quotes;
use crate::odata::{ApiResult, ODataError};
use crate::state::Incoming;

/// A body must be JSON in UTF-8.
pub fn check_content(request: &Incoming) -> ApiResult<()> {
    let given = request.header("content-type").unwrap_or_default();
    if given.is_empty() {
        return Err(ODataError::payload(
            "",
            "A missing or empty content type header was found when trying to read a message. The content type header is \
             required.",
        ));
    }
    let media = parse(given).filter(|media| media.essence_str() == "application/json");
    let unsupported = |what: &str| {
        ODataError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "0x80048d19",
            format!("The content type '{given}' is not supported; send {what}."),
        )
    };
    let Some(media) = media else { return Err(unsupported("application/json")) };
    if media.get_param(mime::CHARSET).is_some_and(|charset| charset != mime::UTF_8) {
        return Err(unsupported("application/json in UTF-8"));
    }
    numbers_are_numbers(&media)
}

/// Refuses a reply that the client asks for and that this server does not write.
///
/// A client that accepts other types than JSON alone gets JSON all the same: so does the formatter of the service.
pub fn check_accept(request: &Incoming) -> ApiResult<()> {
    let accepted: Vec<Mime> = request
        .headers
        .get_all("accept")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| outside_of_quotes(value, &[',']))
        .filter_map(parse)
        .collect();
    let level = |media: &Mime| match media.get_param("odata.metadata").map(|level| level.as_str().to_ascii_lowercase())
    {
        None => Level::Minimal,
        Some(level) => match level.as_str() {
            "minimal" => Level::Minimal,
            "full" => Level::Other("odata.metadata=full"),
            "none" => Level::Other("odata.metadata=none"),
            _ => Level::Unknown,
        },
    };
    let json = || accepted.iter().filter(|media| media.essence_str() == "application/json");
    if let Some(name) = json().find_map(|media| if let Level::Other(name) = level(media) { Some(name) } else { None }) {
        return Err(ODataError::unsupported(name));
    }
    json().try_for_each(numbers_are_numbers)?;
    if !accepted.is_empty() && accepted.iter().all(|media| matches!(level(media), Level::Unknown)) {
        let accepted = request.header("accept").unwrap_or_default();
        return Err(ODataError::new(
            StatusCode::NOT_ACCEPTABLE,
            "",
            format!(
                "A supported MIME type could not be found that matches the acceptable MIME types for the request. The supported \
                 type 'application/json;odata.metadata=minimal' does not match '{accepted}'."
            ),
        ));
    }
    Ok(())
}

/// How much metadata a reply is to carry.
enum Level {
    Minimal,
    Other(&'static str),
    Unknown,
}

/// Refuses a version of OData that the service does not speak.
pub fn check_versions(request: &Incoming) -> ApiResult<()> {
    let wrong = |name: &str, value: &str| {
        ODataError::query(format!(
            "The value '{value}' of the header {name} is not valid: this service speaks OData 4.0."
        ))
    };
    if let Some(value) = request.header("odata-version") {
        match value.trim() {
            "4.0" => {}
            "4.01" => return Err(ODataError::unsupported("OData-Version: 4.01; it reads OData 4.0")),
            _ => return Err(wrong("OData-Version", value)),
        }
    }
    if let Some(value) = request.header("odata-maxversion")
        && version(value.trim()).is_none_or(|(major, _)| major < 4)
    {
        return Err(wrong("OData-MaxVersion", value));
    }
    Ok(())
}

/// `4.01` as its two numbers.
fn version(text: &str) -> Option<(u32, u32)> {
    let (major, minor) = text.split_once('.')?;
    let number = |text: &str| text.bytes().all(|next| next.is_ascii_digit()).then(|| text.parse().ok()).flatten();
    Some((number(major)?, number(minor)?))
}

/// White space around the parts does not count.
fn parse(text: &str) -> Option<Mime> {
    text.replace([' ', '\t'], "").parse().ok()
}

fn numbers_are_numbers(media: &Mime) -> ApiResult<()> {
    let asked = media.get_param("ieee754compatible").is_some_and(|value| value.as_str().eq_ignore_ascii_case("true"));
    if asked { Err(ODataError::unsupported("IEEE754Compatible=true: numbers as texts")) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_two_numbers() {
        assert_eq!(version("4.01"), Some((4, 1)));
        for text in ["", "4", "4.", ".0", "4.0.1", "+4.0", "4.0;NetFx"] {
            assert_eq!(version(text), None, "{text}");
        }
    }
}
