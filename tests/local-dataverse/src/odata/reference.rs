//! References to rows in bodies and URLs: `https://host/api/data/v9.1/roles(...)`, `/roles(...)`, `roles(...)`.

use uuid::Uuid;

use super::key::Key;
use crate::model::Set;

/// The versions of the API.
pub const VERSIONS: [&str; 3] = ["v9.0", "v9.1", "v9.2"];

/// The entity set and the key that a reference names. `origin` is where absolute references must point to.
///
/// The error is a sentence that says what is wrong.
pub fn parse<'a>(text: &'a str, origin: &str, must_be_absolute: bool) -> Result<(&'a str, Key), String> {
    let is_absolute = text.starts_with("http://") || text.starts_with("https://");
    if must_be_absolute && !is_absolute {
        return Err(format!(
            "A relative URI value '{text}' was specified in the data to read, but an absolute one is needed, such as \
             '{origin}/api/data/v9.2/roles(00000000-0000-0000-0000-000000000000)'."
        ));
    }
    let path = if is_absolute {
        text.get(..origin.len())
            .filter(|start| start.eq_ignore_ascii_case(origin))
            .and_then(|_| below_version(&text[origin.len()..]))
            .ok_or_else(|| format!("The URI '{text}' is not one of this service, '{origin}/api/data/v9.x/'."))?
    } else {
        below_version(text).unwrap_or_else(|| text.strip_prefix('/').unwrap_or(text))
    };
    let invalid = || format!("The URI '{text}' does not name a row: <entity set>(<id>) is needed.");
    let (set, key) = path.split_once('(').ok_or_else(invalid)?;
    let key = key.strip_suffix(')').ok_or_else(invalid)?;
    let wrong = |reason: &str| format!("The URI '{text}' does not name a row: {reason}");
    let key = match Set::of_name(set) {
        Some(held) => Key::read(held, key, |_| None).map_err(|error| wrong(&error.message))?,
        // A table that is not here: its name says so to whoever expects another.
        None => Key::Id(Uuid::try_parse(key).map_err(|_| wrong(&format!("'{key}' is no GUID.")))?),
    };
    Ok((set, key))
}

/// What stands behind the version in a path of the API.
fn below_version(path: &str) -> Option<&str> {
    VERSIONS.iter().find_map(|version| path.strip_prefix("/api/data/")?.strip_prefix(version)?.strip_prefix('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORIGIN: &str = "http://127.0.0.1:1";
    const ID: &str = "a0000003-0000-4000-8000-000000000002";

    #[test]
    fn all_three_forms_name_the_row() {
        let id: Uuid = ID.parse().unwrap();
        for text in [
            format!("{ORIGIN}/api/data/v9.1/roles({ID})"),
            format!("/api/data/v9.2/roles({ID})"),
            format!("/roles({ID})"),
            format!("roles({ID})"),
        ] {
            assert_eq!(parse(&text, ORIGIN, false), Ok(("roles", Key::Id(id))), "{text}");
        }
    }

    #[test]
    fn what_names_no_row_is_refused() {
        for text in [
            format!("{ORIGIN}/api/data/v9.7/roles({ID})"),
            format!("{ORIGIN}/api/data/v9.2/roles({ID})/name"),
            format!("/roles({ID})?x"),
        ] {
            assert!(parse(&text, ORIGIN, false).is_err(), "{text}");
        }
        for text in ["roles", "roles()", "roles(x)", "http://elsewhere/api/data/v9.1/roles(x)", ""] {
            assert!(parse(text, ORIGIN, false).is_err(), "{text}");
        }
        assert!(parse(&format!("roles({ID})"), ORIGIN, true).unwrap_err().contains("absolute"));
    }
}
