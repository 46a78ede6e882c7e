//! Takes secrets out of replies: a server, or a proxy in its place, may send back what it was sent, and its words end up in
//! errors and logs.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
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
pub(super) struct Redactor(Vec<Zeroizing<String>>);

impl Redactor {
    /// Looks for these secrets.
    pub(super) fn new<'a>(secrets: impl IntoIterator<Item = &'a SecretString>) -> Self {
        let mut needles = Vec::new();
        for secret in secrets {
            let secret = secret.expose_secret();
            if secret.len() < SHORTEST {
                continue;
            }
            needles.extend(forms(secret));
            // The parts of a JWT: header, claims, signature.
            needles.extend(secret.split('.').filter(|part| part.len() >= SHORTEST_PART && *part != secret).map(owned));
        }
        // The whole before its parts.
        needles.sort_by_key(|needle| std::cmp::Reverse(needle.len()));
        needles.dedup();
        Redactor(needles)
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
        for needle in &self.0 {
            let current = cleaned.as_deref().unwrap_or(text);
            if let Some(next) = replaced(current, needle.as_bytes()) {
                cleaned = Some(next);
            }
        }
        cleaned
    }
}

/// A text without `needle`; none where it is not in there.
fn replaced(text: &[u8], needle: &[u8]) -> Option<Vec<u8>> {
    let find = |from: usize| {
        let rest = text.get(from..)?;
        rest.windows(needle.len()).position(|window| window.eq_ignore_ascii_case(needle)).map(|at| from + at)
    };
    let mut at = find(0)?;
    let (mut clean, mut from) = (Vec::with_capacity(text.len()), 0);
    loop {
        clean.extend_from_slice(&text[from..at]);
        clean.extend_from_slice(REDACTED.as_bytes());
        from = at + needle.len();
        match find(from) {
            Some(next) => at = next,
            None => {
                clean.extend_from_slice(&text[from..]);
                return Some(clean);
            }
        }
    }
}

/// A secret plain, as a form and an address have it, as JSON has it, and by base64 wherever in a group of three bytes it begins.
/// (The comparison is without regard to case, which covers the two ways to write `%2f`.)
fn forms(secret: &str) -> Vec<Zeroizing<String>> {
    let json = Zeroizing::new(serde_json::Value::from(secret).to_string());
    let mut forms = vec![
        owned(secret),
        Zeroizing::new(form_urlencoded::byte_serialize(secret.as_bytes()).collect()),
        Zeroizing::new(utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string()),
        owned(&json[1..json.len() - 1]),
    ];
    for before in 0..3 {
        let padded = Zeroizing::new([&vec![0; before], secret.as_bytes()].concat());
        // The characters that hold bits of the secret only.
        let (first, end) = ((before * 8).div_ceil(6), padded.len() * 8 / 6);
        for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
            let encoded = Zeroizing::new(engine.encode(&*padded));
            forms.push(owned(&encoded[first..end]));
        }
    }
    forms
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
            json[1..json.len() - 1].to_owned(),
        ] {
            assert_eq!(clean(&format!("You sent {form}, twice: {form}")), "You sent [secret], twice: [secret]");
        }
        for before in ["", "x", "xx", "client:"] {
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
