//! `$1` in a changeset: the row that the request with that Content-ID made or changed.

use std::borrow::Cow;

use serde_json::Value as Json;

use crate::odata::{ApiResult, ODataError, unique};

/// The rows that requests of a changeset have made so far, by Content-ID.
#[derive(Debug, Default)]
pub struct References {
    addresses: Vec<(String, String)>,
}

/// What begins with `$` in a service and is no reference.
const RESOURCES: [&str; 3] = ["metadata", "batch", "entity"];

impl References {
    /// Keeps the address of a row.
    pub fn add(&mut self, content_id: &str, address: &str) {
        self.addresses.push((content_id.to_owned(), address.to_owned()));
    }

    fn find(&self, content_id: &str) -> ApiResult<&str> {
        let found = self.addresses.iter().find(|(known, _)| known == content_id);
        found.map(|(_, address)| address.as_str()).ok_or_else(|| {
            ODataError::bad_request(
                "0x80048d19",
                format!("Content-ID Reference: '${content_id}' does not exist in the batch context."),
            )
        })
    }

    /// An address that may begin with a reference.
    pub fn in_target<'t>(&self, target: &'t str) -> ApiResult<Cow<'t, str>> {
        let Some(rest) = target.strip_prefix('$') else { return Ok(target.into()) };
        let (id, tail) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        if RESOURCES.contains(&id) {
            return Ok(target.into());
        }
        Ok(format!("{}{tail}", self.find(id)?).into())
    }

    /// A body whose `...@odata.bind` and `@odata.id` may be references; other text that looks like one is text.
    pub fn in_body<'b>(&self, body: &'b [u8]) -> ApiResult<Cow<'b, [u8]>> {
        // What is no JSON object, or has a member twice, is for the request itself to refuse.
        let Ok(Json::Object(mut members)) = unique::read(body) else { return Ok(body.into()) };
        let mut changed = false;
        for (name, value) in &mut members {
            let refers = name == "@odata.id" || name.ends_with("@odata.bind");
            let id = value.as_str().filter(|_| refers).and_then(|text| text.strip_prefix('$'));
            if let Some(id) = id {
                *value = self.find(id)?.into();
                changed = true;
            }
        }
        Ok(if changed { Json::Object(members).to_string().into_bytes().into() } else { body.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn references() -> References {
        let mut references = References::default();
        references.add("1", "http://here/api/data/v9.2/roles(a)");
        references
    }

    #[test]
    fn an_address_may_begin_with_a_reference() {
        let references = references();
        for (target, expected) in [
            ("$1", "http://here/api/data/v9.2/roles(a)"),
            ("$1/name?x=$1", "http://here/api/data/v9.2/roles(a)/name?x=$1"),
            ("roles", "roles"),
            ("$metadata", "$metadata"),
        ] {
            assert_eq!(references.in_target(target).unwrap(), expected);
        }
        for target in ["$2", "$11", "$", "$1)"] {
            let error = references.in_target(target).unwrap_err();
            assert!(error.message.contains(target) && error.status == 400, "{}", error.message);
        }
    }

    #[test]
    fn in_a_body_only_references_are_replaced() {
        let body = r#"{"jobtitle":"$1","businessunitid@odata.bind":"$1","@odata.id":"/roles(b)"}"#;
        let replaced = String::from_utf8(references().in_body(body.as_bytes()).unwrap().into_owned()).unwrap();
        assert_eq!(replaced, body.replacen("d\":\"$1\"", "d\":\"http://here/api/data/v9.2/roles(a)\"", 1));
        assert!(references().in_body(br#"{"@odata.id":"$2"}"#).is_err());
        assert_eq!(references().in_body(b"no JSON $1").unwrap(), &b"no JSON $1"[..]);
    }
}
