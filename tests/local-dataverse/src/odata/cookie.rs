//! The paging cookie in `$skiptoken`: where the next page starts.
//!
//! Its form is the service's: an XML element whose attribute holds another XML element, escaped twice as URLs are.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use uuid::Uuid;

use super::delta::DeltaToken;
use super::error::{ApiResult, ODataError};

const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The place between two rows of an ordered list.
#[derive(Clone, Debug, PartialEq)]
pub struct Cookie {
    /// The number of the page that starts here, from 2.
    pub page: u64,
    /// The values of the ordered columns in the last row before this place; `None` for null.
    pub values: Vec<(String, Option<String>)>,
    /// The key of that row.
    pub key: Uuid,
    /// Where changes are tracked: up to where the list tells of them, whatever happens while it is read.
    pub tracking: Option<DeltaToken>,
}

impl Cookie {
    /// The text for `$skiptoken`, escaped for a URL.
    pub fn write(&self, key_name: &str) -> String {
        let token = self.tracking.map(|token| format!(" token=\"{}\"", token.text())).unwrap_or_default();
        let mut inner = format!("<cookie page=\"{}\"{token}>", self.page - 1);
        for (name, value) in &self.values {
            match value {
                Some(value) => inner.push_str(&format!("<{name} last=\"{0}\" first=\"{0}\" />", xml(value))),
                None => inner.push_str(&format!("<{name} lastnull=\"1\" firstnull=\"1\" />")),
            }
        }
        let key = self.key.to_string().to_uppercase();
        inner.push_str(&format!("<{key_name} last=\"{{{key}}}\" first=\"{{{key}}}\" /></cookie>"));
        let once = utf8_percent_encode(&inner, ESCAPED).to_string();
        let twice = utf8_percent_encode(&once, ESCAPED);
        let tracking = if self.tracking.is_some() { "True" } else { "False" };
        let outer =
            format!("<cookie pagenumber=\"{}\" pagingcookie=\"{twice}\" istracking=\"{tracking}\" />", self.page);
        utf8_percent_encode(&outer, ESCAPED).to_string()
    }

    /// Reads what [`Cookie::write`] wrote, after the URL's own escapes are decoded.
    pub fn read(text: &str, key_name: &str) -> ApiResult<Self> {
        let malformed = || ODataError::bad_request("0x80040203", "Malformed XML in the Paging Cookie");
        let outer = attributes(text.trim().strip_prefix("<cookie").ok_or_else(malformed)?).ok_or_else(malformed)?;
        let find = |name: &str| outer.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        let page = find("pagenumber").and_then(|value| value.parse().ok()).ok_or_else(malformed)?;
        let inner = find("pagingcookie").ok_or_else(malformed)?;
        let inner = percent_decode_str(&inner).decode_utf8().map_err(|_| malformed())?;
        let inner = percent_decode_str(&inner).decode_utf8().map_err(|_| malformed())?;
        let (values, key, token) = rows(&inner, key_name).ok_or_else(malformed)?;
        let tracking = token.as_deref().map(DeltaToken::read).transpose().map_err(|_| malformed())?;
        if page < 2 || tracking.is_some() != (find("istracking").as_deref() == Some("True")) {
            return Err(malformed());
        }
        Ok(Self { page, values, key, tracking })
    }
}

type Named<T> = Vec<(String, T)>;

/// The elements inside of the inner cookie: the ordered columns, then the key; and the token among its attributes.
fn rows(text: &str, key_name: &str) -> Option<(Named<Option<String>>, Uuid, Option<String>)> {
    let (own, rest) = attributes(text.trim().strip_prefix("<cookie")?)?;
    let mut rest = rest.trim_start();
    let mut values = Vec::new();
    while !rest.starts_with("</cookie>") {
        let element = rest.strip_prefix('<')?;
        let length = element.find(char::is_whitespace)?;
        let (found, after) = attributes(&element[length..])?;
        let last = found.iter().find(|(name, _)| name == "last").map(|(_, value)| value.clone());
        if last.is_none() && !found.iter().any(|(name, _)| name == "lastnull") {
            return None;
        }
        values.push((element[..length].to_owned(), last));
        rest = after.trim_start();
    }
    let (name, key) = values.pop()?;
    if name != key_name {
        return None;
    }
    let token = own.into_iter().find(|(name, _)| name == "token").map(|(_, token)| token);
    Some((values, Uuid::try_parse(key?.trim_matches(['{', '}'])).ok()?, token))
}

/// The attributes of an element behind its name, and what follows its `>`.
fn attributes(text: &str) -> Option<(Named<String>, &str)> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    loop {
        if let Some(after) = rest.strip_prefix("/>").or_else(|| rest.strip_prefix('>')) {
            return Some((found, after));
        }
        let (name, after) = rest.split_once("=\"")?;
        let (value, after) = after.split_once('"')?;
        found.push((name.trim().to_owned(), unxml(value)));
        rest = after.trim_start();
    }
}

fn xml(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn unxml(text: &str) -> String {
    text.replace("&quot;", "\"").replace("&gt;", ">").replace("&lt;", "<").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_survives_the_way_through_a_url() {
        let cookie = Cookie {
            page: 3,
            values: vec![("fullname".into(), Some("A \"<&>\" é'%20".into())), ("jobtitle".into(), None)],
            key: Uuid::from_u128(7),
            tracking: None,
        };
        let text = cookie.write("systemuserid");
        let decoded = percent_decode_str(&text).decode_utf8().unwrap();
        assert!(decoded.starts_with("<cookie pagenumber=\"3\" pagingcookie=\"%253Ccookie"), "{decoded}");
        assert!(decoded.ends_with(" istracking=\"False\" />"), "{decoded}");
        assert_eq!(Cookie::read(&decoded, "systemuserid").unwrap(), cookie);
        let tracking = DeltaToken::read("7!08/22/2017 08:10:44").ok();
        let cookie = Cookie { tracking, ..cookie };
        let text = cookie.write("systemuserid");
        let decoded = percent_decode_str(&text).decode_utf8().unwrap();
        assert!(decoded.ends_with(" istracking=\"True\" />"), "{decoded}");
        assert_eq!(Cookie::read(&decoded, "systemuserid").unwrap(), cookie);
        // Whether changes are tracked is written twice, and must be the same.
        assert!(Cookie::read(&decoded.replace("True", "False"), "systemuserid").is_err());
    }

    #[test]
    fn a_cookie_that_was_tampered_with_is_refused() {
        for text in ["", "<cookie", "<cookie pagenumber=\"2\" />", "<cookie pagenumber=\"2\" pagingcookie=\"x\" />"] {
            assert_eq!(Cookie::read(text, "systemuserid").unwrap_err().code, "0x80040203", "{text}");
        }
    }
}
