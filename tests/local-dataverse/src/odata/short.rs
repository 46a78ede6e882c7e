//! Short texts that need no memory of their own: dates and numbers as a person reads them.

use std::ops::Deref;

/// The longest is that of the least number: `-9,223,372,036,854,775,808`.
const LONGEST: usize = 26;

/// A text of ASCII that is no longer than a number or a date.
#[derive(Clone, Copy, Debug)]
pub struct Short {
    bytes: [u8; LONGEST],
    length: usize,
}

impl Short {
    /// The text without a letter.
    pub const EMPTY: Self = Self { bytes: [0; LONGEST], length: 0 };

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    /// Appends letters of ASCII.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes[self.length..self.length + bytes.len()].copy_from_slice(bytes);
        self.length += bytes.len();
    }

    /// Appends a number below 100 in two digits.
    pub fn push_two(&mut self, number: u32) {
        self.push(&[b'0' + (number / 10) as u8, b'0' + (number % 10) as u8]);
    }

    /// Appends a number below 10,000 without zeros before it.
    pub fn push_plain(&mut self, number: u32) {
        for power in [1000, 100, 10] {
            if number >= power {
                self.push(&[b'0' + (number / power % 10) as u8]);
            }
        }
        self.push(&[b'0' + (number % 10) as u8]);
    }
}

impl Deref for Short {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

/// A whole number as an English reader sees it: `1,760,402`.
pub fn grouped(number: i64) -> Short {
    let mut text = Short::EMPTY;
    if number < 0 {
        text.push(b"-");
    }
    let mut buffer = itoa::Buffer::new();
    let digits = buffer.format(number.unsigned_abs()).as_bytes();
    for (index, digit) in digits.iter().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(b",");
        }
        text.push(&[*digit]);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_for_an_english_reader() {
        for (number, expected) in [
            (0, "0"),
            (-999, "-999"),
            (1000, "1,000"),
            (1_760_402, "1,760,402"),
            (i64::MIN, "-9,223,372,036,854,775,808"),
        ] {
            assert_eq!(grouped(number).as_str(), expected);
        }
    }

    #[test]
    fn numbers_have_as_many_digits_as_they_need_or_two() {
        for number in [0, 7, 10, 100, 999, 1000, 2024] {
            let mut text = Short::EMPTY;
            text.push_plain(number);
            assert_eq!(text.as_str(), number.to_string());
        }
        let mut text = Short::EMPTY;
        text.push_two(5);
        assert_eq!(text.as_str(), "05");
    }
}
