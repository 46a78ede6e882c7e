//! The service document and `$metadata`.

use http::{Method, StatusCode};
use serde_json::json;

use super::{Call, json_reply, not_allowed};
use crate::metadata::csdl;
use crate::model::Set;
use crate::odata::ApiResult;
use crate::reply::Reply;

/// `GET /api/data/v9.2/`: the entity sets.
pub fn service(call: &Call<'_>) -> ApiResult<Reply> {
    must_be_get(call)?;
    let names = Set::ALL.into_iter().map(|set| set.names().entity_set);
    let entries = names.map(|name| json!({ "name": name, "kind": "EntitySet", "url": name }));
    let body = json!({
        "@odata.context": format!("{}$metadata", call.base()),
        "value": entries.collect::<Vec<_>>(),
    });
    Ok(json_reply(StatusCode::OK, body.to_string().into_bytes()))
}

/// `GET $metadata`
pub fn metadata(call: &Call<'_>) -> ApiResult<Reply> {
    must_be_get(call)?;
    let asked = call.request.query.split('&').any(|pair| pair == "annotations=true");
    let annotate = asked || call.preferences.annotations.as_deref().is_some_and(|list| list.contains('*'));
    let document = csdl::document(&call.state.settings.read(), annotate);
    Ok(Reply::with_body(StatusCode::OK, "application/xml", document))
}

fn must_be_get(call: &Call<'_>) -> ApiResult<()> {
    if call.request.method == Method::GET { Ok(()) } else { Err(not_allowed(call)) }
}
