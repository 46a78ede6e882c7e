//! A page of a list, decoded straight from the reply's bytes: no tree of values is built.

use std::borrow::Cow;
use std::collections::HashMap;
use std::thread;

use once_cell::sync::Lazy;
use serde::Deserialize;
use serde::de::{Error as _, IgnoredAny};

use super::Column;
use super::batch::Batch;
use super::fields::RowReader;
use super::query::Related;
use super::scan::{Malformed, Scanner, Value};
use crate::error::{Error, Result, Status, json_fault};
use crate::http::{Response, json_depth};

/// After so many rows other threads get their turn, where there is one core for all: about 50 microseconds of work. The next page must not wait in the
/// network until this one is decoded.
const ROWS_OF_A_TURN: usize = 64;

static HAS_ONE_CORE: Lazy<bool> = Lazy::new(|| thread::available_parallelism().is_ok_and(|cores| cores.get() == 1));

/// A page: its rows, and where the next one is.
pub(crate) struct Page {
    pub(crate) batch: Batch,
    pub(crate) next: Option<String>,
    /// Where to ask later for what changed since, in the last page of a table whose changes are tracked.
    pub(crate) delta: Option<String>,
}

/// Reads a page; at most `limit` of its rows. What nobody asked for is skipped, however deep it is nested.
pub(crate) fn read_page(response: &Response, columns: &[Column], limit: usize) -> Result<Page> {
    let reading = Reading { columns, limit, max_depth: response.max_json_depth };
    let page = match str::from_utf8(&response.body) {
        Ok(json) => reading.page(Scanner::new(json)),
        Err(_) => Err(Fault::Malformed),
    };
    page.map_err(|fault| {
        let why = match fault {
            Fault::Malformed => what_is_wrong(&response.body),
            Fault::Value(error) => json_fault(&error),
        };
        Error::new(Status::UnexpectedResponse, format!("The environment's reply is no list of the Web API: {why}."))
            .with_cause("The address is no Dataverse environment, or a proxy answered in its place.")
            .with_advice("Check the URL and the API path.")
    })
}

/// Where a reply's next page is by all likelihood, found without decoding the reply: [`read_page`] has the last word. Links are short, and
/// the service writes this one last.
pub(crate) fn likely_next(response: &Response) -> Option<&str> {
    const NAME: &[u8] = b"\"@odata.nextLink\":\"";
    const FAR: usize = 16 * 1024;
    let end = &response.body[response.body.len().saturating_sub(FAR)..];
    let link = &end[memchr::memmem::rfind(end, NAME)? + NAME.len()..];
    let link = str::from_utf8(&link[..memchr::memchr(b'"', link)?]).ok()?;
    (!link.contains('\\')).then_some(link)
}

/// Why a page can't be read.
enum Fault {
    /// It is no JSON, or no page.
    Malformed,
    /// A value that was asked for can't be taken.
    Value(serde_json::Error),
}

impl From<Malformed> for Fault {
    fn from(_: Malformed) -> Self {
        Fault::Malformed
    }
}

impl From<serde_json::Error> for Fault {
    fn from(error: serde_json::Error) -> Self {
        Fault::Value(error)
    }
}

/// What is wrong with a reply that is no page: read once more, by serde_json, which tells where.
fn what_is_wrong(body: &[u8]) -> String {
    /// What a page must have.
    #[derive(Deserialize)]
    struct Page {
        #[serde(rename = "value")]
        _value: Vec<HashMap<String, IgnoredAny>>,
        #[serde(rename = "@odata.nextLink", default)]
        _next: String,
        #[serde(rename = "@odata.deltaLink", default)]
        _delta: String,
    }
    if let Err(error) = str::from_utf8(body) {
        return format!("it is no UTF-8 from byte {} on", error.valid_up_to());
    }
    match serde_json::from_slice::<Page>(body) {
        Err(error) => json_fault(&error),
        Ok(_) => "it is of another kind than it should be".to_owned(),
    }
}

/// How a page is read.
struct Reading<'c> {
    columns: &'c [Column],
    limit: usize,
    /// How deep the JSON of a value may be nested.
    max_depth: usize,
}

impl Reading<'_> {
    fn page(&self, mut from: Scanner<'_>) -> Result<Page, Fault> {
        let (mut batch, mut next, mut delta) = (None, None, None);
        from.expect(b'{')?;
        let mut goes_on = !from.take(b'}');
        while goes_on {
            let (name, _) = from.name()?;
            let text = |value: Value<'_>| value.text().map(Cow::into_owned).map_err(|_| Malformed);
            match text(name)?.as_str() {
                "value" => batch = Some(self.rows(&mut from)?),
                "@odata.nextLink" => next = Some(text(from.value()?)?),
                "@odata.deltaLink" => delta = Some(text(from.value()?)?),
                _ => drop(from.value()?),
            }
            goes_on = from.goes_on(b'}')?;
        }
        from.end()?;
        Ok(Page { batch: batch.ok_or(Fault::Malformed)?, next, delta })
    }

    fn rows(&self, from: &mut Scanner<'_>) -> Result<Batch, Fault> {
        let mut batch = Batch::default();
        let mut reader = RowReader::new(self.columns);
        from.expect(b'[')?;
        let mut goes_on = !from.take(b']');
        while goes_on {
            let fields = reader.read(from)?;
            if *HAS_ONE_CORE && batch.rows().is_multiple_of(ROWS_OF_A_TURN) {
                thread::yield_now();
            }
            if batch.rows() < self.limit {
                self.push_row(&mut batch, fields)?;
            }
            goes_on = from.goes_on(b']')?;
        }
        Ok(batch)
    }

    fn push_row(&self, batch: &mut Batch, fields: &[Option<Value<'_>>]) -> Result<(), serde_json::Error> {
        for (field, column) in fields.iter().zip(self.columns) {
            if let Some(field) = field {
                push_field(batch, field, column.related.as_ref(), self.max_depth)?;
            }
            batch.end_field();
        }
        batch.end_record();
        Ok(())
    }
}

fn push_field(
    batch: &mut Batch,
    field: &Value<'_>,
    related: Option<&Related>,
    max_depth: usize,
) -> Result<(), serde_json::Error> {
    let json = field.json;
    if let Some(part) = related.and_then(|related| related.part) {
        type Row = serde_json::Map<String, serde_json::Value>;
        // One row, or none, where the navigation property is of that kind.
        let rows: Vec<Row> = match json.as_bytes()[0] {
            b'n' => Vec::new(),
            b'{' => vec![serde_json::from_str(json)?],
            _ => serde_json::from_str(json)?,
        };
        for (index, row) in rows.iter().enumerate() {
            if index > 0 {
                batch.divide();
            }
            batch.push_value(row.get(part).and_then(serde_json::Value::as_str).unwrap_or_default());
        }
        return Ok(());
    }
    match json.as_bytes()[0] {
        b'n' => {}
        b'"' if !field.is_escaped => batch.push_plain(&json[1..json.len() - 1]),
        b'"' => batch.push_value(&field.text()?),
        b'{' | b'[' if json_depth(json.as_bytes()) > max_depth => {
            return Err(serde_json::Error::custom(format!("a value is nested more than {max_depth} levels deep")));
        }
        _ => batch.push_plain(json),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(names: &[&str]) -> Vec<Column> {
        names.iter().map(|name| Column::own(name, name)).collect()
    }

    fn read(body: &[u8], columns: &[Column], limit: usize) -> Result<Page> {
        read_page(&Response::for_test(200, body), columns, limit)
    }

    #[test]
    fn fields_come_in_the_order_of_the_columns_and_null_is_empty() {
        let body = br#"{"@odata.context":"c","value":[{"@odata.etag":"e","b":null,"a":"x","n":1.50,"t":true,"o":{"k":[1]}},{"a":"y"}],
            "@odata.nextLink":"https://host/next"}"#;
        let page = read(body, &columns(&["a", "b", "n", "t", "o"]), usize::MAX).unwrap();
        assert_eq!(
            page.batch.text(),
            "x\u{1F}\u{1F}1.50\u{1F}true\u{1F}{\"k\":[1]}\u{1F}\u{1E}y\u{1F}\u{1F}\u{1F}\u{1F}\u{1F}\u{1E}"
        );
        assert_eq!((page.batch.rows(), page.batch.is_escaped()), (2, false));
        assert_eq!(page.next.as_deref(), Some("https://host/next"));
    }

    #[test]
    fn a_row_that_is_no_utf8_is_refused() {
        let body = b"{\"value\":[{\"a\":1,\"b\":\"\xFF\"}]}";
        let error = read(body, &columns(&["a"]), 9).err().unwrap();
        assert!(error.to_string().contains("no UTF-8 from byte 22 on"), "{error}");
    }

    #[test]
    fn values_with_the_delimiters_come_back_whole() {
        let value = "a\u{1F}b\u{1E}\u{10}c\u{1C}\u{1D}\"\\\u{1F600}\n";
        let body = serde_json::json!({ "value": [{ "a": value, "b": "plain" }] }).to_string();
        let page = read(body.as_bytes(), &columns(&["a", "b"]), usize::MAX).unwrap();
        assert!(page.batch.is_escaped());
        assert_eq!(page.batch.records().collect::<Vec<_>>(), [[value, "plain"]]);
        assert_eq!(page.batch.text().matches(['\u{1E}', '\u{1F}']).count(), 3);
    }

    #[test]
    fn the_next_page_is_found_at_the_end_of_a_reply() {
        let found = |body: &str| likely_next(&Response::for_test(200, body)).map(str::to_owned);
        assert_eq!(
            found(r#"{"value":[],"@odata.nextLink":"https://host/next"}"#).as_deref(),
            Some("https://host/next")
        );
        // Text that looks like it, the link of an expanded list, one with an escape, one that is cut.
        for body in [
            r#"{"value":[{"a":"\"@odata.nextLink\":\"https://host/next"}]}"#,
            r#"{"value":[{"roles@odata.nextLink":"https://host/next"}]}"#,
            r#"{"value":[],"@odata.nextLink":"https:\/\/host/next"}"#,
            r#"{"value":[],"@odata.nextLink":"https://host/n"#,
            "",
        ] {
            assert_eq!(found(body), None, "{body}");
        }
    }

    #[test]
    fn no_more_rows_are_read_than_asked_for() {
        let page = read(br#"{"value":[{"a":1},{"a":2},{"a":3}]}"#, &columns(&["a"]), 2).unwrap();
        assert_eq!(page.batch.text(), "1\u{1F}\u{1E}2\u{1F}\u{1E}");
    }

    #[test]
    fn a_reply_that_is_no_list_is_an_error_not_an_empty_list() {
        for body in [
            "",
            "{}",
            "[]",
            "<html>",
            r#"{"value":1}"#,
            r#"{"value":[1]}"#,
            r#"{"value":[{"a":1}"#,
            r#"{"value":[]} x"#,
        ] {
            assert_eq!(
                read(body.as_bytes(), &columns(&["a"]), 9).err().unwrap().status(),
                Status::UnexpectedResponse,
                "{body}"
            );
        }
    }

    #[test]
    fn a_value_that_is_nested_too_deeply_is_refused_and_skipped_where_nobody_asked_for_it() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let body = format!(r#"{{"value":[{{"a":1,"deep":{deep}}}],"other":{deep}}}"#);
        let error = read(body.as_bytes(), &columns(&["a", "deep"]), 9).err().unwrap();
        assert!(error.to_string().contains("more than 64 levels"), "{error}");
        assert_eq!(read(body.as_bytes(), &columns(&["a"]), 9).unwrap().batch.text(), "1\u{1F}\u{1E}");
    }
}
