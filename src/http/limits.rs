//! How much of a reply is taken in: a server, or whoever answers in its place, may send anything.

/// The limits of one reply. What is beyond them is refused, whatever the status.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// The largest body, unpacked, in bytes.
    pub(crate) max_body: u64,
    /// How many bytes one byte of a compressed body may become.
    pub(crate) max_ratio: u64,
    /// How deep lists and objects of JSON may be nested.
    pub(crate) max_json_depth: usize,
    /// How many headers a reply may have.
    pub(crate) max_headers: usize,
}

impl Default for Limits {
    /// A page of 5,000 whole users is about 20 MB; packed, a row full of nulls still has its ids, so that a page becomes at most some
    /// hundred times larger; rows are nested three levels deep, and Dataverse sends about thirty headers.
    fn default() -> Self {
        Limits { max_body: 256 * 1024 * 1024, max_ratio: 1000, max_json_depth: 64, max_headers: 100 }
    }
}

/// How deep the lists and objects of a JSON text are nested. Text that is no JSON gets some number: it is for the parser to refuse.
pub(crate) fn json_depth(json: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0usize, 0);
    let (mut in_text, mut escaped) = (false, false);
    for byte in json {
        if in_text {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_text = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => in_text = true,
            b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_count_where_they_are_no_text() {
        for (json, depth) in [
            ("1", 0),
            ("{}", 1),
            (r#"{"a":[{"b":1}],"c":[]}"#, 3),
            (r#"{"a":"[[[{"}"#, 1),
            (r#"{"a":"\"[[","b":"\\"}"#, 1),
            ("]]][", 1),
            ("", 0),
        ] {
            assert_eq!(json_depth(json.as_bytes()), depth, "{json}");
        }
    }
}
