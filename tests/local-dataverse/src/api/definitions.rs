//! `EntityDefinitions` and `RelationshipDefinitions`: metadata as JSON.

use http::{Method, StatusCode};
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::path::{NAMESPACE, split_key};
use super::{Call, json_reply};
use crate::metadata::{self, Definition, Query, Type};
use crate::odata::{ApiResult, ODataError};
use crate::reply::Reply;

/// Where a path of definitions leads to.
enum Place {
    /// Definitions of a type.
    Many(Type, Vec<Definition>),
    /// One of them, or none where a property that may be empty leads there.
    One(Type, Option<Definition>),
}

/// A way along a path, with what `@odata.context` says of it.
struct Walk {
    place: Place,
    /// The path so far, without the key of the last collection.
    context: String,
    /// That key, in parentheses.
    key: String,
    /// The type that the definition with the key is looked at as, with a slash before it.
    cast: String,
}

/// `GET EntityDefinitions...` and the like.
pub fn answer(call: &Call<'_>, segments: &[String]) -> ApiResult<Reply> {
    if call.request.method != Method::GET {
        return Err(ODataError::unsupported("changes of metadata: tables and columns are what they are here"));
    }
    let (first, others) = segments.split_first().ok_or_else(|| ODataError::no_resource(""))?;
    let (name, key) = split_key(first)?;
    let place = match name {
        "EntityDefinitions" => Place::Many(Type::Table, metadata::tables()),
        "RelationshipDefinitions" => Place::Many(Type::Relationship, metadata::relationships()),
        _ => {
            return Err(ODataError::unsupported(format!(
                "'{name}'; the options of a column are at its definition: EntityDefinitions(LogicalName='systemuser')/\
                 Attributes(LogicalName='accessmode')/Microsoft.Dynamics.CRM.PicklistAttributeMetadata/OptionSet"
            )));
        }
    };
    let mut walk = Walk { place, context: name.to_owned(), key: String::new(), cast: String::new() };
    walk.choose(key)?;
    for (index, segment) in others.iter().enumerate() {
        let (name, key) = split_key(segment)?;
        if let (Place::One(of, Some(definition)), None, true) = (&walk.place, key, index + 1 == others.len())
            && let Some(value) = property(call, *of, definition, name)?
        {
            return Ok(value_reply(call, &format!("{}/{name}", walk.full_context()), value));
        }
        walk.step(name)?;
        walk.choose(key)?;
    }
    walk.reply(call)
}

impl Walk {
    /// Follows a navigation property, or looks at what is here as a derived type.
    fn step(&mut self, name: &str) -> ApiResult<()> {
        let nowhere = || ODataError::no_resource(name);
        if let Some(derived) = name.strip_prefix(NAMESPACE) {
            self.place = match &self.place {
                Place::Many(of, definitions) => {
                    let of = of.cast(derived).ok_or_else(nowhere)?;
                    self.context = format!("{}/{name}", self.context);
                    Place::Many(of, definitions.clone())
                }
                Place::One(of, definition) => {
                    let of = of.cast(derived).ok_or_else(nowhere)?;
                    let definition = definition.filter(|definition| of.takes(definition)).ok_or_else(nowhere)?;
                    self.cast = format!("/{name}");
                    Place::One(of, Some(definition))
                }
            };
            return Ok(());
        }
        let Place::One(of, Some(definition)) = &self.place else { return Err(nowhere()) };
        let (target, is_many) = of.navigation(name).ok_or_else(nowhere)?;
        let related = definition.related(name);
        self.place =
            if is_many { Place::Many(target, related) } else { Place::One(target, related.into_iter().next()) };
        self.context = format!("{}/{name}", self.full_context());
        self.key.clear();
        self.cast.clear();
        Ok(())
    }

    /// The path so far with the key.
    fn full_context(&self) -> String {
        format!("{}{}{}", self.context, self.key, self.cast)
    }

    /// Takes the definition with a key out of the collection.
    fn choose(&mut self, key: Option<&str>) -> ApiResult<()> {
        let Some(key) = key else { return Ok(()) };
        let Place::Many(of, definitions) = &self.place else {
            return Err(ODataError::query(format!(
                "Bad Request - Error in query syntax: the key '{key}' fits nothing."
            )));
        };
        let (name, value) = key.split_once('=').unwrap_or(("MetadataId", key));
        let text = value.strip_prefix('\'').and_then(|text| text.strip_suffix('\''));
        let found = match (name.trim(), text) {
            ("MetadataId", None) => {
                let id = Uuid::try_parse(value)
                    .map_err(|_| ODataError::query(format!("Invalid GUID key '{value}' of a {}.", of.name())))?;
                self.key = format!("({id})");
                definitions.iter().find(|definition| definition.has_id(id))
            }
            (property, Some(text)) if property == of.name_property() => {
                self.key = format!("('{text}')");
                definitions.iter().find(|definition| definition.is_named(text))
            }
            _ => {
                return Err(ODataError::query(format!(
                    "The key '{key}' is none of a {}: use its MetadataId or {}='...'.",
                    of.name(),
                    of.name_property()
                )));
            }
        };
        let definition = *found.filter(|definition| of.takes(definition)).ok_or_else(|| not_found(*of, text, value))?;
        self.place = Place::One(*of, Some(definition));
        Ok(())
    }

    fn reply(self, call: &Call<'_>) -> ApiResult<Reply> {
        let settings = call.state.settings.read();
        let base = format!("{}$metadata#{}{}", call.base(), self.context, self.cast);
        match self.place {
            Place::Many(of, definitions) => {
                let query = Query::new(&call.options, of)?;
                let list = query.list(&definitions, &settings)?;
                let context = format!("{base}{}", query.context());
                Ok(reply([("@odata.context".to_owned(), context.into()), ("value".to_owned(), list.into())]))
            }
            Place::One(of, Some(definition)) => {
                let query = Query::new(&call.options, of)?;
                let context = format!("{base}{}/$entity", query.context());
                let members = query.one(&definition, &settings)?;
                Ok(reply([("@odata.context".to_owned(), context.into())].into_iter().chain(members)))
            }
            Place::One(_, None) => Ok(Reply::empty(StatusCode::NO_CONTENT)),
        }
    }
}

/// The value of a property that leads nowhere else.
fn property(call: &Call<'_>, of: Type, definition: &Definition, name: &str) -> ApiResult<Option<Json>> {
    if of.navigation(name).is_some() || name.starts_with(NAMESPACE) {
        return Ok(None);
    }
    let query = Query::new(&call.options, of)?;
    Ok(query.one(definition, &call.state.settings.read())?.remove(name))
}

fn value_reply(call: &Call<'_>, context: &str, value: Json) -> Reply {
    let context = ("@odata.context".to_owned(), Json::from(format!("{}$metadata#{context}", call.base())));
    match value {
        Json::Null => Reply::empty(StatusCode::NO_CONTENT),
        Json::Object(members) => reply([context].into_iter().chain(members)),
        value => reply([context, ("value".to_owned(), value)]),
    }
}

fn reply(members: impl IntoIterator<Item = (String, Json)>) -> Reply {
    json_reply(StatusCode::OK, Json::Object(Map::from_iter(members)).to_string().into_bytes())
}

fn not_found(of: Type, name: Option<&str>, key: &str) -> ODataError {
    let (name, id) = name.map_or(("", key), |name| (name, "00000000-0000-0000-0000-000000000000"));
    let message = match of {
        Type::Table => format!("Could not find an entity with name {name} and id {id}."),
        _ => format!("Could not find a {} with name {name} and id {id}.", of.name()),
    };
    ODataError::new(StatusCode::NOT_FOUND, "0x80040217", message)
}
