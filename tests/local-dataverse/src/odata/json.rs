//! Values as JSON, straight into a buffer of bytes.

use serde_json::Value as Json;
use uuid::Uuid;

use super::date;
use crate::model::Value;

/// A date as the service writes it: `2024-03-15T16:21:58Z`.
pub fn date(seconds: i64) -> String {
    date::written(seconds).as_str().to_owned()
}

/// The value as a tree, where speed does not matter.
pub fn value(value: Value<'_>) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Text(text) => text.into(),
        Value::Guid(id) => id.to_string().into(),
        Value::Bool(flag) => flag.into(),
        Value::Int(number) => number.into(),
        Value::Double(number) => number.into(),
        Value::Date(seconds) => date(seconds).into(),
        Value::Json(text) => serde_json::from_str(text).unwrap_or(Json::Null),
    }
}

/// Appends a value.
pub fn write(out: &mut Vec<u8>, value: Value<'_>) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Text(text) => write_text(out, text),
        Value::Guid(id) => out.extend_from_slice(&quoted(id)),
        Value::Bool(flag) => out.extend_from_slice(if flag { b"true" } else { b"false" }),
        Value::Int(number) => out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes()),
        // `{:?}` keeps the fraction of a whole number ("1.0"), as the service does.
        Value::Double(number) => out.extend_from_slice(format!("{number:?}").as_bytes()),
        Value::Date(seconds) => {
            out.push(b'"');
            out.extend_from_slice(date::written(seconds).as_bytes());
            out.push(b'"');
        }
        Value::Json(text) => out.extend_from_slice(text.as_bytes()),
    }
}

/// Every byte in two digits.
const HEX: [[u8; 2]; 256] = {
    let digits = b"0123456789abcdef";
    let mut table = [[0; 2]; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = [digits[byte >> 4], digits[byte & 15]];
        byte += 1;
    }
    table
};

/// An identifier in quotes.
fn quoted(id: Uuid) -> [u8; 38] {
    /// Where the digits of each byte stand.
    const PLACES: [usize; 16] = [1, 3, 5, 7, 10, 12, 15, 17, 20, 22, 25, 27, 29, 31, 33, 35];
    let mut text = [b'-'; 38];
    (text[0], text[37]) = (b'"', b'"');
    for (place, byte) in PLACES.into_iter().zip(id.as_bytes()) {
        text[place..place + 2].copy_from_slice(&HEX[usize::from(*byte)]);
    }
    text
}

/// Appends text in quotes.
pub fn write_text(out: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    out.push(b'"');
    // Most texts need no escapes. A look at all of their bytes is quicker than one that ends with the first that needs one.
    if bytes.iter().fold(false, |found, byte| found | is_special(*byte)) {
        write_escaped(out, bytes);
    } else {
        out.extend_from_slice(bytes);
    }
    out.push(b'"');
}

fn is_special(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

fn write_escaped(out: &mut Vec<u8>, bytes: &[u8]) {
    let mut start = 0;
    for (index, byte) in bytes.iter().enumerate().filter(|(_, byte)| is_special(**byte)) {
        out.extend_from_slice(&bytes[start..index]);
        start = index + 1;
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            other => out.extend_from_slice(format!("\\u{other:04x}").as_bytes()),
        }
    }
    out.extend_from_slice(&bytes[start..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: Value<'_>) -> String {
        let mut out = Vec::new();
        write(&mut out, value);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn values_are_json() {
        let id = uuid::uuid!("01234567-89ab-cdef-0123-456789abcdef");
        for (value, text) in [
            (Value::Null, "null"),
            (Value::Guid(id), "\"01234567-89ab-cdef-0123-456789abcdef\""),
            (Value::Bool(false), "false"),
            (Value::Int(-7), "-7"),
            (Value::Double(1.0), "1.0"),
            (Value::Date(0), "\"1970-01-01T00:00:00Z\""),
            (Value::Json("{}"), "{}"),
        ] {
            assert_eq!(written(value), text);
        }
    }

    #[test]
    fn texts_are_read_again_as_they_were() {
        let every: String = (0..0x300).filter_map(char::from_u32).chain(['\u{2028}', '\u{20bb7}']).collect();
        for text in ["", "plain", "\"", "a\"b\\c\nd\re\tf\0g\u{1f}h\u{7f}", "\u{20bb7}\u{898b}", &every] {
            let json = written(Value::Text(text));
            assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text, "{json}");
        }
    }
}
