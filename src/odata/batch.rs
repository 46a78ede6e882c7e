//! Rows as text.

use std::borrow::Cow;

use memchr::{memchr, memchr_iter};

/// Ends a field (ASCII unit separator).
const UNIT: char = '\u{1F}';
/// Ends a record (ASCII record separator).
const RECORD: char = '\u{1E}';
/// Stands between the values of one field (ASCII group separator).
const GROUP: char = '\u{1D}';
/// Goes before an escaped character (ASCII data link escape).
const ESCAPE: char = '\u{10}';

/// Many rows as ASCII delimited text.
///
/// Every field ends with US (0x1F), every record with RS (0x1E); fields are in the order of the columns.
/// Null is an empty field. A value's own characters 0x10 and 0x1C to 0x1F come as DLE (0x10) followed by the character
/// 0x40 higher; [`Batch::is_escaped`] tells whether there is any. Nested values come as JSON text; the values of a field that has several
/// are separated by GS (0x1D).
#[derive(Debug, Default)]
pub struct Batch {
    text: String,
    rows: usize,
    escaped: bool,
}

impl Batch {
    /// The delimited text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How many records there are.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Whether any value has escaped characters.
    pub fn is_escaped(&self) -> bool {
        self.escaped
    }

    /// The records, each with its fields as they were before escaping.
    pub fn records(&self) -> impl Iterator<Item = Vec<Cow<'_, str>>> {
        self.text
            .split_terminator(RECORD)
            .map(|record| record.split_terminator(UNIT).map(|field| self.unescape(field)).collect())
    }

    /// The same records in batches of about so many bytes.
    pub(crate) fn pieces(self, bytes: usize) -> Vec<Batch> {
        let mut pieces = Vec::with_capacity(self.text.len() / bytes + 1);
        let mut rest = &*self.text;
        while rest.len() > bytes {
            // A reserved character stands in no value.
            let Some(end) = memchr(RECORD as u8, &rest.as_bytes()[bytes..]) else { break };
            let (piece, after) = rest.split_at(bytes + end + 1);
            let rows = memchr_iter(RECORD as u8, piece.as_bytes()).count();
            pieces.push(Batch { text: piece.to_owned(), rows, escaped: self.escaped });
            rest = after;
        }
        if pieces.is_empty() {
            return vec![self];
        }
        if !rest.is_empty() {
            let rows = self.rows - pieces.iter().map(Batch::rows).sum::<usize>();
            pieces.push(Batch { text: rest.to_owned(), rows, escaped: self.escaped });
        }
        pieces
    }

    fn unescape<'a>(&self, field: &'a str) -> Cow<'a, str> {
        if !self.escaped || !field.contains(ESCAPE) {
            return Cow::Borrowed(field);
        }
        let mut text = String::with_capacity(field.len());
        let mut characters = field.chars();
        while let Some(character) = characters.next() {
            match (character, characters.clone().next()) {
                (ESCAPE, Some(escaped)) => {
                    characters.next();
                    text.push(char::from_u32(escaped as u32 - 0x40).unwrap_or(escaped));
                }
                _ => text.push(character),
            }
        }
        Cow::Owned(text)
    }

    /// Adds a record.
    pub(crate) fn push_record<'f>(&mut self, fields: impl IntoIterator<Item = &'f str>) {
        for field in fields {
            self.push_value(field);
            self.end_field();
        }
        self.end_record();
    }

    pub(super) fn end_field(&mut self) {
        self.text.push(UNIT);
    }

    pub(super) fn end_record(&mut self) {
        self.text.push(RECORD);
        self.rows += 1;
    }

    /// Divides two values of one field.
    pub(super) fn divide(&mut self) {
        self.text.push(GROUP);
    }

    /// Adds what has no reserved characters, such as JSON: it has those as escapes only.
    pub(super) fn push_plain(&mut self, value: &str) {
        self.text.push_str(value);
    }

    /// Adds a value, with its reserved characters escaped.
    pub(super) fn push_value(&mut self, value: &str) {
        if !value.bytes().any(is_reserved) {
            self.text.push_str(value);
            return;
        }
        self.escaped = true;
        for character in value.chars() {
            if character.is_ascii() && is_reserved(character as u8) {
                self.text.push(ESCAPE);
                self.text.push(char::from(character as u8 + 0x40));
            } else {
                self.text.push(character);
            }
        }
    }
}

fn is_reserved(byte: u8) -> bool {
    byte == 0x10 || (0x1C..=0x1F).contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_have_all_records_in_their_order_and_none_is_cut() {
        let mut batch = Batch::default();
        for number in 0..100 {
            batch.push_record([&*format!("\u{e9}{number}"), "b\u{1E}"]);
        }
        let (whole, text) = (batch.records().map(|row| row.join("|")).collect::<Vec<_>>(), batch.text().to_owned());
        let pieces = batch.pieces(100);
        assert!(pieces.len() > 5 && pieces.iter().all(|piece| piece.text().len() < 120 && piece.is_escaped()));
        assert!(pieces.iter().all(|piece| piece.records().count() == piece.rows()));
        assert_eq!(pieces.iter().map(Batch::text).collect::<String>(), text);
        let records = pieces.iter().flat_map(Batch::records).map(|row| row.join("|")).collect::<Vec<_>>();
        assert_eq!(records, whole);
        assert_eq!(Batch::default().pieces(100).len(), 1);
    }
}
