//! Finds a secret, or a part of one, in whatever was emitted: plain, and in the forms in which programs write bytes.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// So many bytes of a form in a row are a find: less would turn up by chance.
const WINDOW: usize = 14;

/// Looks for secrets.
#[derive(Default)]
pub struct Needles(HashMap<[u8; WINDOW], String>);

impl Needles {
    /// Looks for this secret as well; `name` tells what was found.
    pub fn add(&mut self, name: &str, secret: &[u8]) {
        assert!(secret.len() >= WINDOW, "{name} is too short to be told from other text");
        for (form, bytes) in forms(secret) {
            for window in bytes.windows(WINDOW) {
                self.0.entry(window.try_into().unwrap()).or_insert_with(|| format!("{name}, {form}"));
            }
        }
    }

    /// What is in there, where it is, and what stands before it.
    pub fn find(&self, text: &[u8]) -> Option<String> {
        text.windows(WINDOW).enumerate().find_map(|(at, window)| {
            let name = self.0.get(window)?;
            let before = &text[at.saturating_sub(60)..at];
            Some(format!("{name}, behind '{}'", before.escape_ascii()))
        })
    }

    #[track_caller]
    pub fn assert_not_in(&self, what: &str, text: &[u8]) {
        if let Some(found) = self.find(text) {
            panic!("{what} has a secret in it: {found}");
        }
    }
}

fn forms(secret: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut forms = vec![("plain".to_owned(), secret.to_vec())];
    if let Ok(text) = std::str::from_utf8(secret) {
        let json = serde_json::Value::from(text).to_string();
        forms.push(("as JSON".into(), json[1..json.len() - 1].into()));
        forms.push(("as Rust writes it".into(), text.escape_debug().to_string().into()));
        forms.push(("in UTF-16 LE".into(), text.encode_utf16().flat_map(u16::to_le_bytes).collect()));
        forms.push(("in UTF-16 BE".into(), text.encode_utf16().flat_map(u16::to_be_bytes).collect()));
        let form: String = url::form_urlencoded::byte_serialize(secret).collect();
        forms.push(("in a form".into(), form.into()));
    }
    let percent = |upper: bool| -> String {
        let keep = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~".contains(byte);
        let escape = |byte: &u8| if upper { format!("%{byte:02X}") } else { format!("%{byte:02x}") };
        secret.iter().map(|byte| if keep(byte) { char::from(*byte).to_string() } else { escape(byte) }).collect()
    };
    forms.push(("percent-encoded".into(), percent(true).into()));
    forms.push(("percent-encoded, small".into(), percent(false).into()));
    forms.push((
        "in hexadecimal digits".into(),
        secret.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into(),
    ));
    forms.push((
        "in HEXADECIMAL digits".into(),
        secret.iter().map(|byte| format!("{byte:02X}")).collect::<String>().into(),
    ));
    let list: Vec<_> = secret.iter().map(u8::to_string).collect();
    forms.push(("as a list of bytes".into(), list.join(", ").into()));
    // The bytes of the secret, and those of its UTF-16, as .NET would encode them.
    let wide: Vec<u8> = std::str::from_utf8(secret)
        .map_or_else(|_| Vec::new(), |text| text.encode_utf16().flat_map(u16::to_le_bytes).collect());
    let form: String = url::form_urlencoded::byte_serialize(secret).collect();
    for (kind, bytes) in [("", secret), (" of its UTF-16", &wide[..]), (" in a form", form.as_bytes())] {
        for before in 0..3usize {
            let padded = [&vec![0; before], bytes].concat();
            let (first, end) = ((before * 8).div_ceil(6), padded.len() * 8 / 6);
            for (alphabet, engine) in [("", STANDARD_NO_PAD), (" for URLs", URL_SAFE_NO_PAD)] {
                let encoded = engine.encode(&padded);
                if first < end {
                    forms
                        .push((format!("base64{alphabet}{kind}, {before} behind a group"), encoded[first..end].into()));
                }
            }
        }
    }
    forms
}

#[test]
fn every_form_is_found_and_nothing_else() {
    use base64::engine::general_purpose::STANDARD;
    let secret = "s3cr3t~/+\"&%value'\u{e9}";
    let mut needles = Needles::default();
    needles.add("it", secret.as_bytes());
    let wide: Vec<u8> = secret.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut texts = vec![
        secret.as_bytes().to_vec(),
        wide.clone(),
        secret.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        format!("{secret:?}").into(),
        serde_json::to_vec(secret).unwrap(),
        format!("{:?}", secret.as_bytes()).into(),
        b"s3cr3t~%2F%2B%22%26%25value%27%C3%A9".to_vec(),
        b"s3cr3t%7E%2F%2B%22%26%25value%27%C3%A9".to_vec(),
        b"s3cr3t~%2f%2b%22%26%25value%27%c3%a9".to_vec(),
        secret.bytes().map(|byte| format!("{byte:02x}")).collect::<String>().into(),
    ];
    for before in ["", "a", "ab", "abc"] {
        let whole = format!("{before}{secret}");
        texts.push(STANDARD.encode(&whole).into());
        texts.push(URL_SAFE_NO_PAD.encode(&whole).into());
        texts.push(STANDARD.encode([before.as_bytes(), &wide].concat()).into());
    }
    for text in texts {
        for around in [&b""[..], b"x", b"some text before "] {
            let text = [around, &text, around].concat();
            assert!(needles.find(&text).is_some(), "{}", text.escape_ascii());
        }
    }
    assert!(needles.find(&secret.as_bytes()[2..16]).is_some(), "a part is a find");
    for harmless in ["", "an error", "s3cr3t", "Bearer [secret]", &"x".repeat(100)] {
        assert_eq!(needles.find(harmless.as_bytes()), None);
    }
}
