//! One row as JSON.

use serde_json::{Map, Value};

use uuid::Uuid;

use super::Column;
use crate::error::{Error, Result, Status, json_fault};
use crate::http::Response;

/// A row: the columns that were asked for, by the names they were asked for, in that order. A value that is not set is null.
pub type Row = Map<String, Value>;

/// The id in a column of a row.
pub(crate) fn id_of(row: &Row, column: &str) -> Result<Uuid> {
    let id = row.get(column).and_then(Value::as_str).and_then(|id| Uuid::parse_str(id).ok());
    id.ok_or_else(|| Error::new(Status::UnexpectedResponse, format!("A row came without its {column}.")))
}

/// Reads a reply that is one row.
pub(crate) fn read_row(response: &Response) -> Result<Row> {
    serde_json::from_slice(response.json()?).map_err(|error| {
        let why = json_fault(&error);
        Error::new(Status::UnexpectedResponse, format!("The environment's reply is no row of the Web API: {why}."))
            .with_cause("The address is no Dataverse environment, or a proxy answered in its place.")
            .with_advice("Check the URL and the API path.")
    })
}

/// The columns of a row, under the names of the caller.
pub(crate) fn select_row(mut row: Row, columns: &[Column]) -> Row {
    let value = |column: &Column| {
        let mut value = row.remove(&column.property).unwrap_or(Value::Null);
        match column.related.as_ref().and_then(|related| related.part) {
            Some(part) => value.get_mut(part).map_or(Value::Null, Value::take),
            None => value,
        }
    };
    columns.iter().map(value).zip(columns).map(|(value, column)| (column.name.clone(), value)).collect()
}
