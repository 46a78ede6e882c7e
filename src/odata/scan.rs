//! A cursor over the JSON of a reply. Most of a list are plain texts, whole numbers, null, true and false: those it checks itself while it passes them. All
//! else serde_json checks.

use std::borrow::Cow;

use serde::de::IgnoredAny;

/// It is no JSON, or not what should stand there. What and where is for a slower reading to tell: it happens seldom.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Malformed;

/// A value as it stands in the reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Value<'j> {
    /// Its JSON.
    pub(super) json: &'j str,
    /// Whether it is a text that has something to unescape.
    pub(super) is_escaped: bool,
}

impl<'j> Value<'j> {
    /// The text that it is.
    pub(super) fn text(&self) -> Result<Cow<'j, str>, serde_json::Error> {
        if !self.is_escaped && self.json.starts_with('"') {
            return Ok(Cow::Borrowed(&self.json[1..self.json.len() - 1]));
        }
        serde_json::from_str(self.json).map(Cow::Owned)
    }
}

pub(super) struct Scanner<'j> {
    json: &'j str,
    at: usize,
}

impl<'j> Scanner<'j> {
    pub(super) fn new(json: &'j str) -> Self {
        Scanner { json, at: 0 }
    }

    /// The next character, if it is this one. White space before it is nothing.
    pub(super) fn take(&mut self, character: u8) -> bool {
        let is_next = self.peek() == Some(character);
        self.at += usize::from(is_next);
        is_next
    }

    /// The next character must be this one.
    pub(super) fn expect(&mut self, character: u8) -> Result<(), Malformed> {
        if self.take(character) { Ok(()) } else { Err(Malformed) }
    }

    /// Behind a member of a list or an object: whether another one follows, or else `end`.
    pub(super) fn goes_on(&mut self, end: u8) -> Result<bool, Malformed> {
        let goes_on = self.take(b',');
        if !goes_on {
            self.expect(end)?;
        }
        Ok(goes_on)
    }

    /// What comes next, if it is exactly this.
    pub(super) fn take_exactly(&mut self, json: &str) -> bool {
        let is_next = self.json.as_bytes()[self.at..].starts_with(json.as_bytes());
        self.at += if is_next { json.len() } else { 0 };
        is_next
    }

    /// The name of a member of an object, and its colon; with them, all of that as it stands there.
    pub(super) fn name(&mut self) -> Result<(Value<'j>, &'j str), Malformed> {
        if self.peek() != Some(b'"') {
            return Err(Malformed);
        }
        let start = self.at;
        let name = self.value()?;
        self.expect(b':')?;
        Ok((name, &self.json[start..self.at]))
    }

    /// The next value.
    pub(super) fn value(&mut self) -> Result<Value<'j>, Malformed> {
        let first = self.peek().ok_or(Malformed)?;
        let (start, json) = (self.at, self.json.as_bytes());
        let plain = match first {
            b'"' => plain_text_end(json, start + 1),
            b'0'..=b'9' => whole_number_end(json, start),
            _ => ["null", "true", "false"]
                .iter()
                .find(|word| json[start..].starts_with(word.as_bytes()))
                .map(|word| start + word.len()),
        };
        self.at = match plain {
            Some(end) => end,
            None => self.checked_end()?,
        };
        Ok(Value { json: &self.json[start..self.at], is_escaped: first == b'"' && plain.is_none() })
    }

    /// There must be nothing more.
    pub(super) fn end(&mut self) -> Result<(), Malformed> {
        if self.peek().is_none() { Ok(()) } else { Err(Malformed) }
    }

    fn peek(&mut self) -> Option<u8> {
        let json = self.json.as_bytes();
        while matches!(json.get(self.at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
        json.get(self.at).copied()
    }

    /// Where a value of any kind ends that starts here.
    fn checked_end(&self) -> Result<usize, Malformed> {
        let mut values = serde_json::Deserializer::from_str(&self.json[self.at..]).into_iter::<IgnoredAny>();
        match values.next() {
            Some(Ok(_)) => Ok(self.at + values.byte_offset()),
            _ => Err(Malformed),
        }
    }
}

/// Behind the quote that ends a text whose first character is here. None where something in it needs a closer look: an escape, or a character that JSON must escape.
fn plain_text_end(json: &[u8], mut at: usize) -> Option<usize> {
    const ONES: u64 = u64::MAX / 0xFF;
    const HIGHEST: u64 = ONES << 7;
    // Eight at once. The highest bit of each becomes 1 where it is a quote, a backslash or less than a blank; what a borrow may add lies behind the first of them.
    let zeros = |eight: u64| eight.wrapping_sub(ONES) & !eight;
    while let Some(Ok(eight)) = json.get(at..at + 8).map(TryInto::try_into) {
        let eight = u64::from_le_bytes(eight);
        let quotes = zeros(eight ^ (ONES * u64::from(b'"')));
        let backslashes = zeros(eight ^ (ONES * u64::from(b'\\')));
        let controls = eight.wrapping_sub(ONES * u64::from(b' ')) & !eight;
        let found = (quotes | backslashes | controls) & HIGHEST;
        if found != 0 {
            at += (found.trailing_zeros() / 8) as usize;
            return (json[at] == b'"').then_some(at + 1);
        }
        at += 8;
    }
    let length = json[at..].iter().position(|&byte| byte == b'"' || byte == b'\\' || byte < b' ')?;
    (json[at + length] == b'"').then_some(at + length + 1)
}

/// Behind a number that starts here with a digit. None where it is not written as a whole number.
fn whole_number_end(json: &[u8], start: usize) -> Option<usize> {
    let is_digit = |byte: &u8| byte.is_ascii_digit();
    let end = json[start..].iter().position(|byte| !is_digit(byte)).map_or(json.len(), |length| start + length);
    let is_whole = !matches!(json.get(end), Some(b'.' | b'e' | b'E'));
    (is_whole && (json[start] != b'0' || end == start + 1)).then_some(end)
}

#[cfg(test)]
mod tests {
    use serde_json::value::RawValue;

    use super::*;

    /// The first value of a text, and what is left behind it.
    fn first(json: &str) -> Option<(&str, bool, &str)> {
        let mut scanner = Scanner::new(json);
        let value = scanner.value().ok()?;
        Some((value.json, value.is_escaped, &json[scanner.at..]))
    }

    #[test]
    fn it_finds_the_same_values_as_serde_json() {
        let texts = ["", "a", "seven77", "eight888", "nine 9999", "\u{e9}\u{4e2d}\u{1F600}\u{7f}\u{80}", "/{}[]:,"];
        let long = "sixteen and more characters ".repeat(3);
        let plain = texts.into_iter().chain([long.as_str()]).map(|text| (format!("\"{text}\""), false));
        let escaped = [r#""\"""#, r#""\\""#, r#""12345\u00e9678""#, r#""\ud83d\ude00""#, r#""1234567\"8\\""#];
        let others = [
            "null",
            "true",
            "false",
            "0",
            "7",
            "1234567890123456789012",
            "-1",
            "1.50",
            "0.5",
            "1e9",
            "1E+9",
            "-0",
            "{}",
            "[]",
            r#"{"a":["}",{"b":"\"]"}],"n":null}"#,
            "[ 1 , [ ] ]",
        ];
        let all = plain
            .chain(escaped.iter().map(|json| (json.to_string(), true)))
            .chain(others.iter().map(|json| (json.to_string(), false)));
        for (json, is_escaped) in all {
            let plain: &RawValue = serde_json::from_str(&json).unwrap();
            for rest in ["", ",\"more\"", " ]", "}"] {
                let text = format!("\t\n\r {json}{rest}");
                assert_eq!(first(&text), Some((plain.get(), is_escaped, rest)), "{text}");
            }
        }
    }

    #[test]
    fn what_is_no_json_is_refused_where_serde_json_refuses_it() {
        for json in [
            "",
            " ",
            "\"",
            "\"a",
            "\"12345678",
            "\"1234567\\",
            "\"\n\"",
            "\"12345678\u{1F}\"",
            "\"12345678\t9\"",
            r#""\x""#,
            r#""\u12g4""#,
            r#""\u12"#,
            "-",
            "01",
            "00",
            "1.",
            "1e",
            ".5",
            "+1",
            "{",
            "[",
            "[1,]",
            "{\"a\"}",
            "{\"a\":1,}",
            "nul",
            "tru",
            "N",
            "]",
            "}",
            ",",
            ":",
            "'a'",
        ] {
            assert!(serde_json::from_str::<IgnoredAny>(json).is_err(), "{json}");
            let whole = first(json).filter(|(_, _, rest)| rest.is_empty());
            assert_eq!(whole, None, "{json}");
        }
    }

    #[test]
    fn a_mark_is_found_at_each_place_of_a_text() {
        for length in 0..40 {
            let text = "x".repeat(length);
            assert_eq!(plain_text_end(format!("{text}\"y\"\"").as_bytes(), 0), Some(length + 1));
            for other in ['\\', '\u{0}', '\u{1F}'] {
                assert_eq!(plain_text_end(format!("{text}{other}\"").as_bytes(), 0), None, "{length} {other:?}");
            }
            assert_eq!(plain_text_end(text.as_bytes(), 0), None);
        }
    }
}
