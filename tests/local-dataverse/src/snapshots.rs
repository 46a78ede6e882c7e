//! Snapshots: all data as it was, to come back to.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::oauth::Directory;
use crate::settings::Settings;
use crate::store::Store;

/// The data, the ledger, the settings and the applications at one moment. Rows are shared with the store: it takes little more than their keys.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub(crate) store: Store,
    pub(crate) settings: Settings,
    pub(crate) directory: Directory,
}

/// Snapshots by name.
#[derive(Debug, Default)]
pub struct Snapshots {
    kept: Mutex<BTreeMap<String, Arc<Snapshot>>>,
}

impl Snapshots {
    /// Keeps a snapshot, in place of one that had the name.
    pub fn keep(&self, name: String, snapshot: Snapshot) {
        self.kept.lock().insert(name, Arc::new(snapshot));
    }

    /// The snapshot with this name; the error says which ones there are.
    pub fn get(&self, name: &str) -> Result<Arc<Snapshot>, String> {
        let kept = self.kept.lock();
        kept.get(name).cloned().ok_or_else(|| {
            let names: Vec<&str> = kept.keys().map(String::as_str).collect();
            let there = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            format!("There is no snapshot '{name}'; there are: {there}. POST /_local/snapshot makes one.")
        })
    }
}
