//! A running server.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener as StdListener};
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::sync::oneshot;
use uuid::Uuid;

use crate::connections;
use crate::faults::FaultRule;
use crate::ledger::LedgerEntry;
use crate::oauth::{
    ApplicationChange, ApplicationEntry, CertificateEntry, NewApplication, NewSecret, NewToken, SecretEntry, mint,
};
use crate::options::Options;
use crate::request_log::RequestEntry;
use crate::settings::Settings;
use crate::snapshots::Snapshot;
use crate::state::State;
use crate::tls::Tls;

/// A server on a port of 127.0.0.1, with threads of its own. It ends when it is dropped.
#[derive(Debug)]
pub struct Server {
    state: Arc<State>,
    url: String,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts a server; it accepts connections when this returns.
    pub fn start(options: Options) -> io::Result<Self> {
        options.check().map_err(|text| io::Error::new(io::ErrorKind::InvalidInput, text))?;
        let listener = StdListener::bind((Ipv4Addr::LOCALHOST, options.port)).map_err(|error| {
            let text = format!("Local Dataverse can't listen on 127.0.0.1:{}: {error}", options.port);
            io::Error::new(error.kind(), text)
        })?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let tls = if options.tls { Some(Tls::generate()?) } else { None };
        let origin = format!("{}://{address}", if tls.is_some() { "https" } else { "http" });
        let url = format!("{origin}/");
        let state = Arc::new(State::new(options, origin, tls));
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(std::thread::available_parallelism().map_or(2, |count| count.get().clamp(2, 8)))
            .thread_name("local-dataverse")
            .enable_all()
            .build()?;
        let (stop, stopped) = oneshot::channel();
        let shared = state.clone();
        let thread = std::thread::Builder::new().name("local-dataverse".into()).spawn(move || {
            // An error of accept() concerns one connection; only the stop ends the server.
            runtime.block_on(async {
                tokio::select! {
                    () = connections::accept(listener, shared) => {}
                    _ = stopped => {}
                }
            });
            runtime.shutdown_background();
        })?;
        Ok(Self { state, url, address, stop: Some(stop), thread: Some(thread) })
    }

    /// The address: `http://127.0.0.1:<port>/`, or `https://` with [`Options::tls`].
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The certificate, in PEM, that a client has to trust for TLS; none without TLS. Each server has its own.
    pub fn certificate_authority(&self) -> Option<&str> {
        self.state.tls.as_ref().map(|tls| tls.authority.as_str())
    }

    /// The socket's address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Back to the start: data, settings, applications, faults, ledger, request log and limits. Tokens stay valid.
    pub fn reset(&self) {
        self.state.reset();
    }

    /// The data, the ledger, the settings and the applications as they are.
    pub fn snapshot(&self) -> Snapshot {
        self.state.snapshot()
    }

    /// Back to a snapshot, also one of another server; faults, request log and limits start anew.
    pub fn restore(&self, snapshot: &Snapshot) {
        self.state.restore(snapshot);
    }

    /// Every applied change.
    pub fn ledger(&self) -> Vec<LedgerEntry> {
        let _settled = self.state.settled();
        self.state.store.read().ledger.entries()
    }

    /// Every request, sign-in included.
    pub fn requests(&self) -> Vec<RequestEntry> {
        self.state.requests.after(0, usize::MAX)
    }

    /// How many connections are open.
    pub fn open_connections(&self) -> u64 {
        self.state.connections.open()
    }

    /// How many connections there were since the start.
    pub fn accepted_connections(&self) -> u64 {
        self.state.connections.accepted()
    }

    /// How many bytes came from clients since the start, on the wire.
    pub fn received_bytes(&self) -> u64 {
        self.state.connections.traffic().received()
    }

    /// How many bytes went to clients.
    pub fn sent_bytes(&self) -> u64 {
        self.state.connections.traffic().sent()
    }

    /// Adds a fault rule; the error says what is wrong with it.
    pub fn set_fault(&self, rule: FaultRule) -> Result<(), String> {
        self.state.faults.add(vec![rule])
    }

    /// Drops all fault rules.
    pub fn clear_faults(&self) {
        self.state.faults.clear();
    }

    /// The fault rules that can still happen.
    pub fn faults(&self) -> Vec<FaultRule> {
        self.state.faults.list().into_iter().map(|state| state.rule).collect()
    }

    /// The applications that may sign in.
    pub fn applications(&self) -> Vec<ApplicationEntry> {
        self.state.directory.read().applications().iter().map(ApplicationEntry::from).collect()
    }

    /// Registers an application; the error says what is wrong with it. It has no user until one is created with its id.
    pub fn register(&self, application: NewApplication) -> Result<ApplicationEntry, String> {
        self.state.directory.write().register(application)
    }

    /// Changes an application.
    pub fn change_application(&self, client_id: &str, change: ApplicationChange) -> Result<ApplicationEntry, String> {
        self.state.directory.write().change(client_id, change)
    }

    /// Takes an application out: its tokens are good no more.
    pub fn remove_application(&self, client_id: &str) -> Result<(), String> {
        self.state.directory.write().unregister(client_id)
    }

    /// Adds a secret to an application; the ones that are there stay good.
    pub fn add_secret(&self, client_id: &str, secret: &NewSecret) -> Result<SecretEntry, String> {
        self.state.directory.write().add_secret(client_id, secret)
    }

    /// Takes a secret from an application, by its `key_id`.
    pub fn remove_secret(&self, client_id: &str, key_id: Uuid) -> Result<(), String> {
        self.state.directory.write().remove_secret(client_id, &key_id.to_string())
    }

    /// Adds a certificate to an application, as PEM text.
    pub fn add_certificate(&self, client_id: &str, pem: &str) -> Result<CertificateEntry, String> {
        self.state.directory.write().add_certificate(client_id, pem)
    }

    /// Takes a certificate from an application, by its `key_id`.
    pub fn remove_certificate(&self, client_id: &str, key_id: Uuid) -> Result<(), String> {
        self.state.directory.write().remove_certificate(client_id, &key_id.to_string())
    }

    /// A token as no token end point would give it.
    pub fn token(&self, token: &NewToken) -> String {
        mint(&self.state, token, &self.state.origin)
    }

    /// The settings.
    pub fn settings(&self) -> Settings {
        self.state.settings.read().clone()
    }

    /// Ends it as a drop does: its connections break off, and new ones are refused. The ledger and all else can still be read.
    pub fn stop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // It can only have panicked, and that was printed already.
            let _ = thread.join();
        }
    }

    /// Changes settings.
    pub fn settings_mut(&self, change: impl FnOnce(&mut Settings)) {
        let Ok(()) = self.state.change_settings::<Infallible>(|settings| {
            change(settings);
            Ok(())
        });
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}
