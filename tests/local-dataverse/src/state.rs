//! What all connections of a server share.

use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use http::{HeaderMap, Method};
use parking_lot::{RwLock, RwLockReadGuard};
use uuid::Uuid;

use crate::buffers::Buffers;
use crate::connections::Connections;
use crate::faults::Faults;
use crate::limits::Limits;
use crate::model::SystemUser;
use crate::oauth::{Directory, TokenKey};
use crate::options::Options;
use crate::request_log::RequestLog;
use crate::rules::organizations;
use crate::seed;
use crate::settings::Settings;
use crate::snapshots::{Snapshot, Snapshots};
use crate::store::Store;
use crate::tls::Tls;

/// A request as the parts of the server see it.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// The method.
    pub method: Method,
    /// The path, as sent.
    pub path: String,
    /// What is behind `?`, as sent.
    pub query: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// The `REQ_ID` of the reply.
    pub id: Uuid,
    /// It came over TLS.
    pub secure: bool,
}

impl Incoming {
    /// The value of a header, where it is there and readable.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The address that the client called: `http://` or `https://` and the Host header.
    pub fn origin(&self, fallback: &str) -> String {
        let scheme = if self.secure { "https" } else { "http" };
        self.header("host").map_or_else(|| fallback.to_owned(), |host| format!("{scheme}://{host}"))
    }
}

/// The server's state.
#[derive(Debug)]
pub struct State {
    /// How the server was started.
    pub options: Options,
    /// `http://127.0.0.1:<port>`, or `https://` where TLS is on.
    pub origin: String,
    /// The server's side of TLS, where it is on.
    pub tls: Option<Tls>,
    /// The data and the ledger.
    pub store: RwLock<Store>,
    /// Held for reading by each request, for writing by a changeset: nobody sees half of one.
    pub changesets: RwLock<()>,
    /// The settings.
    pub settings: RwLock<Settings>,
    /// The faults in force.
    pub faults: Faults,
    /// Service protection limits.
    pub limits: Limits,
    /// The applications that may sign in.
    pub directory: RwLock<Directory>,
    /// What signs the tokens.
    pub key: TokenKey,
    /// The requests so far.
    pub requests: RequestLog,
    /// Buffers for the bodies of large replies.
    pub buffers: Buffers,
    /// How many connections there are.
    pub connections: Connections,
    /// How often the data were replaced by others.
    pub resets: AtomicU64,
    /// What can be come back to.
    pub snapshots: Snapshots,
}

impl State {
    /// The state of a server that was just started.
    pub fn new(options: Options, origin: String, tls: Option<Tls>) -> Self {
        let mut store = seed::populate(&options);
        store.begin(now());
        Self {
            origin,
            tls,
            store: RwLock::new(store),
            changesets: RwLock::new(()),
            settings: RwLock::new(options.settings.clone()),
            faults: Faults::default(),
            limits: Limits::default(),
            directory: RwLock::new(Directory::seed()),
            key: TokenKey::random(),
            requests: RequestLog::default(),
            buffers: Buffers::default(),
            connections: Connections::default(),
            snapshots: Snapshots::default(),
            resets: AtomicU64::new(0),
            options,
        }
    }

    /// While this is held, no changeset is under way: what is seen then stays, and what is changed then is not taken back with one.
    pub fn settled(&self) -> RwLockReadGuard<'_, ()> {
        self.changesets.read()
    }

    /// Back to the start: data, settings, applications, faults, ledger, request log, limits. Tokens and snapshots stay.
    pub fn reset(&self) {
        let store = seed::populate(&self.options);
        self.replace(Snapshot { store, settings: self.options.settings.clone(), directory: Directory::seed() });
    }

    /// All data and the settings as they are.
    pub fn snapshot(&self) -> Snapshot {
        let _settled = self.settled();
        Snapshot {
            store: self.store.read().clone(),
            settings: self.settings.read().clone(),
            directory: self.directory.read().clone(),
        }
    }

    /// Back to a snapshot: as [`State::reset`], but for what the data and the settings are then.
    pub fn restore(&self, snapshot: &Snapshot) {
        self.replace(snapshot.clone());
    }

    fn replace(&self, Snapshot { mut store, settings, directory }: Snapshot) {
        // What is under way ends first.
        let _alone = self.changesets.write();
        let mut current = self.store.write();
        // What was told about the data that are thrown away must not be taken for something about the new data.
        store.begin(now().max(current.start().second) + 1);
        *current = store;
        drop(current);
        *self.settings.write() = settings;
        *self.directory.write() = directory;
        self.faults.clear();
        self.limits.reset();
        self.requests.clear();
        self.resets.fetch_add(1, Ordering::Relaxed);
    }

    /// Changes the settings, and the rows that tell of them.
    pub fn change_settings<E>(&self, change: impl FnOnce(&mut Settings) -> Result<(), E>) -> Result<(), E> {
        // A request that changes the organization's row changes settings too, and one that fails takes that back.
        let _alone = self.changesets.write();
        let mut current = self.settings.write();
        change(&mut current)?;
        let settings = current.clone();
        drop(current);
        self.follow_settings(&settings);
        Ok(())
    }

    fn follow_settings(&self, settings: &Settings) {
        let mut store = self.store.write();
        for id in &settings.users_gone_from_entra {
            let Some(user) = store.users.get(*id).filter(|user| !user.is_gone_from_entra) else { continue };
            let user = SystemUser { is_gone_from_entra: true, ..(**user).clone() };
            store.amend(user, now());
        }
        let Some(before) = store.organizations.iter().next().cloned() else { return };
        let mut row = (*before).clone();
        organizations::describe(&mut row, settings);
        if row != *before {
            store.amend(row, now());
        }
    }

    /// The organization's row was changed: the settings do as it says.
    pub fn follow_organization(&self) {
        let Some(row) = self.store.read().organizations.iter().next().cloned() else { return };
        let mut settings = self.settings.write();
        // The row takes nothing that can't be followed.
        if let Ok(changed) = organizations::followed(&row, &settings) {
            *settings = changed;
        }
    }
}

/// Now, in seconds since 1970.
pub fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}
