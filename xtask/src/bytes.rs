//! Looking into files.

use memchr::memmem;

/// Whether a text stands in the bytes, as UTF-8 or as UTF-16.
pub fn contains(bytes: &[u8], text: &str) -> bool {
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    [text.as_bytes(), &wide].iter().any(|needle| memmem::find(bytes, needle).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_in_both_forms() {
        let wide: Vec<u8> = "x/home/y".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(contains(b"x/home/y", "/home/") && contains(&wide, "/home/"));
        assert!(!contains(b"x/homey", "/home/"));
    }
}
