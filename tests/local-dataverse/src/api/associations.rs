//! Tying rows together and taking them apart: `$ref` of a collection.

use http::{Method, StatusCode};
use uuid::Uuid;

use super::write::change_of;
use super::{Call, json_reply, not_allowed};
use crate::model::{Collection, Set};
use crate::odata::{ApiResult, ODataError, payload, reference};
use crate::reply::Reply;
use crate::rules::{links, must_exist};

/// `GET`, `POST` and `DELETE systemusers(id)/systemuserroles_association/$ref`
pub fn references(call: &Call<'_>, set: Set, own: Uuid, collection: Collection) -> ApiResult<Reply> {
    let target = collection.target().names();
    match call.request.method {
        Method::GET => addresses(call, set, own, collection),
        Method::POST => {
            let members = payload::object(&call.request.body, target.entity_set)?;
            let id = members.get("@odata.id").and_then(serde_json::Value::as_str).ok_or_else(|| {
                let table = target.logical;
                ODataError::payload(
                    target.entity_set,
                    format_args!("The body must be {{\"@odata.id\":\"<absolute address of the {table}>\"}}."),
                )
            })?;
            let other = key_of(call, collection, id)?;
            change(call, own, collection, other, true)
        }
        Method::DELETE => {
            let id = call.options.id.as_deref().ok_or_else(|| {
                ODataError::query(format!(
                    "DELETE of a reference in a collection needs the query option $id: the address of the {}.",
                    target.logical
                ))
            })?;
            let other = key_of(call, collection, id)?;
            change(call, own, collection, other, false)
        }
        _ => Err(not_allowed(call)),
    }
}

/// `DELETE systemusers(id)/systemuserroles_association(role)/$ref`
pub fn reference(call: &Call<'_>, own: Uuid, collection: Collection, other: Uuid) -> ApiResult<Reply> {
    match call.request.method {
        Method::DELETE => change(call, own, collection, other, false),
        _ => Err(not_allowed(call)),
    }
}

/// The addresses of the rows of a collection.
fn addresses(call: &Call<'_>, set: Set, own: Uuid, collection: Collection) -> ApiResult<Reply> {
    let store = call.state.store.read();
    must_exist(&store, set, own)?;
    let base = format!("{}{}", call.base(), collection.target().names().entity_set);
    let keys = store.links(collection.relationship).of(collection, own);
    let rows = keys.iter().map(|key| serde_json::json!({"@odata.id": format!("{base}({key})")}));
    let body = serde_json::json!({
        "@odata.context": format!("{}$metadata#Collection($ref)", call.base()),
        "value": rows.collect::<Vec<_>>(),
    });
    Ok(json_reply(StatusCode::OK, body.to_string().into_bytes()))
}

fn key_of(call: &Call<'_>, collection: Collection, address: &str) -> ApiResult<Uuid> {
    let target = collection.target().names();
    let (set, id) = reference::parse(address, &call.origin, true)
        .map_err(|reason| ODataError::payload(target.entity_set, reason))?;
    if set != target.entity_set {
        let table = target.logical;
        return Err(ODataError::payload(target.entity_set, format_args!("'{address}' is no {table}.")));
    }
    Ok(id)
}

fn change(call: &Call<'_>, own: Uuid, collection: Collection, other: Uuid, add: bool) -> ApiResult<Reply> {
    let settings = call.state.settings.read().clone();
    let mut store = call.state.store.write();
    let mut change = change_of(call, &mut store, &settings);
    if add {
        links::associate(&mut change, collection, own, other)?;
    } else {
        links::disassociate(&mut change, collection, own, other)?;
    }
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}
