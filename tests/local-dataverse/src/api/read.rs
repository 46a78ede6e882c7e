//! Reading rows.

use http::StatusCode;
use uuid::Uuid;

use super::headers::{Condition, condition};
use super::{Call, changes, json_reply};
use crate::model::{Collection, Entity, Set, with_set};
use crate::odata::{ApiResult, List, ODataError, Page, Selection, json};
use crate::reply::Reply;
use crate::rules::{self, must_exist};
use crate::store::{Rows, Store};

/// `GET systemusers`
pub fn rows<T: Entity>(call: &Call<'_>) -> ApiResult<Reply> {
    if call.options.delta_token.is_some() {
        return changes::since::<T>(call);
    }
    let page_size = page_size(call);
    let store = call.state.store.read();
    let mut list = List::new::<T>(&call.options, page_size, call.preferences.annotate(), &call.base())?;
    list.tracking = changes::token::<T>(call, &list, &store)?;
    let page = list.page::<T>(Rows::All, &store);
    let mut listing = Listing::of(call, &list, &page);
    if listing.next_link.is_none() {
        listing.delta_link = list.tracking.map(|token| changes::link(call, token));
    }
    Ok(listing.reply(call, |out| list.selection.write_all(out, &page.rows, &store)))
}

/// `GET systemusers(id)/systemuserroles_association`
pub fn related(call: &Call<'_>, set: Set, own: Uuid, collection: Collection) -> ApiResult<Reply> {
    must_not_track(call)?;
    let page_size = page_size(call);
    let store = call.state.store.read();
    must_exist(&store, set, own)?;
    let rows = store.related(collection, own);
    with_set!(collection.target(), Row => related_list::<Row>(call, rows, page_size, &store))
}

/// `GET systemusers(id)/systemuserroles_association/$count`
pub fn related_count(call: &Call<'_>, set: Set, own: Uuid, collection: Collection) -> ApiResult<Reply> {
    must_not_track(call)?;
    let store = call.state.store.read();
    must_exist(&store, set, own)?;
    with_set!(collection.target(), Row => total::<Row>(call, store.related(collection, own), &store))
}

fn related_list<T: Entity>(call: &Call<'_>, rows: Rows<'_>, page_size: usize, store: &Store) -> ApiResult<Reply> {
    let list = List::new::<T>(&call.options, page_size, call.preferences.annotate(), &call.base())?;
    let page = list.page::<T>(rows, store);
    Ok(Listing::of(call, &list, &page).reply(call, |out| list.selection.write_all(out, &page.rows, store)))
}

/// Changes are tracked in whole tables.
fn must_not_track(call: &Call<'_>) -> ApiResult<()> {
    if call.preferences.track_changes || call.options.delta_token.is_some() {
        return Err(ODataError::unsupported(
            "change tracking of rows that belong to another row; ask for the whole table",
        ));
    }
    Ok(())
}

/// How many rows a page of the reply may have.
pub fn page_size(call: &Call<'_>) -> usize {
    let most = call.state.settings.read().max_page_size;
    call.preferences.page_size.unwrap_or(most).min(most)
}

/// The body of a list, but for its rows.
pub struct Listing {
    /// What `@odata.context` names.
    pub context: String,
    /// How many rows there are in all, and whether there are more.
    pub count: Option<(usize, bool)>,
    /// Where changes are told of later.
    pub delta_link: Option<String>,
    /// Where the next page is.
    pub next_link: Option<String>,
}

impl Listing {
    fn of<T: Entity>(call: &Call<'_>, list: &List, page: &Page<'_, T>) -> Self {
        Self {
            context: format!("{}{}", T::schema().entity_set, list.selection.context()),
            count: page.count,
            delta_link: None,
            next_link: page.next.as_ref().map(|cookie| next_link(call, cookie)),
        }
    }

    /// The reply with this list; `write_rows` appends the rows as the members of an array.
    pub fn reply(self, call: &Call<'_>, write_rows: impl FnOnce(&mut Vec<u8>)) -> Reply {
        let buffers = &call.state.buffers;
        let mut body = buffers.take();
        body.extend_from_slice(b"{\"@odata.context\":");
        json::write_text(&mut body, &format!("{}$metadata#{}", call.base(), self.context));
        if let Some(total) = self.count {
            write_total(&mut body, total, call);
        }
        if let Some(link) = self.delta_link {
            body.extend_from_slice(b",\"@odata.deltaLink\":");
            json::write_text(&mut body, &link);
        }
        body.extend_from_slice(b",\"value\":[");
        write_rows(&mut body);
        body.push(b']');
        if let Some(link) = self.next_link {
            body.extend_from_slice(b",\"@odata.nextLink\":");
            json::write_text(&mut body, &link);
        }
        body.push(b'}');
        with_preferences(call, json_reply(StatusCode::OK, buffers.lend(body)), true)
    }
}

/// Appends how many rows there are in all: not above the limit, and whether there are more.
pub fn write_total(body: &mut Vec<u8>, (count, exceeded): (usize, bool), call: &Call<'_>) {
    body.extend_from_slice(format!(",\"@odata.count\":{count}").as_bytes());
    for (name, value) in [
        ("Microsoft.Dynamics.CRM.totalrecordcount", if exceeded { "-1".to_owned() } else { count.to_string() }),
        ("Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded", exceeded.to_string()),
    ] {
        if call.preferences.wants(name) {
            body.extend_from_slice(format!(",\"@{name}\":{value}").as_bytes());
        }
    }
}

/// The address of this request with the cookie of the next page.
pub fn next_link(call: &Call<'_>, cookie: &str) -> String {
    link_with(call, &["$skiptoken"], &format!("$skiptoken={cookie}"))
}

/// The address of this request with another option in the place of these.
pub fn link_with(call: &Call<'_>, replaced: &[&str], option: &str) -> String {
    let stays = |pair: &&str| {
        let name = pair.split('=').next().unwrap_or_default().replace("%24", "$");
        !pair.is_empty() && !replaced.contains(&name.as_str())
    };
    let mut query: Vec<&str> = call.request.query.split('&').filter(stays).collect();
    query.push(option);
    format!("{}{}?{}", call.origin, call.request.path, query.join("&"))
}

/// `GET systemusers/$count`
pub fn count<T: Entity>(call: &Call<'_>) -> ApiResult<Reply> {
    if call.options.delta_token.is_some() {
        return changes::count_since::<T>(call);
    }
    total::<T>(call, Rows::All, &call.state.store.read())
}

fn total<T: Entity>(call: &Call<'_>, rows: Rows<'_>, store: &Store) -> ApiResult<Reply> {
    let list = List::new::<T>(&call.options, 1, false, &call.base())?;
    let (count, _) = list.total::<T>(rows, store);
    Ok(total_reply(count))
}

/// A reply that is a number.
pub fn total_reply(count: usize) -> Reply {
    Reply::with_body(StatusCode::OK, "text/plain", count.to_string())
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

/// The reply with the preferences that it honours.
pub fn with_preferences(call: &Call<'_>, reply: Reply, list: bool) -> Reply {
    match call.preferences.applied(list) {
        Some(applied) => reply.header("preference-applied", applied),
        None => reply,
    }
}
