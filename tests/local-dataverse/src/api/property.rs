//! One property of a row: a value, or the row that a lookup refers to.

use http::StatusCode;
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::write::{self, Writable};
use super::{Call, json_reply, read};
use crate::model::{Entity, Kind, Set, Target, Value, with_set};
use crate::odata::{ApiResult, ODataError, json, payload};
use crate::reply::Reply;
use crate::rules;

/// `GET systemusers(id)/fullname`, and `GET systemusers(id)/businessunitid`: the row that it refers to.
pub fn get<T: Entity>(call: &Call<'_>, id: Uuid, name: &str) -> ApiResult<Reply> {
    let schema = T::schema();
    let store = call.state.store.read();
    let row = rules::row::<T>(&store, id)?;
    if schema.navigation(name).is_some() {
        let Some((set, related)) = target::<T>(row, name)? else { return Ok(Reply::empty(StatusCode::NO_CONTENT)) };
        call.options.single_row()?;
        return with_set!(set, Row => {
            read::representation::<Row>(call, rules::row::<Row>(&store, related)?, StatusCode::OK, &store)
        });
    }
    let value = value(row, name)?;
    if value == Value::Null {
        return Ok(Reply::empty(StatusCode::NO_CONTENT));
    }
    let mut body = Vec::new();
    body.extend_from_slice(b"{\"@odata.context\":");
    json::write_text(&mut body, &format!("{}$metadata#{}({id})/{name}", call.base(), schema.entity_set));
    body.extend_from_slice(b",\"value\":");
    json::write(&mut body, value);
    body.push(b'}');
    Ok(json_reply(StatusCode::OK, body))
}

/// `GET systemusers(id)/fullname/$value`
pub fn text<T: Entity>(call: &Call<'_>, id: Uuid, name: &str) -> ApiResult<Reply> {
    let store = call.state.store.read();
    let text = match json::value(value(rules::row::<T>(&store, id)?, name)?) {
        Json::Null => return Ok(Reply::empty(StatusCode::NO_CONTENT)),
        Json::String(text) => text,
        other => other.to_string(),
    };
    Ok(Reply::with_body(StatusCode::OK, "text/plain;charset=utf-8", text))
}

/// `PUT systemusers(id)/jobtitle` with `{"value": ...}`
pub fn put<T: Writable>(call: &Call<'_>, id: Uuid, name: &str) -> ApiResult<Reply> {
    let set = T::schema().entity_set;
    let mut members = payload::object(&call.request.body, set)?;
    T::schema().column(name).ok_or_else(|| ODataError::no_resource(name))?;
    let value = members.remove("value").ok_or_else(|| {
        ODataError::payload(set, format_args!("The body must be {{\"value\": <the value of '{name}'>}}."))
    })?;
    if let Some(other) = members.keys().find(|name| !payload::is_annotation(name)) {
        return Err(ODataError::payload(
            set,
            format_args!(
                "A top-level property with name '{other}' was found in the payload; however, property and collection payloads \
                 must always have a top-level property with name 'value'."
            ),
        ));
    }
    change::<T>(call, id, name.to_owned(), value)
}

/// `DELETE systemusers(id)/jobtitle`, and `DELETE systemusers(id)/parentsystemuserid/$ref`: the value becomes null.
pub fn delete<T: Writable>(call: &Call<'_>, id: Uuid, name: &str) -> ApiResult<Reply> {
    let schema = T::schema();
    schema.column(name).or_else(|| schema.navigation(name)).ok_or_else(|| ODataError::no_resource(name))?;
    change::<T>(call, id, name.to_owned(), Json::Null)
}

/// `GET systemusers(id)/businessunitid/$ref`
pub fn reference<T: Entity>(call: &Call<'_>, id: Uuid, name: &str) -> ApiResult<Reply> {
    let store = call.state.store.read();
    let Some((set, related)) = target::<T>(rules::row::<T>(&store, id)?, name)? else {
        return Ok(Reply::empty(StatusCode::NO_CONTENT));
    };
    let body = serde_json::json!({
        "@odata.context": format!("{}$metadata#$ref", call.base()),
        "@odata.id": format!("{}{}({related})", call.base(), set.names().entity_set),
    });
    Ok(json_reply(StatusCode::OK, body.to_string().into_bytes()))
}

/// `PUT systemusers(id)/businessunitid/$ref` with `{"@odata.id": ...}`
pub fn refer<T: Writable>(call: &Call<'_>, id: Uuid, name: &str) -> ApiResult<Reply> {
    let set = T::schema().entity_set;
    let mut members = payload::object(&call.request.body, set)?;
    T::schema().navigation(name).ok_or_else(|| ODataError::no_resource(name))?;
    let address = members.remove("@odata.id").ok_or_else(|| {
        ODataError::payload(set, "The body must be {\"@odata.id\":\"<address of the row to refer to>\"}.")
    })?;
    payload::nothing_beside_reference(&members, set)?;
    change::<T>(call, id, format!("{name}@odata.bind"), address)
}

fn change<T: Writable>(call: &Call<'_>, id: Uuid, name: String, value: Json) -> ApiResult<Reply> {
    write::update::<T>(call, id, &Map::from_iter([(name, value)]))?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

fn value<'a, T: Entity>(row: &'a T, name: &str) -> ApiResult<Value<'a>> {
    let column = T::schema().column(name).ok_or_else(|| ODataError::no_resource(name))?;
    Ok(row.value(column))
}

/// The row that a lookup refers to.
fn target<T: Entity>(row: &T, name: &str) -> ApiResult<Option<(Set, Uuid)>> {
    let schema = T::schema();
    let column = schema.navigation(name).ok_or_else(|| ODataError::no_resource(name))?;
    match (schema.columns[column].kind, row.value(column)) {
        (_, Value::Null) => Ok(None),
        (Kind::Lookup(Target::Held(set), _), Value::Guid(id)) => Ok(Some((set, id))),
        _ => Err(ODataError::unsupported(format!("following '{name}': this server does not hold its table"))),
    }
}
