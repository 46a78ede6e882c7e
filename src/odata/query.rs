//! The addresses of rows and lists, with everything a caller gives quoted.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;
use uuid::Uuid;

use super::Entity;
use crate::error::{Error, Result, Status};

/// What stays as it is in the value of a query option: unreserved characters, and those that OData writes in the clear.
const QUERY_VALUE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b',')
    .remove(b'(')
    .remove(b')')
    .remove(b'\'')
    .remove(b'/')
    .remove(b':')
    .remove(b'@')
    .remove(b'=')
    .remove(b'$')
    .remove(b'*');

/// Which rows and columns of a list to read.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// The columns by their logical names, in the order of the fields to come; empty for the table's usual ones.
    pub columns: Vec<String>,
    /// An OData `$filter` expression, such as `isdisabled eq true`.
    pub filter: Option<String>,
    /// An OData `$orderby` expression, such as `fullname desc`.
    pub order_by: Option<String>,
    /// At most so many rows; all of them where it is `None`.
    pub first: Option<u64>,
}

/// A column: the name that the caller uses, and the property of the Web API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) property: String,
    /// For rows behind a navigation property: which part of them is the column's value.
    pub(crate) related: Option<Related>,
}

/// A part of the rows behind a navigation property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Related {
    /// The options of `$expand`, such as `$select=name`.
    pub(crate) options: String,
    /// The property of each of them that becomes the column's value, joined by GS (0x1D); none: their JSON.
    pub(crate) part: Option<&'static str>,
}

impl Column {
    /// A column of the table itself.
    pub(crate) fn own(name: &str, property: &str) -> Self {
        Column { name: name.to_owned(), property: property.to_owned(), related: None }
    }

    /// The rows behind a navigation property.
    pub(crate) fn related(name: &str, property: &str, options: String, part: Option<&'static str>) -> Self {
        Column { related: Some(Related { options, part }), ..Column::own(name, property) }
    }
}

/// The columns that were asked for, or the table's usual ones.
pub(crate) fn columns_of(entity: &Entity, names: &[impl AsRef<str>]) -> Result<Vec<Column>> {
    if names.is_empty() {
        return Ok(entity.columns.iter().map(|name| column(entity, name)).collect());
    }
    let mut columns: Vec<Column> = Vec::with_capacity(names.len());
    for name in names {
        let name = name.as_ref().trim();
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            let what = format!("'{}' is no name of a column of {}.", name.escape_debug(), entity.name);
            return Err(Error::new(Status::InvalidArgument, what)
                .with_advice("Use logical names such as 'fullname', separated by commas."));
        }
        let column = column(entity, &name.to_ascii_lowercase());
        if columns.contains(&column) {
            return Err(Error::new(Status::InvalidArgument, format!("The column '{name}' is asked for twice.")));
        }
        columns.push(column);
    }
    Ok(columns)
}

fn column(entity: &Entity, name: &str) -> Column {
    let property = if entity.lookups.contains(&name) { format!("_{name}_value") } else { name.to_owned() };
    Column::own(name, &property)
}

/// A string literal of OData for a filter: in apostrophes, an apostrophe in it doubled.
///
/// ```
/// let name = "O'Neil";
/// assert_eq!(format!("lastname eq {}", dynamics365::quote(name)), "lastname eq 'O''Neil'");
/// ```
pub fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// The filter of rows whose column is one of these ids.
pub(crate) fn one_of(column: &str, ids: &[String]) -> String {
    let quoted: Vec<_> = ids.iter().map(|id| quote(id)).collect();
    format!("Microsoft.Dynamics.CRM.In(PropertyName='{column}',PropertyValues=[{}])", quoted.join(","))
}

/// The address of a row, `systemusers(<id>)`, with what follows it.
pub(crate) fn row_url(api: &Url, entity: &Entity, id: Uuid, then: &str, columns: &[Column]) -> Url {
    let mut url = list_url(api, &format!("{}({id}){then}", entity.set), columns, &Query::default());
    if columns.is_empty() {
        url.set_query(None);
    }
    url
}

/// The address of a list, with its query options.
pub(crate) fn list_url(api: &Url, path: &str, columns: &[Column], query: &Query) -> Url {
    let mut url = api.join(path).expect("paths of the library are valid");
    let own = columns.iter().filter(|column| column.related.is_none());
    let selected: Vec<_> = own.map(|column| column.property.as_str()).collect();
    // Without columns of its own a row comes whole: `$select` can't be empty.
    let mut options = if selected.is_empty() { String::new() } else { format!("$select={}", selected.join(",")) };
    let mut add = |name: &str, value: &str| {
        if !options.is_empty() {
            options.push('&');
        }
        options.push_str(name);
        options.push('=');
        options.extend(utf8_percent_encode(value, QUERY_VALUE));
    };
    let expanded = columns.iter().filter_map(|column| {
        column.related.as_ref().map(|related| format!("{}({})", column.property, related.options))
    });
    let expanded: Vec<_> = expanded.collect();
    if !expanded.is_empty() {
        add("$expand", &expanded.join(","));
    }
    if let Some(filter) = &query.filter {
        add("$filter", filter);
    }
    if let Some(order) = &query.order_by {
        add("$orderby", order);
    }
    // $top turns paging off, so it serves only for what fits into one page.
    if let Some(first) = query.first.filter(|first| *first <= 5000) {
        add("$top", &first.to_string());
    }
    url.set_query(Some(&options));
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: Entity = Entity {
        set: "things",
        name: "thing",
        lookups: &["ownerid"],
        columns: &["thingid", "ownerid"],
        missing: Status::NotFound,
    };

    const NONE: &[&str] = &[];

    #[test]
    fn what_a_caller_gives_can_not_leave_its_query_option() {
        let api = Url::parse("https://contoso.example/api/data/v9.1/").unwrap();
        let query = Query { filter: Some("name eq 'a&$top=1#\r\n%20+é'".into()), first: Some(3), ..Query::default() };
        let url = list_url(&api, "things", &columns_of(&TABLE, NONE).unwrap(), &query);
        assert_eq!(
            url.as_str(),
            "https://contoso.example/api/data/v9.1/things?$select=thingid,_ownerid_value\
             &$filter=name%20eq%20%27a%26$top=1%23%0D%0A%2520%2B%C3%A9%27&$top=3"
        );
        assert_eq!(quote("O'Neil"), "'O''Neil'");
    }

    #[test]
    fn columns_are_names_and_each_is_asked_for_once() {
        let names = |list: &[&str]| list.iter().map(|name| name.to_string()).collect::<Vec<_>>();
        let columns = columns_of(&TABLE, &names(&["OwnerId", " thingid "])).unwrap();
        assert_eq!((columns[0].name.as_str(), columns[0].property.as_str()), ("ownerid", "_ownerid_value"));
        for bad in [&["a b"][..], &[""], &["a,b"], &["x&$filter"], &["a", "A"]] {
            assert_eq!(columns_of(&TABLE, &names(bad)).unwrap_err().status(), Status::InvalidArgument, "{bad:?}");
        }
    }
}
