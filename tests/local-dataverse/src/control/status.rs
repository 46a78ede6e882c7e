//! The server at a glance.

use std::sync::atomic::Ordering;

use serde_json::{Map, Value as Json, json};

use crate::model::{Entity, Set, with_set};
use crate::seed;
use crate::state::State;
use crate::store::Store;

/// Where the server is, how much it holds, and how to sign in, how far its ledger and its log have come.
pub fn of(state: &State) -> Json {
    let settled = state.settled();
    let store = state.store.read();
    let rows: Map<String, Json> =
        Set::ALL.into_iter().map(|set| (set.names().entity_set.to_owned(), count(&store, set).into())).collect();
    let ledger = store.ledger.last();
    drop((store, settled));
    let url = format!("{}/", state.origin);
    json!({
        "signIn": {
            "webApi": format!("{url}api/data/v9.2/"),
            "token": format!("{url}{}/oauth2/v2.0/token", seed::TENANT_ID),
            "tenantId": seed::TENANT_ID,
            "clientId": seed::CLIENT_ID,
            "clientSecret": seed::CLIENT_SECRET,
            "loginId": format!("{}@{}", seed::CLIENT_ID, seed::TENANT_ID),
        },
        "url": url,
        "version": env!("CARGO_PKG_VERSION"),
        "rows": rows,
        "ledger": ledger,
        "requests": state.requests.last(),
        "faults": state.faults.list().len(),
        "resets": state.resets.load(Ordering::Relaxed),
        "connections": { "open": state.connections.open(), "accepted": state.connections.accepted() },
        "bytes": { "received": state.connections.traffic().received(), "sent": state.connections.traffic().sent() },
    })
}

fn count(store: &Store, set: Set) -> usize {
    with_set!(set, Row => Row::table(store).len())
}
