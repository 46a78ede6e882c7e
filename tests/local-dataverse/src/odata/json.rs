//! Values as JSON, straight into a buffer of bytes.

use serde_json::Value as Json;

use crate::model::Value;

/// A date as the service writes it: `2024-03-15T16:21:58Z`.
pub fn date(seconds: i64) -> String {
    match jiff::Timestamp::from_second(seconds) {
        Ok(time) => time.to_string(),
        Err(_) => String::from("1900-01-01T00:00:00Z"),
    }
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
        Value::Guid(id) => {
            let mut buffer = uuid::Uuid::encode_buffer();
            out.push(b'"');
            out.extend_from_slice(id.hyphenated().encode_lower(&mut buffer).as_bytes());
            out.push(b'"');
        }
        Value::Bool(flag) => out.extend_from_slice(if flag { b"true" } else { b"false" }),
        Value::Int(number) => out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes()),
        // `{:?}` keeps the fraction of a whole number ("1.0"), as the service does.
        Value::Double(number) => out.extend_from_slice(format!("{number:?}").as_bytes()),
        Value::Date(seconds) => {
            out.push(b'"');
            out.extend_from_slice(date(seconds).as_bytes());
            out.push(b'"');
        }
        Value::Json(text) => out.extend_from_slice(text.as_bytes()),
    }
}

/// Appends text in quotes.
pub fn write_text(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let bytes = text.as_bytes();
    let mut start = 0;
    for (index, byte) in bytes.iter().enumerate() {
        if *byte >= 0x20 && *byte != b'"' && *byte != b'\\' {
            continue;
        }
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
    out.push(b'"');
}
