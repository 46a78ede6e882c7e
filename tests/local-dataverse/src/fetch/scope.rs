//! The tables of a query by their names.

use std::collections::HashSet;

use super::error;
use super::table::Field;
use crate::model::Set;
use crate::odata::ApiResult;

/// A table of a query.
#[derive(Debug)]
struct Named {
    set: Set,
    alias: String,
}

/// The tables of a query, the one of `<entity>` first.
#[derive(Debug)]
pub struct Scope {
    tables: Vec<Named>,
    taken: HashSet<String>,
}

impl Scope {
    /// A query of this table.
    pub fn new(set: Set) -> Self {
        let alias = set.names().logical.to_owned();
        Self { tables: vec![Named { set, alias }], taken: HashSet::new() }
    }

    /// Adds a table and gives its place. Without an alias it gets one of its name and a number.
    pub fn add(&mut self, set: Set, alias: Option<&str>) -> ApiResult<usize> {
        let alias = match alias {
            Some(alias) => {
                if !self.taken.insert(alias.to_owned()) {
                    return Err(error::duplicate_alias(alias));
                }
                alias.to_owned()
            }
            None => {
                let number = self.tables.iter().skip(1).filter(|table| table.set == set).count() + 1;
                format!("{}{number}", set.names().logical)
            }
        };
        self.tables.push(Named { set, alias });
        Ok(self.tables.len() - 1)
    }

    /// The place of the table with this alias, or with this name.
    pub fn find(&self, name: &str) -> ApiResult<usize> {
        let by_alias = self.tables.iter().skip(1).position(|table| table.alias == name);
        let by_name = || self.tables.iter().skip(1).position(|table| table.set.names().logical == name);
        match by_alias.or_else(by_name) {
            Some(place) => Ok(place + 1),
            None if self.tables[0].alias == name => Ok(0),
            None => Err(error::no_alias(name)),
        }
    }

    /// The table at a place.
    pub fn set(&self, place: usize) -> Set {
        self.tables[place].set
    }

    /// The alias of the table at a place.
    pub fn alias(&self, place: usize) -> &str {
        &self.tables[place].alias
    }

    /// A column of the table at a place.
    pub fn field(&self, place: usize, attribute: &str) -> ApiResult<Field> {
        Field::new(place, self.set(place), attribute)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_found_by_alias_and_else_by_name() {
        let mut scope = Scope::new(Set::Users);
        assert_eq!(scope.add(Set::Roles, Some("r")).unwrap(), 1);
        assert_eq!(scope.add(Set::Roles, None).unwrap(), 2);
        assert_eq!(scope.add(Set::Units, None).unwrap(), 3);
        let aliases: Vec<&str> = (0..4).map(|place| scope.alias(place)).collect();
        assert_eq!(aliases, ["systemuser", "r", "role2", "businessunit1"]);
        for (name, place) in [("r", 1), ("role2", 2), ("role", 1), ("businessunit", 3), ("systemuser", 0)] {
            assert_eq!(scope.find(name).unwrap(), place, "{name}");
        }
        assert_eq!(scope.find("team").unwrap_err().code, "0x8004110b");
        assert_eq!(scope.add(Set::Teams, Some("r")).unwrap_err().code, "0x80041130");
    }
}
