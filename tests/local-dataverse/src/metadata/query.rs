//! `$select`, `$filter` and `$expand` of definitions.

use serde_json::Value as Json;

use super::parts::Object;
use super::{Definition, Type};
use crate::model::Scalar;
use crate::odata::filter::ast::{Comparison, Expression, Operand};
use crate::odata::filter::{self, incompatible};
use crate::odata::{ApiResult, ODataError, QueryOptions, expand};
use crate::settings::Settings;

/// What is asked of definitions of one type.
#[derive(Debug)]
pub struct Query {
    of: Type,
    select: Vec<String>,
    filter: Option<Expression>,
    expand: Vec<Expansion>,
}

/// A navigation property that is expanded.
#[derive(Debug)]
struct Expansion {
    name: String,
    is_many: bool,
    query: Query,
}

impl Query {
    /// Checks the options for definitions of a type.
    pub fn new(options: &QueryOptions, of: Type) -> ApiResult<Self> {
        let refused = [
            ("$orderby", !options.order_by.is_empty()),
            ("$top", options.top.is_some()),
            ("$count", options.count),
            ("$skiptoken", options.skip_token.is_some()),
            ("$deltatoken", options.delta_token.is_some()),
        ];
        if let Some((name, _)) = refused.iter().find(|(_, is_there)| *is_there) {
            return Err(ODataError::query(format!("The query parameter {name} is not supported")));
        }
        let properties = of.properties();
        let select = match options.select.as_deref() {
            Some(names) if !names.iter().any(|name| name == "*") => names.to_vec(),
            _ => Vec::new(),
        };
        if let Some(name) = select.iter().find(|name| !properties.contains(*name)) {
            return Err(ODataError::no_property(name, of.name()));
        }
        let filter =
            options.filter.as_deref().map(|text| filter::parse(text, |name| options.alias(name))).transpose()?;
        if let Some(filter) = &filter {
            check(filter, of, &properties)?;
        }
        let parts = options.expand.as_deref().map_or(Ok(Vec::new()), expand::parts)?;
        let expand = parts.into_iter().map(|part| {
            let (target, is_many) =
                of.navigation(&part.name).ok_or_else(|| ODataError::no_property(&part.name, of.name()))?;
            Ok(Expansion { is_many, query: Self::new(&part.options, target)?, name: part.name })
        });
        Ok(Self { of, select, filter, expand: expand.collect::<ApiResult<_>>()? })
    }

    /// What `@odata.context` names of the properties.
    pub fn context(&self) -> String {
        let expanded = self.expand.iter().map(|part| match part.query.context() {
            inner if inner.is_empty() => format!("{}()", part.name),
            inner => format!("{}{inner}", part.name),
        });
        let names: Vec<String> = self.select.iter().cloned().chain(expanded).collect();
        if names.is_empty() { String::new() } else { format!("({})", names.join(",")) }
    }

    /// The definitions that are of the type and pass the filter, as they are written.
    pub fn list(&self, definitions: &[Definition], settings: &Settings) -> ApiResult<Vec<Json>> {
        let mut list = Vec::new();
        for definition in definitions.iter().filter(|definition| self.of.takes(definition)) {
            let members = definition.members(settings);
            let passes = self.filter.as_ref().map_or(Ok(true), |filter| holds(filter, &members));
            if passes? {
                list.push(Json::Object(self.written(definition, members, settings)?));
            }
        }
        Ok(list)
    }

    /// One definition as it is written.
    pub fn one(&self, definition: &Definition, settings: &Settings) -> ApiResult<Object> {
        self.written(definition, definition.members(settings), settings)
    }

    fn written(&self, definition: &Definition, members: Object, settings: &Settings) -> ApiResult<Object> {
        let mut written = Object::new();
        let own = definition.own_type();
        if own != self.of {
            written.insert("@odata.type".into(), format!("#Microsoft.Dynamics.CRM.{}", own.name()).into());
        }
        if self.select.is_empty() {
            written.extend(members);
        } else {
            written.extend(self.selected(members));
        }
        for part in &self.expand {
            let related = part.query.list(&definition.related(&part.name), settings)?;
            let value =
                if part.is_many { Json::Array(related) } else { related.into_iter().next().unwrap_or(Json::Null) };
            written.insert(part.name.clone(), value);
        }
        Ok(written)
    }

    /// The selected properties and MetadataId, those that are objects last.
    fn selected(&self, mut members: Object) -> Object {
        let mut chosen: Vec<(String, Json)> = Vec::new();
        for name in self.select.iter().map(String::as_str).chain(["MetadataId"]) {
            if let Some((name, value)) = members.remove_entry(name) {
                chosen.push((name, value));
            }
        }
        let (objects, plain): (Vec<_>, Vec<_>) = chosen.into_iter().partition(|(_, value)| value.is_object());
        plain.into_iter().chain(objects).collect()
    }
}

/// The enumeration that a property's values are of.
fn enumeration(of: Type, path: &[String]) -> Option<&'static str> {
    let names: Vec<&str> = path.iter().map(String::as_str).collect();
    Some(match (names.as_slice(), of) {
        (["AttributeType"], _) => "AttributeTypeCode",
        (["OwnershipType"], _) => "OwnershipTypes",
        (["RequiredLevel", "Value"], _) => "AttributeRequiredLevel",
        (["OptionSetType"], _) => "OptionSetType",
        (["RelationshipType"], _) => "RelationshipType",
        (["SecurityTypes"], _) => "SecurityTypes",
        (["EntityKeyIndexStatus"], _) => "EntityKeyIndexStatus",
        (["ImeMode"], _) => "ImeMode",
        (["CascadeConfiguration", _], _) => "CascadeType",
        _ => return None,
    })
}

/// Refuses a filter that asks for what definitions do not have, or that the service does not offer for them.
fn check(filter: &Expression, of: Type, properties: &[String]) -> ApiResult<()> {
    match filter {
        Expression::And(left, right) | Expression::Or(left, right) => {
            check(left, of, properties)?;
            check(right, of, properties)
        }
        Expression::Not(inner) => check(inner, of, properties),
        Expression::Compare(Operand::Property(path), comparison, right) => {
            let name = path.first().map_or("", String::as_str);
            if !properties.iter().any(|property| property == name) {
                return Err(ODataError::no_property(name, of.name()));
            }
            let expected = enumeration(of, path).map(|name| format!("Microsoft.Dynamics.CRM.{name}"));
            let found = match right {
                Operand::Literal(Scalar::Null) => return Ok(()),
                Operand::Enum(kind, _) => kind.as_str(),
                Operand::Literal(value) => value.edm(),
                Operand::Property(_) => {
                    return Err(ODataError::unsupported("a comparison of two properties of a definition in $filter"));
                }
            };
            match expected {
                Some(expected) if expected != found => Err(incompatible(&expected, found, *comparison)),
                None if matches!(right, Operand::Enum(..)) => Err(incompatible("Edm.String", found, *comparison)),
                _ => Ok(()),
            }
        }
        Expression::Compare(..) => {
            Err(ODataError::unsupported("a literal on the left of a comparison in $filter; put the property first"))
        }
        Expression::Bare(_) => {
            Err(ODataError::unsupported("a boolean without a comparison in $filter; write <property> eq true"))
        }
        Expression::Text(function, ..) => Err(not_for_metadata(function.name())),
        Expression::In(..) => Err(not_for_metadata("In")),
        Expression::Lambda(..) => Err(not_for_metadata("any")),
    }
}

/// 501, with the service's own words.
fn not_for_metadata(function: &str) -> ODataError {
    ODataError::new(
        http::StatusCode::NOT_IMPLEMENTED,
        "0x8006088a",
        format!("The \"{function}\" function isn't supported for Metadata Entities."),
    )
}

fn holds(filter: &Expression, members: &Object) -> ApiResult<bool> {
    Ok(match filter {
        Expression::And(left, right) => holds(left, members)? && holds(right, members)?,
        Expression::Or(left, right) => holds(left, members)? || holds(right, members)?,
        Expression::Not(inner) => !holds(inner, members)?,
        Expression::Compare(Operand::Property(path), comparison, right) => {
            compare(value(members, path), *comparison, right)?
        }
        // Refused when the query was made.
        _ => false,
    })
}

fn value<'a>(members: &'a Object, path: &[String]) -> &'a Json {
    let first = path.first().and_then(|name| members.get(name));
    path.iter().skip(1).fold(first, |value, name| value?.get(name)).unwrap_or(&Json::Null)
}

fn compare(value: &Json, comparison: Comparison, right: &Operand) -> ApiResult<bool> {
    let order = match (value, right) {
        (Json::Null, Operand::Literal(Scalar::Null)) => Some(std::cmp::Ordering::Equal),
        (Json::Null, _) | (_, Operand::Literal(Scalar::Null)) => None,
        (Json::String(text), Operand::Enum(_, other)) => Some(text.as_str().cmp(other)),
        (Json::String(text), Operand::Literal(Scalar::Text(other))) => Some(text.as_str().cmp(other)),
        (Json::String(text), Operand::Literal(Scalar::Guid(id))) => Some(text.as_str().cmp(&id.to_string())),
        (Json::Bool(flag), Operand::Literal(Scalar::Bool(other))) => Some(flag.cmp(other)),
        (Json::Number(number), Operand::Literal(Scalar::Int(other))) => {
            number.as_f64().and_then(|number| number.partial_cmp(&(*other as f64)))
        }
        (Json::Number(number), Operand::Literal(Scalar::Double(other))) => {
            number.as_f64().and_then(|number| number.partial_cmp(other))
        }
        (value, right) => {
            let kind = match value {
                Json::Bool(_) => "Edm.Boolean",
                Json::Number(_) => "Edm.Int32",
                Json::Object(_) => "Edm.ComplexType",
                Json::Array(_) => "Collection",
                _ => "Edm.String",
            };
            let other = if let Operand::Literal(value) = right { value.edm() } else { "Edm.EnumType" };
            return Err(incompatible(kind, other, comparison));
        }
    };
    Ok(match comparison {
        Comparison::Equal => order == Some(std::cmp::Ordering::Equal),
        Comparison::NotEqual => order != Some(std::cmp::Ordering::Equal),
        Comparison::Greater => order.is_some_and(std::cmp::Ordering::is_gt),
        Comparison::GreaterOrEqual => order.is_some_and(std::cmp::Ordering::is_ge),
        Comparison::Less => order.is_some_and(std::cmp::Ordering::is_lt),
        Comparison::LessOrEqual => order.is_some_and(std::cmp::Ordering::is_le),
    })
}
