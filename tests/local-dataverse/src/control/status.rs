//! The server at a glance.

use serde_json::{Map, Value as Json, json};

use crate::model::{Entity, Set, with_set};
use crate::state::State;
use crate::store::Store;

/// Where the server is, how much it holds, and how far its ledger and its log have come.
pub fn of(state: &State) -> Json {
    let store = state.store.read();
    let rows: Map<String, Json> =
        Set::ALL.into_iter().map(|set| (set.names().entity_set.to_owned(), count(&store, set).into())).collect();
    let ledger = store.ledger.last();
    drop(store);
    json!({
        "url": format!("{}/", state.origin),
        "version": env!("CARGO_PKG_VERSION"),
        "rows": rows,
        "ledger": ledger,
        "requests": state.requests.last(),
        "faults": state.faults.list().len(),
        "connections": { "open": state.connections.open(), "accepted": state.connections.accepted() },
    })
}

fn count(store: &Store, set: Set) -> usize {
    with_set!(set, Row => Row::table(store).len())
}
