//! Reading rows.

use http::StatusCode;
use uuid::Uuid;

use super::headers::{Condition, condition};
use super::{Call, json_reply};
use crate::model::{Collection, Entity, Set, with_set};
use crate::odata::{ApiResult, List, ODataError, Rows, Selection, json};
use crate::reply::Reply;
use crate::rules::{self, must_exist};
use crate::store::Store;

/// `GET systemusers`
pub fn rows<T: Entity>(call: &Call<'_>) -> ApiResult<Reply> {
    let store = call.state.store.read();
    list::<T>(call, Rows::All, &store, T::schema().entity_set)
}

/// `GET systemusers(id)/systemuserroles_association`
pub fn related(call: &Call<'_>, set: Set, own: Uuid, collection: Collection) -> ApiResult<Reply> {
    let store = call.state.store.read();
    must_exist(&store, set, own)?;
    let keys = store.links(collection.relationship).of(collection, own);
    let target = collection.target();
    with_set!(target, Row => list::<Row>(call, Rows::These(&keys), &store, target.names().entity_set))
}

/// `GET systemusers(id)/systemuserroles_association/$count`
pub fn related_count(call: &Call<'_>, set: Set, own: Uuid, collection: Collection) -> ApiResult<Reply> {
    let store = call.state.store.read();
    must_exist(&store, set, own)?;
    let keys = store.links(collection.relationship).of(collection, own);
    with_set!(collection.target(), Row => total::<Row>(call, Rows::These(&keys), &store))
}

fn list<T: Entity>(call: &Call<'_>, rows: Rows<'_>, store: &Store, context: &str) -> ApiResult<Reply> {
    let most = call.state.settings.read().max_page_size;
    let page_size = call.preferences.page_size.unwrap_or(most).min(most);
    let list = List::new::<T>(&call.options, page_size, call.preferences.annotate(), &call.base())?;
    let page = list.page::<T>(rows, store);
    let mut body = Vec::with_capacity(page.rows.len() + 1024);
    body.extend_from_slice(b"{\"@odata.context\":");
    json::write_text(&mut body, &format!("{}$metadata#{context}{}", call.base(), list.selection.context()));
    if let Some((count, exceeded)) = page.count {
        body.extend_from_slice(format!(",\"@odata.count\":{count}").as_bytes());
        if list.selection.annotate {
            let members = format!(
                ",\"@Microsoft.Dynamics.CRM.totalrecordcount\":{},\"@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded\":{exceeded}",
                if exceeded { -1 } else { count as i64 }
            );
            body.extend_from_slice(members.as_bytes());
        }
    }
    body.extend_from_slice(b",\"value\":[");
    body.extend_from_slice(&page.rows);
    body.push(b']');
    if let Some(cookie) = page.next {
        body.extend_from_slice(b",\"@odata.nextLink\":");
        json::write_text(&mut body, &next_link(call, &cookie));
    }
    body.push(b'}');
    Ok(with_preferences(call, json_reply(StatusCode::OK, body), true))
}

/// The address of this request with the cookie of the next page.
fn next_link(call: &Call<'_>, cookie: &str) -> String {
    let is_token = |pair: &str| pair.starts_with("$skiptoken=") || pair.starts_with("%24skiptoken=");
    let mut query: Vec<&str> =
        call.request.query.split('&').filter(|pair| !pair.is_empty() && !is_token(pair)).collect();
    let token = format!("$skiptoken={cookie}");
    query.push(&token);
    format!("{}{}?{}", call.origin, call.request.path, query.join("&"))
}

/// `GET systemusers/$count`
pub fn count<T: Entity>(call: &Call<'_>) -> ApiResult<Reply> {
    total::<T>(call, Rows::All, &call.state.store.read())
}

fn total<T: Entity>(call: &Call<'_>, rows: Rows<'_>, store: &Store) -> ApiResult<Reply> {
    let list = List::new::<T>(&call.options, 1, false, &call.base())?;
    let (count, _) = list.total::<T>(rows, store);
    Ok(Reply::with_body(StatusCode::OK, "text/plain", count.to_string()))
}

/// `GET systemusers(id)`
pub fn row<T: Entity>(call: &Call<'_>, id: Uuid) -> ApiResult<Reply> {
    call.options.single_row()?;
    let store = call.state.store.read();
    let row = rules::row::<T>(&store, id)?;
    let must_match = condition(call.request, "if-match");
    if must_match != Condition::None && !must_match.matches(row.version()) {
        return Err(version_mismatch());
    }
    if condition(call.request, "if-none-match").matches(row.version()) {
        return Ok(Reply::empty(StatusCode::NOT_MODIFIED).header("etag", row.etag()));
    }
    representation(call, row, StatusCode::OK, &store)
}

/// 412: somebody else changed the row.
pub fn version_mismatch() -> ODataError {
    ODataError::new(
        StatusCode::PRECONDITION_FAILED,
        "0x80060882",
        "The version of the existing record doesn't match the RowVersion property provided.",
    )
}

/// A reply with one row.
pub fn representation<T: Entity>(call: &Call<'_>, row: &T, status: StatusCode, store: &Store) -> ApiResult<Reply> {
    let selection = Selection::with_expansions::<T>(&call.options, call.preferences.annotate(), &call.base())?;
    let mut body = Vec::with_capacity(4096);
    body.extend_from_slice(b"{\"@odata.context\":");
    let set = T::schema().entity_set;
    json::write_text(&mut body, &format!("{}$metadata#{set}{}/$entity", call.base(), selection.context()));
    body.push(b',');
    selection.write(&mut body, row, store);
    body.push(b'}');
    Ok(with_preferences(call, json_reply(status, body).header("etag", row.etag()), false))
}

fn with_preferences(call: &Call<'_>, reply: Reply, list: bool) -> Reply {
    match call.preferences.applied(list) {
        Some(applied) => reply.header("preference-applied", applied),
        None => reply,
    }
}
