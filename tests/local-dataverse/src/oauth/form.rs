//! The form that a token request carries.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;

use super::failure::Failure;
use crate::state::Incoming;

/// The fields of a form. An empty field counts as none, as in the service.
#[derive(Default)]
pub struct Form(Vec<(String, String)>);

/// Names only: the values are secrets.
impl std::fmt::Debug for Form {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

impl Form {
    /// Reads the body; one of another content type has no fields.
    pub fn parse(request: &Incoming) -> Result<Self, Failure> {
        let content_type = request.header("content-type").and_then(|value| value.split(';').next()).unwrap_or_default();
        if !content_type.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Ok(Self::default());
        }
        let body = std::str::from_utf8(&request.body).map_err(|_| Failure::malformed())?;
        let mut fields: Vec<(String, String)> = Vec::new();
        for pair in body.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (decode(name)?, decode(value)?);
            if fields.iter().any(|(field, _)| *field == name) {
                return Err(Failure::duplicated(&name));
            }
            fields.push((name, value));
        }
        Ok(Self(fields))
    }

    /// A field's value.
    pub fn get(&self, name: &str) -> Option<&str> {
        let field = self.0.iter().find(|(field, _)| field == name);
        field.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// A field's value, which must be there.
    pub fn required(&self, name: &str) -> Result<&str, Failure> {
        self.get(name).ok_or_else(|| Failure::missing(name))
    }
}

/// Client id and secret of an `Authorization: Basic` header, each encoded as a form's field is.
pub fn basic(request: &Incoming) -> Result<Option<(String, String)>, Failure> {
    let Some((scheme, encoded)) = request.header("authorization").and_then(|value| value.split_once(' ')) else {
        return Ok(None);
    };
    if !scheme.eq_ignore_ascii_case("basic") {
        return Ok(None);
    }
    let bytes = STANDARD.decode(encoded.trim()).map_err(|_| Failure::malformed())?;
    let text = String::from_utf8(bytes).map_err(|_| Failure::malformed())?;
    let (client, secret) = text.split_once(':').ok_or_else(Failure::malformed)?;
    Ok(Some((decode(client)?, decode(secret)?)))
}

/// A name or a value; a `%` that no two hexadecimal digits follow is an error.
fn decode(text: &str) -> Result<String, Failure> {
    let escapes = text.split('%').skip(1);
    for escape in escapes {
        if escape.len() < 2 || !escape.as_bytes()[..2].iter().all(u8::is_ascii_hexdigit) {
            return Err(Failure::malformed());
        }
    }
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().map(Into::into).map_err(|_| Failure::malformed())
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{HeaderMap, HeaderValue, Method};
    use uuid::Uuid;

    use super::*;

    fn request(name: &'static str, value: &str, body: &'static [u8]) -> Incoming {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::try_from(value).unwrap());
        Incoming {
            path: String::new(),
            query: String::new(),
            method: Method::POST,
            headers,
            body: Bytes::from_static(body),
            id: Uuid::nil(),
            secure: false,
        }
    }

    fn form(body: &'static [u8]) -> Result<Form, Failure> {
        Form::parse(&request("content-type", "application/x-www-form-urlencoded; charset=utf-8", body))
    }

    #[test]
    fn fields_are_decoded() {
        let form = form(b"a=b+c%2B&&empty=&flag&t=x=y").unwrap();
        assert_eq!(form.get("a"), Some("b c+"));
        assert_eq!(form.get("t"), Some("x=y"));
        for absent in ["empty", "flag", "A"] {
            assert_eq!(form.get(absent), None, "{absent}");
        }
        assert_eq!(form.required("empty"), Err(Failure::missing("empty")));
    }

    #[test]
    fn values_are_not_shown() {
        let form = form(b"client_secret=hush").unwrap();
        assert_eq!(format!("{form:?}"), "[\"client_secret\"]");
    }

    #[test]
    fn a_field_that_is_there_twice_or_badly_encoded_is_refused() {
        assert_eq!(form(b"a=1&a=2").unwrap_err(), Failure::duplicated("a"));
        for bad in [b"a=%".as_slice(), b"a=%2", b"a=%zz", b"%g0=a", b"a=%ff", b"a=\xff"] {
            assert_eq!(form(bad).unwrap_err(), Failure::malformed(), "{bad:?}");
        }
    }

    #[test]
    fn a_body_of_another_type_has_no_fields() {
        let form = Form::parse(&request("content-type", "application/json", b"a=1")).unwrap();
        assert_eq!(form.get("a"), None);
    }

    #[test]
    fn basic_credentials_are_read_or_refused() {
        let header = |value: &str| basic(&request("authorization", value, b""));
        let encoded = |text: &str| format!("Basic {}", STANDARD.encode(text));
        let pair = Some(("me".to_owned(), "a:b c%".to_owned()));
        assert_eq!(header(&encoded("me:a:b+c%25")), Ok(pair));
        assert_eq!(header("Bearer abc"), Ok(None));
        for bad in ["Basic ***".to_owned(), encoded("no colon"), encoded("a:%")] {
            assert_eq!(header(&bad), Err(Failure::malformed()), "{bad}");
        }
    }
}
