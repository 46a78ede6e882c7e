//! The body of an action: its parameters, and the rows that they name.

use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::Call;
use crate::metadata::operations::Operation;
use crate::model::Set;
use crate::odata::{ApiResult, ODataError, payload};

/// The parameters of a call of an action.
pub struct Arguments {
    operation: &'static Operation,
    set: &'static str,
    members: Map<String, Json>,
}

impl Arguments {
    /// Reads the body; a parameter that the action has not is refused.
    pub fn read(call: &Call<'_>, operation: &'static Operation) -> ApiResult<Self> {
        let set = operation.bound_to.map_or("", |set| set.names().entity_set);
        let members = payload::object(&call.request.body, set)?;
        let is_known = |name: &str| operation.parameters.iter().any(|(known, _)| *known == name);
        match members.keys().find(|name| !is_known(name) && !payload::is_annotation(name)) {
            None => Ok(Self { operation, set, members }),
            Some(name) => Err(ODataError::payload(
                set,
                format_args!(
                    "The parameter '{name}' in the request payload is not a valid parameter for the operation '{}'.",
                    operation.name
                ),
            )),
        }
    }

    fn wrong(&self, name: &str, form: &str) -> ODataError {
        ODataError::payload(
            self.set,
            format_args!("{} needs the parameter {name}, such as \"{name}\":{form}.", self.operation.name),
        )
    }

    /// A parameter that may be left out and is true or false.
    pub fn flag(&self, name: &str) -> ApiResult<bool> {
        match self.members.get(name) {
            None | Some(Json::Null) => Ok(false),
            Some(Json::Bool(flag)) => Ok(*flag),
            Some(_) => Err(self.wrong(name, "false")),
        }
    }

    /// The key of the row that a parameter names, by one of these columns.
    pub fn row(&self, name: &str, table: Set, keys: &[&str]) -> ApiResult<Uuid> {
        let row = self.members.get(name).and_then(Json::as_object);
        self.key(name, row, table, keys)?.ok_or_else(|| self.wrong(name, &format!("{{\"{}\":\"<id>\"}}", keys[0])))
    }

    /// The keys of the rows in the list that a parameter is; there must be one.
    pub fn rows(&self, name: &str, table: Set, keys: &[&str]) -> ApiResult<Vec<Uuid>> {
        let wrong = || self.wrong(name, &format!("[{{\"{}\":\"<id>\"}}], with a row or more", keys[0]));
        let rows = self.members.get(name).and_then(Json::as_array).filter(|rows| !rows.is_empty()).ok_or_else(wrong)?;
        rows.iter().map(|row| self.key(name, row.as_object(), table, keys)?.ok_or_else(wrong)).collect()
    }

    fn key(
        &self,
        parameter: &str,
        row: Option<&Map<String, Json>>,
        table: Set,
        keys: &[&str],
    ) -> ApiResult<Option<Uuid>> {
        let Some(row) = row else { return Ok(None) };
        let names = table.names();
        payload::check_type(row, names.logical, names.entity_set)?;
        let is_known =
            |name: &str| keys.contains(&name) || table.column(name).is_some() || payload::is_annotation(name);
        if let Some(name) = row.keys().find(|name| !is_known(name)) {
            return Err(payload::unknown(name, names.logical, names.entity_set));
        }
        let given: Vec<&Json> = keys.iter().filter_map(|key| row.get(*key)).collect();
        let id = given.first().and_then(|id| id.as_str()).and_then(payload::guid);
        if given.iter().any(|other| given.first() != Some(other)) {
            return Err(ODataError::payload(
                self.set,
                format_args!("The keys {} of the parameter {parameter} differ.", keys.join(" and ")),
            ));
        }
        Ok(id)
    }
}
