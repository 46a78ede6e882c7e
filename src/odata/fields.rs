//! Finds the fields of a row in its JSON, without building anything of it.

use super::Column;
use super::scan::{Malformed, Scanner, Value};

/// Reads row after row of one reply.
pub(super) struct RowReader<'c, 'r> {
    columns: &'c [Column],
    fields: Vec<Option<Value<'r>>>,
    /// The names of the row before as they stand there, up to their colons, each with the place of its column, if it has one. The rows of a page are mostly
    /// alike: then a name need only be compared with this one.
    names: Vec<(&'r str, Option<usize>)>,
}

impl<'c, 'r> RowReader<'c, 'r> {
    pub(super) fn new(columns: &'c [Column]) -> Self {
        RowReader { columns, fields: vec![None; columns.len()], names: Vec::new() }
    }

    /// The fields of the row that comes next, by column.
    pub(super) fn read(&mut self, from: &mut Scanner<'r>) -> Result<&[Option<Value<'r>>], Malformed> {
        self.fields.fill(None);
        from.expect(b'{')?;
        let mut goes_on = !from.take(b'}');
        let mut index = 0;
        while goes_on {
            let place = self.name(index, from)?;
            let value = from.value()?;
            if let Some(place) = place {
                self.fields[place] = Some(value);
            }
            index += 1;
            goes_on = from.goes_on(b'}')?;
        }
        Ok(&self.fields)
    }

    /// The place of the column with the name that comes next.
    fn name(&mut self, index: usize, from: &mut Scanner<'r>) -> Result<Option<usize>, Malformed> {
        if let Some((known, place)) = self.names.get(index)
            && from.take_exactly(known)
        {
            return Ok(*place);
        }
        let (name, known) = from.name()?;
        let name = name.text().map_err(|_| Malformed)?;
        let place = self.columns.iter().position(|column| column.property == name);
        self.names.truncate(index);
        self.names.push((known, place));
        Ok(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(names: &[&str]) -> Vec<Column> {
        names.iter().map(|name| Column::own(name, name)).collect()
    }

    fn read<'r>(reader: &mut RowReader<'_, 'r>, row: &'r str) -> Vec<&'r str> {
        let fields = reader.read(&mut Scanner::new(row)).unwrap();
        fields.iter().map(|field| field.map_or("-", |field| field.json)).collect()
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
        let fields = reader.read(&mut Scanner::new(r#"{"a":"plain","b":"\u0041"}"#)).unwrap();
        assert_eq!(fields.iter().map(|field| field.unwrap().is_escaped).collect::<Vec<_>>(), [false, true]);
    }

    #[test]
    fn what_is_no_object_is_refused() {
        let columns = columns(&["a"]);
        let mut reader = RowReader::new(&columns);
        assert_eq!(read(&mut reader, r#"{"a":1}"#), ["1"]);
        for row in [
            "[]",
            "1",
            "",
            "{",
            r#"{"a""#,
            r#"{"a":"#,
            r#"{"a":1"#,
            r#"{"a":1,"#,
            r#"{"a":1,}"#,
            r#"{"a" 1}"#,
            r#"{"a":1 "b":2}"#,
            "{a:1}",
            "{1:1}",
        ] {
            assert_eq!(reader.read(&mut Scanner::new(row)), Err(Malformed), "{row}");
        }
    }
}
