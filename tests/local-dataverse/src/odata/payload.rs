//! Bodies of creates and updates: names looked up, types and lengths checked.

use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::error::{ApiResult, ODataError};
use super::filter::literal;
use super::key::Key;
use super::{reference, unique};
use crate::model::{Column, Entity, Kind, Scalar, Set, Target};
use crate::settings::{ReadOnlyColumns, Settings};
use crate::store::Store;

/// The columns that a body sets.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    values: Vec<(usize, Scalar)>,
    /// A key in the body.
    pub key: Option<Uuid>,
}

/// Whether a body creates a row or changes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// POST, or PATCH of a row that is not there.
    Create,
    /// PATCH of a row that is there.
    Update,
}

impl Changes {
    /// Takes the value of a column out, for a rule that handles it.
    pub fn take<T: Entity>(&mut self, name: &str) -> Option<Scalar> {
        let place = self.place::<T>(name)?;
        Some(self.values.remove(place).1)
    }

    /// The value of a column, where the body has it.
    pub fn get<T: Entity>(&self, name: &str) -> Option<&Scalar> {
        self.place::<T>(name).map(|place| &self.values[place].1)
    }

    fn place<T: Entity>(&self, name: &str) -> Option<usize> {
        let column = T::schema().column(name)?;
        self.values.iter().position(|(index, _)| *index == column)
    }

    /// Sets a column that the address of the row names, whoever may write it.
    pub fn set<T: Entity>(&mut self, name: &str, value: Scalar) {
        self.take::<T>(name);
        if let Some(column) = T::schema().column(name) {
            self.values.push((column, value));
        }
    }

    /// Writes the values into a row.
    pub fn apply<T: Entity>(self, row: &mut T) {
        for (column, value) in self.values {
            row.set(column, value);
        }
    }

    /// The names of the columns.
    pub fn names<T: Entity>(&self) -> Vec<&'static str> {
        self.values.iter().map(|(column, _)| T::schema().columns[*column].name).collect()
    }
}

/// What a body is checked against.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The data, for references.
    pub store: &'a Store,
    /// The settings.
    pub settings: &'a Settings,
    /// The server's own origin.
    pub origin: &'a str,
}

/// Parses a body that must be a JSON object.
pub fn object(body: &[u8], entity_set: &str) -> ApiResult<Map<String, Json>> {
    match unique::read(body) {
        Ok(Json::Object(members)) => Ok(members),
        Ok(_) => Err(ODataError::payload(entity_set, "The body must be one JSON object.")),
        Err(_) if body.is_empty() => Err(ODataError::payload(entity_set, "The request has no body.")),
        Err(error) if error.is_data() => Err(ODataError::payload(entity_set, error)),
        Err(error) => Err(ODataError::payload(entity_set, format_args!("The body is not JSON: {error}"))),
    }
}

/// Reads the columns that a body sets.
pub fn read<T: Entity>(members: &Map<String, Json>, purpose: Purpose, context: Context<'_>) -> ApiResult<Changes> {
    let schema = T::schema();
    let mut changes = Changes::default();
    check_type(members, schema.logical_name, schema.entity_set)?;
    for (name, value) in members {
        if let Some((property, annotation)) = name.split_once('@') {
            if !is_annotation(name) {
                return Err(unknown(name, schema.logical_name, schema.entity_set));
            }
            if annotation == "odata.bind" {
                let (column, value) = bind::<T>(property, value, context)?;
                put::<T>(&mut changes, column, value, purpose, context)?;
            }
            // Other annotations carry nothing to be stored.
            continue;
        }
        if let Some(column) = schema.column(name) {
            if matches!(schema.columns[column].kind, Kind::Lookup(..)) {
                return Err(ODataError::bad_request(
                    "0x80048d19",
                    "CRM do not support direct update of Entity Reference properties, Use Navigation properties instead.",
                ));
            }
            let value = convert(&schema.columns[column], value, schema.logical_name, schema.entity_set)?;
            if name == schema.key {
                // An empty key of a new row is none: the server chooses one.
                changes.key = value.into_guid().filter(|id| purpose == Purpose::Update || !id.is_nil());
                if changes.key.is_none() && purpose == Purpose::Update {
                    return Err(ODataError::bad_request(
                        "0x80040203",
                        format!("The attribute '{name}' can't be null."),
                    ));
                }
                continue;
            }
            put::<T>(&mut changes, column, value, purpose, context)?;
        } else if let (Some(column), Json::Null) = (schema.navigation(name), value) {
            put::<T>(&mut changes, column, Scalar::Null, purpose, context)?;
        } else if schema.navigation(name).is_some() {
            return Err(ODataError::unsupported(format!(
                "a nested row in the body at '{name}'; refer to an existing row with '{name}@odata.bind'"
            )));
        } else {
            return Err(unknown(name, schema.logical_name, schema.entity_set));
        }
    }
    Ok(changes)
}

/// Whether a member of a body is an annotation, which carries nothing to be stored: `@odata.type`, `name@odata.bind`.
pub fn is_annotation(name: &str) -> bool {
    name.split_once('@').is_some_and(|(_, annotation)| annotation.contains('.') && !annotation.contains('@'))
}

/// Refuses a body that is of another type than the table's.
pub fn check_type(members: &Map<String, Json>, logical_name: &str, entity_set: &str) -> ApiResult<()> {
    let Some(given) = members.get("@odata.type") else { return Ok(()) };
    let Some(text) = given.as_str() else {
        return Err(ODataError::payload(
            entity_set,
            format_args!("The value of '@odata.type' must be a string, not {given}."),
        ));
    };
    let name = text.strip_prefix('#').unwrap_or(text);
    match name.strip_prefix("Microsoft.Dynamics.CRM.") {
        Some(table) if table == logical_name => Ok(()),
        Some(table) if Set::of_table(table).is_some() => Err(ODataError::payload(
            entity_set,
            format_args!(
                "A resource with type '{name}' was found, but it is not assignable to the expected type \
                 'Microsoft.Dynamics.CRM.{logical_name}'."
            ),
        )),
        _ => Err(ODataError::payload(
            entity_set,
            format_args!(
                "A type named '{name}' could not be resolved by the model. When a model is available, each type name must \
                 resolve to a valid type."
            ),
        )),
    }
}

/// Refuses what stands beside `@odata.id` in a reference and is no annotation.
pub fn nothing_beside_reference(members: &Map<String, Json>, entity_set: &str) -> ApiResult<()> {
    match members.keys().find(|name| !is_annotation(name)) {
        None => Ok(()),
        Some(name) => Err(ODataError::payload(
            entity_set,
            format_args!(
                "A property with name '{name}' was found in an entity reference link, which has '@odata.id' only."
            ),
        )),
    }
}

/// A member that the table has not.
pub fn unknown(name: &str, logical_name: &str, entity_set: &str) -> ODataError {
    ODataError::bad_request(
        "0x80048d19",
        format!(
            "Error identified in Payload provided by the user for Entity :'{entity_set}', For more information on this \
             error please follow this help link https://go.microsoft.com/fwlink/?linkid=2195293  ---->  InnerException : \
             Microsoft.Crm.CrmException: Invalid property '{name}' was found in entity \
             'Microsoft.Dynamics.CRM.{logical_name}'. ---> Microsoft.OData.ODataException: The property '{name}' does not \
             exist on type 'Microsoft.Dynamics.CRM.{logical_name}'. Make sure to only use property names that are defined \
             by the type."
        ),
    )
}

fn put<T: Entity>(
    changes: &mut Changes,
    column: usize,
    value: Scalar,
    purpose: Purpose,
    context: Context<'_>,
) -> ApiResult<()> {
    let definition = &T::schema().columns[column];
    if changes.values.iter().any(|(known, _)| *known == column) {
        return Err(ODataError::payload(
            T::schema().entity_set,
            format_args!("The body sets '{}' in two ways.", definition.attribute()),
        ));
    }
    let allowed = match purpose {
        Purpose::Create => definition.create,
        Purpose::Update => definition.update,
    };
    if allowed {
        changes.values.push((column, value));
        return Ok(());
    }
    match context.settings.read_only_columns {
        ReadOnlyColumns::Ignore => Ok(()),
        ReadOnlyColumns::Refuse => Err(ODataError::bad_request(
            "0x80040203",
            format!(
                "The attribute '{}' of the entity '{}' is not valid for {}.",
                definition.attribute(),
                T::schema().logical_name,
                if purpose == Purpose::Create { "create" } else { "update" }
            ),
        )),
    }
}

/// The row that `<property>@odata.bind` refers to.
fn bind<T: Entity>(property: &str, value: &Json, context: Context<'_>) -> ApiResult<(usize, Scalar)> {
    let schema = T::schema();
    let column =
        schema.navigation(property).ok_or_else(|| unknown(property, schema.logical_name, schema.entity_set))?;
    let Kind::Lookup(target, _) = schema.columns[column].kind else {
        return Err(unknown(property, schema.logical_name, schema.entity_set));
    };
    let text = match value {
        Json::Null => return Ok((column, Scalar::Null)),
        Json::String(text) => text,
        _ => {
            return Err(ODataError::payload(
                schema.entity_set,
                format_args!("The value of '{property}@odata.bind' must be a string, such as '/businessunits(<id>)'."),
            ));
        }
    };
    let (set, key) = reference::parse(text, context.origin, false)
        .map_err(|reason| ODataError::payload(schema.entity_set, reason))?;
    let Some(expected) = target.entity_set() else {
        return Err(ODataError::unsupported(format!("references to the table '{}'", target.logical_name())));
    };
    if set != expected {
        return Err(ODataError::payload(
            schema.entity_set,
            format_args!("'{property}@odata.bind' must name a row of '{expected}', not of '{set}'."),
        ));
    }
    let Target::Held(held) = target else {
        return Err(ODataError::unsupported(format!("references to the table '{}'", target.logical_name())));
    };
    let id = key.find(held, context.store).ok_or_else(|| Key::missing(held))?;
    if !context.store.contains(held, id) {
        return Err(ODataError::not_found(target.logical_name(), id));
    }
    Ok((column, Scalar::Guid(id)))
}

/// A value of the body as a value of the column.
fn convert<T>(column: &Column<T>, value: &Json, logical_name: &str, entity_set: &str) -> ApiResult<Scalar> {
    let wrong = || {
        let literal = match value {
            Json::String(text) => text.clone(),
            other => other.to_string(),
        };
        ODataError::payload(
            entity_set,
            format_args!("Cannot convert the literal '{literal}' to the expected type '{}'.", column.kind.edm()),
        )
    };
    let scalar = match (column.kind, value) {
        (_, Json::Null) => Scalar::Null,
        (Kind::Text(longest), Json::String(text)) => {
            // The service counts UTF-16 code units.
            if text.encode_utf16().count() > longest as usize {
                return Err(ODataError::bad_request(
                    "0x80044331",
                    format!(
                        "A validation error occurred.  The length of the '{}' attribute of the '{logical_name}' entity \
                         exceeded the maximum allowed length of '{longest}'.",
                        column.name
                    ),
                ));
            }
            // Dataverse keeps no empty text: it becomes null.
            if text.is_empty() { Scalar::Null } else { Scalar::Text(text.as_str().into()) }
        }
        (Kind::Guid, Json::String(text)) => Scalar::Guid(guid(text).ok_or_else(wrong)?),
        (Kind::Bool(..), Json::Bool(flag)) => Scalar::Bool(*flag),
        (Kind::Int(..) | Kind::Choice(_) | Kind::BigInt, Json::Number(number)) => {
            let number = number.as_i64().ok_or_else(wrong)?;
            in_range(column, number, logical_name)?;
            Scalar::Int(number)
        }
        (Kind::Double, Json::Number(number)) => Scalar::Double(number.as_f64().ok_or_else(wrong)?),
        (Kind::Date, Json::String(text)) => Scalar::Date(literal::date(text).ok_or_else(wrong)?),
        _ => return Err(wrong()),
    };
    Ok(scalar)
}

/// A GUID as .NET reads it: with dashes or without, in braces or not; never as a URN.
pub fn guid(text: &str) -> Option<Uuid> {
    if text.starts_with("urn:") { None } else { Uuid::try_parse(text).ok() }
}

fn in_range<T>(column: &Column<T>, number: i64, logical_name: &str) -> ApiResult<()> {
    match column.kind {
        Kind::Int(least, most) if !(least..=most).contains(&number) => Err(ODataError::bad_request(
            "0x80044331",
            format!(
                "A validation error occurred.  The value of '{}' on record of type '{logical_name}' is outside the valid \
                 range. Accepted values are between {least} and {most}.",
                column.name
            ),
        )),
        Kind::Choice(labels) if !labels.is_empty() && !labels.iter().any(|(value, _)| *value == number) => {
            Err(ODataError::bad_request(
                "0x8004431A",
                format!(
                    "A validation error occurred.  The value {number} of '{}' on record of type '{logical_name}' is outside \
                     the valid range. Accepted Values: {}",
                    column.name,
                    labels.iter().map(|(value, _)| value.to_string()).collect::<Vec<_>>().join(",")
                ),
            ))
        }
        _ => Ok(()),
    }
}
