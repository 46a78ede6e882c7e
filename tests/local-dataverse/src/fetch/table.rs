//! Tables and rows whose types are known only at run time: a query joins any of them.

use uuid::Uuid;

use super::error;
use crate::model::{Entity, Kind, Set, Value, with_set};
use crate::odata::{ApiResult, ODataError, annotations};
use crate::store::Store;

/// A row of any table.
pub trait Record {
    /// The value of a column.
    fn cell(&self, column: usize) -> Value<'_>;
    /// The row's key.
    fn key(&self) -> Uuid;
    /// The number in the row's ETag.
    fn revision(&self) -> u64;
}

impl<T: Entity> Record for T {
    fn cell(&self, column: usize) -> Value<'_> {
        self.value(column)
    }

    fn key(&self) -> Uuid {
        self.id()
    }

    fn revision(&self) -> u64 {
        self.version()
    }
}

/// One row of a join: a row of each table, or none where an outer join found none.
pub type Row<'a> = [Option<&'a dyn Record>];

/// Tables of the service that this server does not hold, which deserve a better answer than that they do not exist.
const ELSEWHERE: [&str; 16] = [
    "account",
    "calendar",
    "contact",
    "fieldsecurityprofile",
    "mailbox",
    "position",
    "principalobjectaccess",
    "queue",
    "roleprivileges",
    "roletemplate",
    "solution",
    "systemuserprofiles",
    "teamtemplate",
    "territory",
    "transactioncurrency",
    "usersettings",
];

/// The table with this logical name.
pub fn of_name(name: &str) -> ApiResult<Set> {
    Set::of_table(name).ok_or_else(|| {
        if ELSEWHERE.contains(&name) {
            ODataError::unsupported(format!("the table '{name}' in FetchXML"))
        } else {
            error::no_table(name)
        }
    })
}

/// All rows by key, from behind one on.
pub fn rows<'a>(set: Set, after: Option<Uuid>, store: &'a Store) -> Box<dyn Iterator<Item = &'a dyn Record> + 'a> {
    with_set!(set, Table => Box::new(Table::table(store).after(after).map(|row| &**row as &dyn Record)))
}

/// The row with this key.
pub fn row(set: Set, key: Uuid, store: &Store) -> Option<&dyn Record> {
    with_set!(set, Table => Table::table(store).get(key).map(|row| &**row as &dyn Record))
}

/// A column of one of the tables of a query.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Field {
    /// Which of the query's tables.
    pub source: usize,
    /// The table.
    pub set: Set,
    /// Which of its columns.
    pub column: usize,
    /// The type of the column.
    pub kind: Kind,
    /// Not the value itself but its name: `businessunitidname` for `businessunitid`.
    pub name: bool,
}

impl Field {
    /// The column with this logical name.
    pub fn new(source: usize, set: Set, attribute: &str) -> ApiResult<Self> {
        if let Some(column) = column(set, attribute) {
            return Ok(Self::at(source, set, column));
        }
        let named = attribute.strip_suffix("name").and_then(|base| column(set, base));
        match named.map(|column| Self { name: true, ..Self::at(source, set, column) }) {
            Some(field) if matches!(field.kind, Kind::Lookup(..) | Kind::Choice(_) | Kind::Bool(..)) => Ok(field),
            _ => Err(error::no_column(set, attribute)),
        }
    }

    /// The column at a position.
    pub fn at(source: usize, set: Set, column: usize) -> Self {
        Self { source, set, column, kind: kind(set, column), name: false }
    }

    /// The table's key.
    pub fn key(source: usize, set: Set) -> Self {
        Self::at(source, set, column(set, set.names().key).unwrap_or_default())
    }

    /// The column's value in a row of the join.
    pub fn value<'a>(&self, row: &Row<'a>, store: &'a Store) -> Value<'a> {
        match row[self.source] {
            None => Value::Null,
            Some(record) if self.name => {
                annotations::name(self.kind, record.cell(self.column), store).map_or(Value::Null, Value::Text)
            }
            Some(record) => record.cell(self.column),
        }
    }

    /// What the column's values are.
    pub fn kind(&self) -> Kind {
        if self.name { Kind::Text(u32::MAX) } else { self.kind }
    }

    /// The name of the column in OData: `_businessunitid_value`.
    pub fn property(&self) -> &'static str {
        with_set!(self.set, Table => Table::schema().columns[self.column].name)
    }

    /// The logical name of the column: `businessunitid`.
    pub fn attribute(&self) -> &'static str {
        attribute(self.property())
    }

    /// The column as messages name it: `systemuser.businessunitid`.
    pub fn display(&self) -> String {
        format!("{}.{}{}", self.set.names().logical, self.attribute(), if self.name { "name" } else { "" })
    }
}

/// How many columns a table has.
pub fn width(set: Set) -> usize {
    with_set!(set, Table => Table::schema().columns.len())
}

/// The columns that come with every row.
pub fn always(set: Set) -> &'static [&'static str] {
    with_set!(set, Table => Table::schema().always)
}

fn kind(set: Set, column: usize) -> Kind {
    with_set!(set, Table => Table::schema().columns[column].kind)
}

fn column(set: Set, name: &str) -> Option<usize> {
    with_set!(set, Table => {
        let schema = Table::schema();
        let lookup = || schema.column(&format!("_{name}_value"));
        schema.column(name).filter(|_| !name.starts_with('_')).or_else(lookup)
    })
}

fn attribute(property: &'static str) -> &'static str {
    property.strip_prefix('_').and_then(|rest| rest.strip_suffix("_value")).unwrap_or(property)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_go_by_their_logical_names() {
        for (attribute, property, is_name) in [
            ("fullname", "fullname", false),
            ("domainname", "domainname", false),
            ("businessunitid", "_businessunitid_value", false),
            ("businessunitidname", "_businessunitid_value", true),
            ("accessmodename", "accessmode", true),
            ("isdisabledname", "isdisabled", true),
        ] {
            let field = Field::new(0, Set::Users, attribute).unwrap();
            assert_eq!((field.property(), field.name), (property, is_name), "{attribute}");
        }
        for attribute in ["_businessunitid_value", "shoesize", "fullnamename", "name", ""] {
            assert_eq!(Field::new(0, Set::Users, attribute).unwrap_err().code, "0x80041103", "{attribute}");
        }
    }

    #[test]
    fn every_column_of_every_table_is_found_by_its_logical_name() {
        for set in Set::ALL {
            assert_eq!(Field::key(0, set).attribute(), set.names().key);
            for column in 0..width(set) {
                let field = Field::at(0, set, column);
                assert_eq!(Field::new(0, set, field.attribute()).unwrap(), field);
            }
        }
    }
}
