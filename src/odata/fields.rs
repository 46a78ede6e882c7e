//! Finds the fields of a row in its JSON, without building anything of it.

use std::borrow::Cow;

use memchr::memchr2;

use super::Column;

/// A value as it stands in the row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Field<'r> {
    /// Its JSON.
    pub(super) json: &'r str,
    /// Whether it is a text that has something to unescape.
    pub(super) is_escaped: bool,
}

/// Reads row after row of one reply.
pub(super) struct RowReader<'c, 'r> {
    columns: &'c [Column],
    fields: Vec<Option<Field<'r>>>,
    /// The names of the row before, in their order, each with the place of its column, if it has one. The rows of a page are mostly alike: then
    /// a name need only be compared with this one.
    names: Vec<(&'r str, Option<usize>)>,
}

impl<'c, 'r> RowReader<'c, 'r> {
    pub(super) fn new(columns: &'c [Column]) -> Self {
        RowReader { columns, fields: vec![None; columns.len()], names: Vec::new() }
    }

    /// The fields of a row, by column; none where it is no object. The row is a value that was read as JSON before: this looks for no faults.
    pub(super) fn read(&mut self, row: &'r str) -> Option<&[Option<Field<'r>>]> {
        let json = row.as_bytes();
        if json[0] != b'{' {
            return None;
        }
        self.fields.fill(None);
        let mut at = 1;
        for index in 0.. {
            at = skip_space(json, at);
            if json[at] == b'}' {
                break;
            }
            if json[at] == b',' {
                at = skip_space(json, at + 1);
            }
            let (place, end) = self.name(index, row, at + 1);
            let colon = skip_space(json, end + 1);
            let start = skip_space(json, colon + 1);
            let (end, is_escaped) = value_end(json, start);
            if let Some(place) = place {
                self.fields[place] = Some(Field { json: &row[start..end], is_escaped });
            }
            at = end;
        }
        Some(&self.fields)
    }

    /// The place of the column with the name that starts here, and where the name ends.
    fn name(&mut self, index: usize, row: &'r str, start: usize) -> (Option<usize>, usize) {
        let json = row.as_bytes();
        if let Some((known, place)) = self.names.get(index)
            && json[start..].starts_with(known.as_bytes())
            && json[start + known.len()] == b'"'
        {
            return (*place, start + known.len());
        }
        let (end, is_escaped) = text_end(json, start);
        if is_escaped {
            let name = serde_json::from_str::<Cow<'_, str>>(&row[start - 1..=end]);
            return (name.ok().and_then(|name| self.place(&name)), end);
        }
        let name = &row[start..end];
        let place = self.place(name);
        self.names.truncate(index);
        self.names.push((name, place));
        (place, end)
    }

    fn place(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.property == name)
    }
}

fn skip_space(json: &[u8], mut at: usize) -> usize {
    while matches!(json[at], b' ' | b'\t' | b'\r' | b'\n') {
        at += 1;
    }
    at
}

/// Where a text ends whose first character is here (its quote is there), and whether it has anything escaped.
fn text_end(json: &[u8], mut at: usize) -> (usize, bool) {
    let mut is_escaped = false;
    // A text that was read as JSON has an end.
    while let Some(found) = memchr2(b'"', b'\\', &json[at..]) {
        at += found;
        if json[at] == b'"' {
            break;
        }
        is_escaped = true;
        at += 2;
    }
    (at, is_escaped)
}

/// What is behind the value that starts here, and whether it is a text with anything escaped.
fn value_end(json: &[u8], start: usize) -> (usize, bool) {
    match json[start] {
        b'"' => {
            let (end, is_escaped) = text_end(json, start + 1);
            (end + 1, is_escaped)
        }
        b'{' | b'[' => (nested_end(json, start), false),
        _ => {
            let is_end = |byte: &u8| matches!(byte, b',' | b'}' | b' ' | b'\t' | b'\r' | b'\n');
            (json[start..].iter().position(is_end).map_or(json.len(), |length| start + length), false)
        }
    }
}

fn nested_end(json: &[u8], mut at: usize) -> usize {
    let mut depth = 0;
    loop {
        match json[at] {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            b'"' => at = text_end(json, at + 1).0,
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return at;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(names: &[&str]) -> Vec<Column> {
        names.iter().map(|name| Column::own(name, name)).collect()
    }

    fn read<'r>(reader: &mut RowReader<'_, 'r>, row: &'r str) -> Vec<&'r str> {
        reader.read(row).unwrap().iter().map(|field| field.map_or("-", |field| field.json)).collect()
    }

    #[test]
    fn each_row_may_have_properties_of_its_own_in_an_order_of_its_own() {
        let columns = columns(&["a", "b", "c"]);
        let mut reader = RowReader::new(&columns);
        for (row, fields) in [
            (r#"{"a":1,"x":0,"b":2,"c":3}"#, ["1", "2", "3"]),
            (r#"{"a":4,"x":0,"b":5,"c":6}"#, ["4", "5", "6"]),
            (r#"{"c":9,"b":8,"a":7}"#, ["7", "8", "9"]),
            (r#"{"ab":1,"b":11}"#, ["-", "11", "-"]),
            (r#"{"abc":1,"bc":2}"#, ["-", "-", "-"]),
            (r#"{"x":0,"x":0,"x":0,"c":13,"a":12}"#, ["12", "-", "13"]),
            (r#"{"\u0061":14,"x":0,"\u0062":15,"c":16}"#, ["14", "15", "16"]),
            (r#"{"a":17,"x":0,"b":18,"c":19}"#, ["17", "18", "19"]),
            (r#"{"a":1,"a":2}"#, ["2", "-", "-"]),
            ("{}", ["-", "-", "-"]),
        ] {
            assert_eq!(read(&mut reader, row), fields, "{row}");
        }
    }

    #[test]
    fn values_of_every_kind_are_found_with_space_around_them_or_none() {
        let columns = columns(&["a", "b"]);
        let mut reader = RowReader::new(&columns);
        for value in [
            "null",
            "-1.50e3",
            "true",
            "\"\"",
            r#""x, \"}\\""#,
            r#""\\""#,
            r#"{"k":["}",{"q":"\"]"}],"n":null}"#,
            "[]",
            "[ 1 , [ ] ]",
        ] {
            for row in
                [format!(r#"{{"a":{value},"b":{value}}}"#), format!("{{ \"a\" :\t{value} ,\r\n\"b\": {value} }}")]
            {
                // The row before has the same names.
                let row: &'static str = row.leak();
                assert_eq!(read(&mut reader, row), [value, value], "{row}");
            }
        }
    }

    #[test]
    fn it_is_told_which_texts_have_something_to_unescape() {
        let columns = columns(&["a", "b"]);
        let mut reader = RowReader::new(&columns);
        let fields = reader.read(r#"{"a":"plain","b":"\u0041"}"#).unwrap();
        assert_eq!(fields.iter().map(|field| field.unwrap().is_escaped).collect::<Vec<_>>(), [false, true]);
        assert!(reader.read("[]").is_none() && reader.read("1").is_none());
    }
}
