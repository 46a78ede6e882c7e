//! `GET systemusers?fetchXml=...`

use http::StatusCode;

use super::{Call, json_reply, privileges, read};
use crate::fetch::{Answer, Query, Scene, Wanted, parse};
use crate::model::Set;
use crate::odata::{ApiResult, ODataError, annotations, json};
use crate::reply::Reply;
use crate::state::now;

/// Answers a query in FetchXML of the rows of a set.
pub fn rows(call: &Call<'_>, set: Set, text: &str) -> ApiResult<Reply> {
    alone(call)?;
    let fetch = parse(text)?;
    let page_size = read::page_size(call);
    let store = call.state.store.read();
    let scene = Scene { store: &store, caller: call.caller.user, now: now(), page_size };
    let query = Query::new(&fetch, set, scene, call.options.count, call.options.top)?;
    for joined in fetch.entity.linked().into_iter().filter_map(Set::of_table) {
        privileges::may_read(call, &store, joined)?;
    }
    let Answer { rows, more, cookie, total } = query.answer(wanted(call))?;
    let mut body = Vec::with_capacity(rows.len() + 1024);
    body.extend_from_slice(b"{\"@odata.context\":");
    json::write_text(&mut body, &format!("{}$metadata#{}{}", call.base(), set.names().entity_set, query.context()));
    if let Some(total) = total {
        read::write_total(&mut body, total, call);
    }
    if let Some(cookie) = cookie.filter(|_| call.preferences.wants("Microsoft.Dynamics.CRM.fetchxmlpagingcookie")) {
        body.extend_from_slice(b",\"@Microsoft.Dynamics.CRM.fetchxmlpagingcookie\":");
        json::write_text(&mut body, &cookie);
    }
    if more && call.preferences.wants("Microsoft.Dynamics.CRM.morerecords") {
        body.extend_from_slice(b",\"@Microsoft.Dynamics.CRM.morerecords\":true");
    }
    body.extend_from_slice(b",\"value\":[");
    body.extend_from_slice(&rows);
    body.extend_from_slice(b"]}");
    Ok(read::with_preferences(call, json_reply(StatusCode::OK, body), true))
}

/// The query says what rows and columns there are: OData's options that do so as well have no place beside it.
fn alone(call: &Call<'_>) -> ApiResult<()> {
    let options = &call.options;
    let present = [
        ("$select", options.select.is_some()),
        ("$filter", options.filter.is_some()),
        ("$orderby", !options.order_by.is_empty()),
        ("$expand", options.expand.is_some()),
        ("$skiptoken", options.skip_token.is_some()),
        ("$deltatoken", options.delta_token.is_some()),
    ];
    match present.iter().find(|(_, is_there)| *is_there) {
        None if call.preferences.track_changes => Err(ODataError::unsupported("change tracking with fetchXml")),
        None => Ok(()),
        Some((name, _)) => Err(ODataError::query(format!("The query option '{name}' can't be used with fetchXml."))),
    }
}

fn wanted(call: &Call<'_>) -> Wanted {
    let wants = |name| call.preferences.wants(name);
    Wanted {
        formatted: wants(annotations::FORMATTED),
        navigation: wants(annotations::NAVIGATION),
        table: wants(annotations::TABLE),
        attribute: wants(annotations::ATTRIBUTE),
    }
}
