//! Paging cookies: where the next page starts.
//!
//! The inner cookie is an XML element that names the last row of a page, and the first, by the ordered columns and the key. The outer one is
//! another element that holds it in an attribute, escaped twice as URLs are. FetchXML goes on with the inner one, `$skiptoken` is the outer.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use roxmltree::Document;
use uuid::Uuid;

use super::delta::DeltaToken;
use super::error::{ApiResult, ODataError};

const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A column's values in the last and in the first row of a page; `None` for null.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The column.
    pub name: String,
    /// Its value in the last row.
    pub last: Option<String>,
    /// Its value in the first row.
    pub first: Option<String>,
}

/// A key as cookies have it.
pub fn key(id: Uuid) -> String {
    format!("{{{}}}", id.to_string().to_uppercase())
}

/// Reads what [`key`] wrote.
pub fn read_key(text: &str) -> Option<Uuid> {
    Uuid::try_parse(text.trim_matches(['{', '}'])).ok()
}

/// The inner cookie of a page.
#[derive(Clone, Debug, PartialEq)]
pub struct Inner {
    /// The number of the page.
    pub page: u64,
    /// Where changes are tracked: up to where the list tells of them.
    pub token: Option<String>,
    /// The ordered columns and the key.
    pub entries: Vec<Entry>,
}

impl Inner {
    /// The cookie as XML.
    pub fn write(&self) -> String {
        let token = self.token.as_deref().map(|token| format!(" token=\"{}\"", xml(token))).unwrap_or_default();
        let mut text = format!("<cookie page=\"{}\"{token}>", self.page);
        for Entry { name, last, first } in &self.entries {
            let part = |which: &str, value: &Option<String>| match value {
                Some(value) => format!("{which}=\"{}\"", xml(value)),
                None => format!("{which}null=\"1\""),
            };
            text.push_str(&format!("<{name} {} {} />", part("last", last), part("first", first)));
        }
        text + "</cookie>"
    }

    /// Reads what [`Inner::write`] wrote.
    pub fn read(text: &str) -> Option<Self> {
        let document = Document::parse(text).ok()?;
        let root = document.root_element();
        let page = root.attribute("page").filter(|_| root.has_tag_name("cookie"))?.parse().ok()?;
        let mut entries = Vec::new();
        for node in root.children().filter(roxmltree::Node::is_element) {
            let value = |which: &str, null: &str| match node.attribute(which) {
                Some(value) => Some(Some(unxml(value))),
                None => node.has_attribute(null).then_some(None),
            };
            let name = node.tag_name().name().to_owned();
            // Nothing depends on the first row.
            let first = value("first", "firstnull").unwrap_or_default();
            entries.push(Entry { name, last: value("last", "lastnull")?, first });
        }
        Some(Self { page, token: root.attribute("token").map(unxml), entries })
    }

    /// The outer cookie: it names the page that comes next.
    pub fn outer(&self) -> String {
        let escaped = escape(&escape(&self.write()));
        let tracking = if self.token.is_some() { "True" } else { "False" };
        format!("<cookie pagenumber=\"{}\" pagingcookie=\"{escaped}\" istracking=\"{tracking}\" />", self.page + 1)
    }

    /// Reads an outer cookie. What it says twice must be the same.
    fn of_outer(text: &str) -> Option<Self> {
        let document = Document::parse(text).ok()?;
        let root = document.root_element();
        let next: u64 = root.attribute("pagenumber").filter(|_| root.has_tag_name("cookie"))?.parse().ok()?;
        let once = percent_decode_str(root.attribute("pagingcookie")?).decode_utf8().ok()?;
        let inner = Self::read(&percent_decode_str(&once).decode_utf8().ok()?)?;
        let tracks = root.attribute("istracking") == Some("True");
        Some(inner).filter(|inner| inner.page.checked_add(1) == Some(next) && inner.token.is_some() == tracks)
    }
}

/// Percent escapes in lower case, as the service writes them here.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            escaped.push(byte.into());
        } else {
            escaped.push_str(&format!("%{byte:02x}"));
        }
    }
    escaped
}

/// The place between two rows of a list of OData.
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
        let entry =
            |name: &str, value: Option<String>| Entry { name: name.to_owned(), last: value.clone(), first: value };
        let values = self.values.iter().map(|(name, value)| entry(name, value.clone()));
        let entries = values.chain([entry(key_name, Some(key(self.key)))]).collect();
        let inner = Inner { page: self.page - 1, token: self.tracking.map(|token| token.text()), entries };
        utf8_percent_encode(&inner.outer(), ESCAPED).to_string()
    }

    /// Reads what [`Cookie::write`] wrote, after the URL's own escapes are decoded.
    pub fn read(text: &str, key_name: &str) -> ApiResult<Self> {
        let malformed = || ODataError::bad_request("0x80040203", "Malformed XML in the Paging Cookie");
        let Inner { page, token, mut entries } = Inner::of_outer(text).ok_or_else(malformed)?;
        let key = entries.pop().filter(|last| last.name == key_name).and_then(|entry| read_key(&entry.last?));
        let tracking = token.as_deref().map(DeltaToken::read).transpose().map_err(|_| malformed())?;
        let values = entries.into_iter().map(|entry| (entry.name, entry.last)).collect();
        Ok(Self { page: page + 1, values, key: key.ok_or_else(malformed)?, tracking })
    }
}

/// Text as the value of an attribute. White space other than a blank would come back as one, so it is escaped; what XML can't hold at all is
/// written as .NET's XmlConvert does: `_x001F_`.
fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for (index, next) in text.char_indices() {
        match next {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' | '\n' | '\r' => escaped.push_str(&format!("&#{};", next as u32)),
            '\0'..' ' | '\u{fffe}' | '\u{ffff}' => escaped.push_str(&format!("_x{:04X}_", next as u32)),
            '_' if coded(&text[index..]).is_some() => escaped.push_str("_x005F_"),
            _ => escaped.push(next),
        }
    }
    escaped
}

/// What [`xml`] wrote, once an XML parser has read it.
fn unxml(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let (letter, length) = coded(rest).map_or((next, next.len_utf8()), |letter| (letter, "_x0000_".len()));
        plain.push(letter);
        rest = &rest[length..];
    }
    plain
}

/// The letter that `_x001F_` at the start of a text stands for.
fn coded(text: &str) -> Option<char> {
    let code = text.get(..7)?.strip_prefix("_x")?.strip_suffix('_')?;
    code.bytes()
        .all(|byte| byte.is_ascii_hexdigit())
        .then(|| u32::from_str_radix(code, 16).ok().and_then(char::from_u32))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_survives_the_way_through_a_url() {
        let cookie = Cookie {
            page: 3,
            values: vec![
                ("fullname".into(), Some("A \"<&>\" é'%20\n\t\u{1f}_x001F_ _x\u{ffff}".into())),
                ("jobtitle".into(), None),
            ],
            key: Uuid::from_u128(7),
            tracking: None,
        };
        let text = cookie.write("systemuserid");
        let decoded = percent_decode_str(&text).decode_utf8().unwrap();
        assert!(decoded.starts_with("<cookie pagenumber=\"3\" pagingcookie=\"%253ccookie%2520page%253d"), "{decoded}");
        assert!(decoded.ends_with(" istracking=\"False\" />"), "{decoded}");
        assert_eq!(Cookie::read(&decoded, "systemuserid").unwrap(), cookie);
        let tracking = DeltaToken::read("7!08/22/2017 08:10:44").ok();
        let cookie = Cookie { tracking, ..cookie };
        let text = cookie.write("systemuserid");
        let decoded = percent_decode_str(&text).decode_utf8().unwrap();
        assert!(decoded.ends_with(" istracking=\"True\" />"), "{decoded}");
        assert_eq!(Cookie::read(&decoded, "systemuserid").unwrap(), cookie);
        // Whether changes are tracked is written twice, and must be the same; so is the page.
        assert!(Cookie::read(&decoded.replace("True", "False"), "systemuserid").is_err());
        assert!(Cookie::read(&decoded.replace("pagenumber=\"3\"", "pagenumber=\"4\""), "systemuserid").is_err());
    }

    #[test]
    fn a_cookie_that_was_tampered_with_is_refused() {
        for text in ["", "<cookie", "<cookie pagenumber=\"2\" />", "<cookie pagenumber=\"2\" pagingcookie=\"x\" />"] {
            assert_eq!(Cookie::read(text, "systemuserid").unwrap_err().code, "0x80040203", "{text}");
        }
    }

    #[test]
    fn cookies_look_as_the_services_do() {
        // As in https://learn.microsoft.com/power-apps/developer/data-platform/fetchxml/page-results
        let id = |text: &str| Some(key(text.parse().unwrap()));
        let entries = [
            Entry {
                name: "fullname".into(),
                last: Some("Susanna Stubberod (sample)".into()),
                first: Some("Yvonne McKay (sample)".into()),
            },
            Entry {
                name: "contactid".into(),
                last: id("70bf4d48-34cb-ed11-b596-0022481d68cd"),
                first: id("49b0be2e-d01c-ed11-b83e-000d3a572421"),
            },
        ];
        let inner = Inner { page: 1, token: None, entries: entries.to_vec() };
        assert_eq!(
            inner.write(),
            "<cookie page=\"1\"><fullname last=\"Susanna Stubberod (sample)\" first=\"Yvonne McKay (sample)\" /><contactid \
             last=\"{70BF4D48-34CB-ED11-B596-0022481D68CD}\" first=\"{49B0BE2E-D01C-ED11-B83E-000D3A572421}\" /></cookie>"
        );
        assert_eq!(Inner::read(&inner.write()), Some(inner.clone()));
        assert_eq!(
            inner.outer(),
            "<cookie pagenumber=\"2\" pagingcookie=\"%253ccookie%2520page%253d%25221%2522%253e%253cfullname%2520last%253d\
             %2522Susanna%2520Stubberod%2520%2528sample%2529%2522%2520first%253d%2522Yvonne%2520McKay%2520%2528sample%2529\
             %2522%2520%252f%253e%253ccontactid%2520last%253d%2522%257b70BF4D48-34CB-ED11-B596-0022481D68CD%257d%2522%2520\
             first%253d%2522%257b49B0BE2E-D01C-ED11-B83E-000D3A572421%257d%2522%2520%252f%253e%253c%252fcookie%253e\" \
             istracking=\"False\" />"
        );
    }
}
