//! The columns that a query gives.

use std::collections::HashSet;

use super::ast::{Attribute, Entity, How, Link};
use super::bind::Plan;
use super::error;
use super::table::{self, Field};
use crate::metadata;
use crate::model::Kind;
use crate::odata::{ApiResult, ODataError};

/// A column of the result.
#[derive(Debug)]
pub struct Output {
    /// Where its values come from.
    pub field: Field,
    /// Its name in the reply.
    pub name: String,
    /// It goes by another name than the table's.
    pub is_alias: bool,
}

/// The columns of the result.
#[derive(Debug, Default)]
pub struct Outputs {
    /// In the order in which they are written.
    pub list: Vec<Output>,
    /// What `@odata.context` names behind the set: empty where all columns come.
    pub context: String,
    names: HashSet<String>,
}

impl Outputs {
    /// Adds a column, but one that is there already.
    fn push(&mut self, field: Field, alias: Option<String>) -> ApiResult<()> {
        let is_alias = alias.is_some();
        let name = alias.unwrap_or_else(|| field.property().to_owned());
        if !self.names.insert(name.clone()) {
            let same = self.list.iter().any(|output| output.name == name && output.field == field && !is_alias);
            return if same { Ok(()) } else { Err(error::duplicate_alias(&name)) };
        }
        self.list.push(Output { field, name, is_alias });
        Ok(())
    }

    fn has(&self, field: &Field) -> bool {
        self.list.iter().any(|output| output.field == *field && !output.is_alias)
    }

    /// `(fullname,_businessunitid_value,systemuserid,businessunitid,businessunitid())`
    fn describe(&mut self) {
        let own = || self.list.iter().filter(|output| output.field.source == 0);
        let is_lookup = |output: &&Output| matches!(output.field.kind, Kind::Lookup(..));
        let mut parts: Vec<String> = own()
            .map(|output| if output.is_alias { output.field.attribute() } else { output.field.property() }.to_owned())
            .collect();
        parts.extend(own().filter(is_lookup).filter(|one| !one.is_alias).map(|one| one.field.attribute().to_owned()));
        parts.extend(own().filter(is_lookup).map(|output| format!("{}()", output.field.attribute())));
        self.context = format!("({})", parts.join(","));
    }
}

impl Plan<'_> {
    /// Takes the columns of `<entity>`. The key comes along, but not into distinct rows.
    pub fn columns(&mut self, entity: &Entity, distinct: bool) -> ApiResult<()> {
        let set = self.scope.set(0);
        if entity.none && distinct {
            return Err(ODataError::bad_request(
                "0x8004112C",
                "The no-attrs tag cannot be used in conjuction with Distinct set to true.",
            ));
        }
        let every = entity.all || (entity.attributes.is_empty() && !entity.none);
        for attribute in &entity.attributes {
            self.outputs.push(self.output(attribute, 0)?, attribute.alias.clone())?;
        }
        if every {
            for column in 0..table::width(set) {
                self.outputs.push(Field::at(0, set, column), None)?;
            }
            return Ok(());
        }
        let key = Field::key(0, set);
        if !distinct && !self.outputs.has(&key) {
            self.outputs.push(key, None)?;
        }
        self.outputs.describe();
        if !distinct {
            for name in table::always(set) {
                self.outputs.push(Field::new(0, set, name)?, None)?;
            }
        }
        Ok(())
    }

    /// Takes the columns of a link: `alias.name`, or the name that the column has as its alias.
    pub fn columns_of_link(&mut self, link: &Link, place: usize) -> ApiResult<()> {
        let set = self.scope.set(place);
        let mut fields: Vec<(Field, Option<String>)> = Vec::new();
        for attribute in &link.entity.attributes {
            fields.push((self.output(attribute, place)?, attribute.alias.clone()));
        }
        if link.entity.all {
            fields.extend((0..table::width(set)).map(|column| (Field::at(place, set, column), None)));
        }
        for (field, alias) in fields {
            let name = alias.unwrap_or_else(|| match link.how {
                // The service names these by their schema names alone.
                How::First => metadata::schema_name_of_column(set, field.attribute()).to_owned(),
                _ => format!("{}.{}", self.scope.alias(place), field.attribute()),
            });
            self.outputs.push(field, Some(name))?;
        }
        Ok(())
    }

    /// The column that an `<attribute>` asks for.
    pub fn output(&self, attribute: &Attribute, place: usize) -> ApiResult<Field> {
        if attribute.aggregate.is_some()
            || attribute.group_by
            || attribute.distinct
            || attribute.date_grouping.is_some()
        {
            return Err(ODataError::bad_request(
                "0x8004111a",
                format!(
                    "An error occurred while processing Aggregates in Query. Only a query with aggregate='true' can have {}",
                    attribute.text
                ),
            ));
        }
        let field = self.scope.field(place, &attribute.name)?;
        if field.name {
            return Err(ODataError::unsupported(format!(
                "the attribute '{}' as a column in FetchXML; ask for '{}' and its formatted value",
                attribute.name,
                field.attribute()
            )));
        }
        Ok(field)
    }
}
