//! Tying rows together and taking them apart: `$ref` of a collection.

use http::{Method, StatusCode};
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::headers::{Condition, condition};
use super::write::{self, change_of};
use super::{Call, json_reply, not_allowed, read};
use crate::model::{Children, Collection, Entity, Set, Side, with_set};
use crate::odata::key::Key;
use crate::odata::{ApiResult, ODataError, payload, reference};
use crate::reply::Reply;
use crate::rules::{self, links, must_exist};
use crate::settings::MissingDisassociation;

/// `GET`, `POST` and `DELETE systemusers(id)/systemuserroles_association/$ref`
pub fn references(call: &Call<'_>, set: Set, own: Uuid, collection: Collection) -> ApiResult<Reply> {
    let target = collection.target().names();
    match call.request.method {
        Method::GET => addresses(call, set, own, collection),
        Method::POST => {
            let members = payload::object(&call.request.body, target.entity_set)?;
            let id = members.get("@odata.id").and_then(Json::as_str).ok_or_else(|| {
                let table = target.logical;
                ODataError::payload(
                    target.entity_set,
                    format_args!("The body must be {{\"@odata.id\":\"<absolute address of the {table}>\"}}."),
                )
            })?;
            payload::nothing_beside_reference(&members, target.entity_set)?;
            let other = key_of(call, collection, id)?;
            change(call, set, own, collection, other, true)
        }
        Method::DELETE => {
            let id = call.options.id.as_deref().ok_or_else(|| {
                ODataError::query(format!(
                    "DELETE of a reference in a collection needs the query option $id: the address of the {}.",
                    target.logical
                ))
            })?;
            let other = key_of(call, collection, id)?;
            change(call, set, own, collection, other, false)
        }
        _ => Err(not_allowed(call)),
    }
}

/// `DELETE systemusers(id)/systemuserroles_association(role)/$ref`
pub fn reference(call: &Call<'_>, set: Set, own: Uuid, collection: Collection, other: Uuid) -> ApiResult<Reply> {
    match call.request.method {
        Method::DELETE => change(call, set, own, collection, other, false),
        _ => Err(not_allowed(call)),
    }
}

/// The addresses of the rows of a collection.
fn addresses(call: &Call<'_>, set: Set, own: Uuid, collection: Collection) -> ApiResult<Reply> {
    let store = call.state.store.read();
    must_exist(&store, set, own)?;
    let base = format!("{}{}", call.base(), collection.target().names().entity_set);
    let keys = store.related(collection, own).keys(None);
    let rows = keys.map(|key| serde_json::json!({"@odata.id": format!("{base}({key})")}));
    let body = serde_json::json!({
        "@odata.context": format!("{}$metadata#Collection($ref)", call.base()),
        "value": rows.collect::<Vec<_>>(),
    });
    Ok(json_reply(StatusCode::OK, body.to_string().into_bytes()))
}

fn key_of(call: &Call<'_>, collection: Collection, address: &str) -> ApiResult<Uuid> {
    let target = collection.target().names();
    let (set, key) = reference::parse(address, &call.origin, true)
        .map_err(|reason| ODataError::payload(target.entity_set, reason))?;
    if set != target.entity_set {
        let table = target.logical;
        return Err(ODataError::payload(target.entity_set, format_args!("'{address}' is no {table}.")));
    }
    let target = collection.target();
    key.find(target, &call.state.store.read()).ok_or_else(|| Key::missing(target))
}

fn change(call: &Call<'_>, set: Set, own: Uuid, collection: Collection, other: Uuid, add: bool) -> ApiResult<Reply> {
    precondition(call, set, own)?;
    match collection {
        Collection::Linked(side) => tie(call, side, own, other, add),
        Collection::Children(children) => name(call, set, own, children, other, add),
    }?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

/// A reference has no version: a condition is one of the row whose collection it is in.
fn precondition(call: &Call<'_>, set: Set, own: Uuid) -> ApiResult<()> {
    let must_match = condition(call.request, "if-match");
    if must_match == Condition::None {
        return Ok(());
    }
    let store = call.state.store.read();
    let version = with_set!(set, Row => rules::row::<Row>(&store, own).map(Row::version))?;
    if must_match.matches(version) { Ok(()) } else { Err(read::version_mismatch()) }
}

fn tie(call: &Call<'_>, side: Side, own: Uuid, other: Uuid, add: bool) -> ApiResult<()> {
    let settings = call.state.settings.read().clone();
    let mut store = call.state.store.write();
    let mut change = change_of(call, &mut store, &settings);
    if add {
        links::associate(&mut change, side, own, other)
    } else {
        links::disassociate(&mut change, side, own, other)
    }
}

/// A row comes into a collection of one to many when its lookup names the row with the collection, and leaves it when the lookup
/// names none.
fn name(call: &Call<'_>, set: Set, own: Uuid, children: Children, other: Uuid, add: bool) -> ApiResult<()> {
    let (child, attribute) = (children.child(), children.attribute());
    let missing = call.state.settings.read().missing_disassociation;
    let store = call.state.store.read();
    must_exist(&store, set, own)?;
    must_exist(&store, child, other)?;
    let is_there = store.is_child(children, own, other);
    drop(store);
    let (member, value) = if add {
        let address = format!("/{}({own})", set.names().entity_set);
        (format!("{attribute}@odata.bind"), Json::from(address))
    } else if is_there {
        (attribute.to_owned(), Json::Null)
    } else if missing == MissingDisassociation::Ignore {
        return Ok(());
    } else {
        return Err(ODataError::not_found(child.names().logical, other));
    };
    with_set!(child, Row => write::update::<Row>(call, other, &Map::from_iter([(member, value)])))
}
