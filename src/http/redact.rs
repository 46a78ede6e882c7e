//! Takes secrets out of replies: a server, or a proxy in its place, may send back what it was sent, and its words end up in
//! errors and logs.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use reqwest::header::{HeaderMap, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use url::form_urlencoded;
use zeroize::Zeroizing;

/// What stands in a text in the place of a secret.
const REDACTED: &str = "[secret]";

/// A shorter secret would be found in words that have nothing to do with it. (Secrets of Entra have 40 characters.)
const SHORTEST: usize = 8;

/// A part of a token that is at least so long is looked for on its own.
const SHORTEST_PART: usize = 16;

/// Finds secrets in the forms in which a server could send them back.
pub(super) struct Redactor {
    /// Found as they are, and however percent-encoding, forms and JSON escape them.
    escaped: Vec<Zeroizing<String>>,
    /// Found as they are: what base64 makes of the secrets.
    encoded: Vec<Zeroizing<String>>,
}

impl Redactor {
    /// Looks for these secrets.
    pub(super) fn new<'a>(secrets: impl IntoIterator<Item = &'a SecretString>) -> Self {
        let (mut escaped, mut encoded) = (Vec::new(), Vec::new());
        for secret in secrets {
            let secret = secret.expose_secret();
            if secret.len() < SHORTEST {
                continue;
            }
            escaped.push(owned(secret));
            // The parts of a JWT: header, claims, signature.
            escaped.extend(secret.split('.').filter(|part| part.len() >= SHORTEST_PART && *part != secret).map(owned));
            add_base64(&mut encoded, secret);
            let form = Zeroizing::new(form_urlencoded::byte_serialize(secret.as_bytes()).collect::<String>());
            add_base64(&mut encoded, &form);
        }
        // The whole before its parts.
        escaped.sort_by_key(|needle| std::cmp::Reverse(needle.len()));
        Redactor { escaped, encoded }
    }

    /// Takes the secrets out of header values.
    pub(super) fn headers(&self, headers: &mut HeaderMap) {
        for value in headers.values_mut() {
            if let Some(text) = self.clean(value.as_bytes()) {
                *value = HeaderValue::from_bytes(&text).unwrap_or(HeaderValue::from_static(REDACTED));
            }
        }
    }

    /// Takes the secrets out of a body.
    pub(super) fn body(&self, body: &mut Vec<u8>) {
        if let Some(text) = self.clean(body) {
            *body = text;
        }
    }

    fn clean(&self, text: &[u8]) -> Option<Vec<u8>> {
        let mut cleaned: Option<Vec<u8>> = None;
        let escaped = self.escaped.iter().map(|needle| (needle, true));
        for (needle, is_escaped) in escaped.chain(self.encoded.iter().map(|needle| (needle, false))) {
            let current = cleaned.as_deref().unwrap_or(text);
            let found = if is_escaped {
                replaced(current, needle.as_bytes(), escaped_at)
            } else {
                replaced(current, needle.as_bytes(), plain_at)
            };
            if let Some(next) = found {
                cleaned = Some(next);
            }
        }
        cleaned
    }
}

/// A text without `needle`; none where it is not in there. `at` tells how many bytes of a text the needle is that it begins with.
fn replaced(text: &[u8], needle: &[u8], at: impl Fn(&[u8], &[u8]) -> Option<usize>) -> Option<Vec<u8>> {
    let mut clean: Option<Vec<u8>> = None;
    let (mut kept, mut position) = (0, 0);
    while position < text.len() {
        let Some(length) = at(&text[position..], needle) else {
            position += 1;
            continue;
        };
        let clean = clean.get_or_insert_default();
        clean.extend_from_slice(&text[kept..position]);
        clean.extend_from_slice(REDACTED.as_bytes());
        position += length;
        kept = position;
    }
    clean.map(|mut clean| {
        clean.extend_from_slice(&text[kept..]);
        clean
    })
}

fn plain_at(text: &[u8], needle: &[u8]) -> Option<usize> {
    text.starts_with(needle).then_some(needle.len())
}

/// The length of `needle` at the start of a text, where each of its bytes may be escaped as addresses, forms or JSON do it.
fn escaped_at(text: &[u8], needle: &[u8]) -> Option<usize> {
    if text.starts_with(needle) {
        return Some(needle.len());
    }
    let mut at = 0;
    for byte in needle {
        at += escape_of(*byte, text.get(at..)?)?;
    }
    Some(at)
}

/// How many bytes at the start of a text stand for this one.
fn escape_of(byte: u8, text: &[u8]) -> Option<usize> {
    let hexadecimal = |digits: &[u8]| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok();
    match text {
        [b'%', high, low, ..] if hexadecimal(&[*high, *low]) == Some(byte) => Some(3),
        [b'\\', b'u', b'0', b'0', high, low, ..] if hexadecimal(&[*high, *low]) == Some(byte) => Some(6),
        [b'\\', escaped, ..] if *escaped == byte => Some(2),
        [b'+', ..] if byte == b' ' => Some(1),
        [plain, ..] if *plain == byte => Some(1),
        _ => None,
    }
}

/// What base64 makes of a text, wherever in a group of three bytes it begins.
fn add_base64(encoded: &mut Vec<Zeroizing<String>>, text: &str) {
    for before in 0..3 {
        let padded = Zeroizing::new([&vec![0; before], text.as_bytes()].concat());
        // The characters that hold bits of the text only.
        let (first, end) = ((before * 8).div_ceil(6), padded.len() * 8 / 6);
        for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
            let whole = Zeroizing::new(engine.encode(&*padded));
            encoded.push(owned(&whole[first..end]));
        }
    }
}

fn owned(text: &str) -> Zeroizing<String> {
    Zeroizing::new(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::STANDARD;

    const SECRET: &str = "s3cr3t&/\"~+ value";

    fn clean(text: &str) -> String {
        let mut body = text.as_bytes().to_vec();
        Redactor::new([&SecretString::from(SECRET)]).body(&mut body);
        String::from_utf8(body).unwrap()
    }

    #[test]
    fn every_form_of_a_secret_is_taken_out() {
        let json = serde_json::to_string(SECRET).unwrap();
        for form in [
            SECRET.to_owned(),
            "s3cr3t%26%2F%22%7E%2B+value".to_owned(),
            "s3cr3t%26%2f%22%7e%2b%20value".to_owned(),
            "s3cr3t%26%2F%22~%2B%20value".to_owned(),
            "s3cr3t\\u0026\\/\\\"~\\u002b value".to_owned(),
            "%73%33cr3t&/\"~+ value".to_owned(),
            json[1..json.len() - 1].to_owned(),
        ] {
            assert_eq!(clean(&format!("You sent {form}, twice: {form}")), "You sent [secret], twice: [secret]");
        }
        for before in ["", "x", "xx", "client:"] {
            let form: String = form_urlencoded::byte_serialize(SECRET.as_bytes()).collect();
            let in_form = STANDARD.encode(format!("{before}client_secret={form}&grant_type=x"));
            assert!(clean(&in_form).contains("[secret]"), "{before}");
            let echoed = STANDARD.encode(format!("{before}{SECRET} and more"));
            let text = clean(&format!("Basic {echoed}"));
            assert!(text.contains("[secret]"), "{before}: {text}");
            // What is left are the characters around it, which hold a few of its bits at most.
            let around = text.len() - "Basic [secret]".len();
            assert!(around <= (before.len() + " and more".len()).div_ceil(3) * 4 + 4, "{before}: {text}");
        }
    }

    #[test]
    fn each_part_of_a_token_is_taken_out_and_headers_as_well() {
        let token = SecretString::from("eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJodHRwczovL3gifQ.c2lnbmF0dXJlLXNpZ25hdHVyZQ");
        let redactor = Redactor::new([&token]);
        let mut headers = HeaderMap::new();
        headers.insert("x-echo", HeaderValue::from_static("sig=c2lnbmF0dXJlLXNpZ25hdHVyZQ;"));
        headers.insert("x-whole", HeaderValue::from_str(token.expose_secret()).unwrap());
        headers.insert("x-other", HeaderValue::from_static("other"));
        redactor.headers(&mut headers);
        assert_eq!(
            (&headers["x-echo"], &headers["x-whole"], &headers["x-other"]),
            (
                &HeaderValue::from_static("sig=[secret];"),
                &HeaderValue::from_static("[secret]"),
                &HeaderValue::from_static("other")
            )
        );
    }

    #[test]
    fn a_secret_that_could_be_a_word_changes_no_text() {
        let redactor = Redactor::new([&SecretString::from("x")]);
        let mut body = b"an example".to_vec();
        redactor.body(&mut body);
        assert_eq!(body, b"an example");
        assert_eq!(clean("nothing in here"), "nothing in here");
    }
}
