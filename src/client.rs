//! A client of one environment: signs requests, sends them, and reads rows and lists.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::Method;
use secrecy::SecretString;
use serde_json::Value;
use url::Url;
use uuid::Uuid;

use crate::address::is_loopback;
use crate::auth::{Inbox, Question, TokenCache};
use crate::bulk::{Ahead, Bulk};
use crate::call::Call;
use crate::config::Config;
use crate::error::{Error, Result, Status};
use crate::http::{Authorize, Effect, Request, Response, RetryPolicy, Settings, Transport, unknown};
use crate::odata::{self, Column, Entity, Query, Row};
use crate::pages::Pages;
use crate::roles::RoleCache;
use crate::sign_in::SignIn;
use crate::threads::Threads;

/// A client of one environment. It is cheap to clone, and may be used by many threads at once: they share connections,
/// the token and the throttle gate.
///
/// Making one sends no request.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    call: Call,
    /// What queues its operations, where it has one.
    bulk: Option<Arc<Bulk>>,
    /// Whether its lists ask for a page while they decode the one before.
    asks_ahead: bool,
}

struct Shared {
    environment: Url,
    api: Url,
    sign_in: SignIn,
    roles: RoleCache,
    transport: Transport,
    threads: Threads,
    page_size: u32,
}

impl Client {
    /// A client with these settings.
    ///
    /// # Errors
    /// `InvalidConfiguration` where no credential was set, TLS or the proxy can't be set up, or a secret would go in plain http.
    pub fn new(config: Config) -> Result<Self> {
        let credential = config.credential.ok_or_else(|| {
            Error::new(Status::InvalidConfiguration, "There is no credential.").with_advice(
                "Set a client secret (client_id@tenant_id and the secret), a certificate or an access token.",
            )
        })?;
        let is_local = is_loopback(&config.environment);
        if let Some(authority) = config.authority.as_ref().filter(|authority| authority.scheme() == "http" && !is_local)
        {
            let what = format!("The authority '{authority}' can't be used for {}.", config.environment);
            return Err(Error::new(Status::InvalidConfiguration, what)
                .with_cause("Plain http is for trying things out on one machine, and the environment is on another."));
        }
        let sign_in = SignIn {
            credential,
            authority: config.authority,
            version: config.endpoint_version,
            algorithm: config.assertion_algorithm,
            tokens: TokenCache::default(),
            inbox: Arc::default(),
            found: Mutex::default(),
        };
        let hosts = || [Some(&config.environment), sign_in.authority.as_ref()].into_iter().flatten();
        let transport = Transport::new(Settings {
            user_agent: config.user_agent,
            timeout: config.timeout,
            connect_timeout: config.connect_timeout,
            proxy: config.proxy,
            tls_needed: sign_in.lacks_tenant() || hosts().any(|url| url.scheme() == "https"),
            plain_needed: is_local || hosts().any(|url| url.scheme() == "http"),
            root_certificates: config.root_certificates,
            retry: config.retry,
            limits: config.limits,
        })?;
        let api = config.environment.join(&config.api_path).expect("the API path was checked");
        let shared = Shared {
            environment: config.environment,
            api,
            sign_in,
            roles: RoleCache::default(),
            transport,
            threads: Threads::default(),
            page_size: config.page_size,
        };
        Ok(Client { shared: Arc::new(shared), call: Call::new(), bulk: None, asks_ahead: false })
    }

    /// The same client, working for `call`: its waits end when that is cancelled, and its requests go into that one's log.
    pub fn with_call(&self, call: Call) -> Self {
        Client { call, ..self.clone() }
    }

    /// The same client for somebody who wants all of a list: each page is asked for while the one before is decoded.
    pub(crate) fn asking_ahead(self) -> Self {
        Client { asks_ahead: true, ..self }
    }

    pub(crate) fn asks_ahead(&self) -> bool {
        self.asks_ahead
    }

    /// The same client for many operations: of those that are started with it at most `limit` are at work at once (1 to 52; without a limit, as many as
    /// the environment advised by `x-ms-dop-hint`, at most 32, or 8). They begin in the order in which they were started, and those with the same
    /// [`Subject`](crate::Subject) are done one after the other.
    pub fn bulk(&self, limit: Option<u32>) -> Self {
        let bulk = Bulk::new(limit, self.advised_parallelism());
        Client { bulk: Some(Arc::new(bulk)), ..self.clone() }
    }

    /// How many operations of a [`Client::bulk`] are at work at once; none for another client.
    pub fn limit(&self) -> Option<usize> {
        self.bulk.as_ref().map(|bulk| bulk.limit())
    }

    /// How many requests at once the environment advised last; none before it did.
    pub fn advised_parallelism(&self) -> Option<u32> {
        self.shared.transport.advice().parallelism()
    }

    /// How many more requests the environment takes within its window of five minutes, as its last reply said: of the web server that
    /// answered, of which an environment may have several. None before it did.
    pub fn requests_left(&self) -> Option<u64> {
        self.shared.transport.advice().requests_left()
    }

    /// How much more execution time the environment takes in that window, likewise.
    pub fn time_left(&self) -> Option<Duration> {
        self.shared.transport.advice().time_left()
    }

    /// Begins no further operation of a [`Client::bulk`]: those that wait for their turn end as cancelled, with nothing changed, and so do those that
    /// are started later. Those at work go on. Other clients are not stopped.
    pub fn stop(&self) {
        if let Some(bulk) = &self.bulk {
            bulk.stop();
        }
    }

    pub(crate) fn queue(&self) -> Option<&Bulk> {
        self.bulk.as_deref()
    }

    /// What its operations run on.
    pub(crate) fn threads(&self) -> &Threads {
        &self.shared.threads
    }

    /// What the bulk has read ahead.
    pub(crate) fn ahead(&self) -> Option<&Ahead> {
        self.bulk.as_ref().map(|bulk| bulk.ahead())
    }

    /// The address of the environment.
    pub fn environment(&self) -> &Url {
        &self.shared.environment
    }

    pub(crate) fn call(&self) -> &Call {
        &self.call
    }

    pub(crate) fn api(&self) -> &Url {
        &self.shared.api
    }

    pub(crate) fn sign_in(&self) -> &SignIn {
        &self.shared.sign_in
    }

    /// Questions that wait for the caller to take them.
    pub(crate) fn inbox(&self) -> Arc<Inbox> {
        self.shared.sign_in.inbox.clone()
    }

    /// The next question for the caller.
    pub(crate) fn question(&self) -> Option<Question> {
        self.shared.sign_in.inbox.take()
    }

    pub(crate) fn page_size(&self) -> u32 {
        self.shared.page_size
    }

    /// A link of a reply; one that leads to another host would get the token.
    pub(crate) fn own_link(&self, link: &str, about: &str) -> Result<Url> {
        let is_own = |url: &Url| {
            // A user name in a link would become a header of its own.
            let plain = url.username().is_empty() && url.password().is_none();
            plain && url.origin() == self.shared.environment.origin()
        };
        Url::parse(link).ok().filter(is_own).ok_or_else(|| {
            Error::new(
                Status::UnexpectedResponse,
                format!("The next page of {about} is not on the environment's own host."),
            )
            .with_cause("The reply's link names another address; no token is sent there.")
        })
    }

    pub(crate) fn roles(&self) -> &RoleCache {
        &self.shared.roles
    }

    pub(crate) fn retry_policy(&self) -> &RetryPolicy {
        self.shared.transport.retry_policy()
    }

    /// Sends a request of the Web API; a reply that says no is a response.
    pub(crate) fn send(&self, request: Request) -> Result<Response> {
        let mut request = request.header("odata-version", "4.0").header("odata-maxversion", "4.0");
        if !request.headers.contains_key("accept") {
            request = request.header("accept", "application/json");
        }
        if request.effect == Effect::Read {
            // Keeps proxies from answering in the environment's place.
            request = request.header("if-none-match", "null");
        }
        self.shared.transport.send(&request, Some(self), &self.call)
    }

    /// Sends a request without a token.
    pub(crate) fn send_unsigned(&self, request: &Request) -> Result<Response> {
        self.shared.transport.send(request, None, &self.call)
    }

    /// One row; the error names the table and the id where there is none.
    pub(crate) fn row(&self, entity: &Entity, id: Uuid, columns: &[Column]) -> Result<Row> {
        let request = Request::new(Method::GET, odata::row_url(self.api(), entity, id, "", columns), Effect::Read);
        let response = self.send(request)?;
        if !response.is_success() {
            return Err(odata::to_error(&response, &format!("{} {id}", entity.name), Some(entity)));
        }
        Ok(odata::select_row(odata::read_row(&response)?, columns))
    }

    /// Changes a row that exists, and returns it as it is afterwards.
    pub(crate) fn patch(&self, entity: &Entity, id: Uuid, body: &Row, columns: &[Column]) -> Result<Row> {
        let url = odata::row_url(self.api(), entity, id, "", columns);
        let request = Request::new(Method::PATCH, url, Effect::RepeatableChange)
            // Without it, a PATCH of a row that was deleted meanwhile would create it anew.
            .header("if-match", "*")
            .header("prefer", "return=representation")
            .body("application/json", Value::Object(body.clone()).to_string().into_bytes());
        let response = self.send(request)?;
        if !response.is_success() {
            return Err(odata::to_error(&response, &format!("{} {id}", entity.name), Some(entity)));
        }
        self.row_after(&response, entity, id, columns)
    }

    /// The row that a change returned, or reads it where the reply has none. A reply that is neither may come from something that answered in
    /// the environment's place: then nobody knows what became of the change.
    pub(crate) fn row_after(&self, response: &Response, entity: &Entity, id: Uuid, columns: &[Column]) -> Result<Row> {
        if response.body.is_empty() {
            return self.row(entity, id, columns);
        }
        match odata::read_row(response) {
            Ok(row) => Ok(odata::select_row(row, columns)),
            Err(error) => Err(unknown(&format!("the change of {} {id}", entity.name), error.what().to_owned())),
        }
    }

    /// A change that the environment answers without a body was answered so; a page in its place is somebody else's.
    pub(crate) fn must_be_silent(&self, response: &Response, about: &str) -> Result<()> {
        if response.body.is_empty() {
            return Ok(());
        }
        Err(unknown(
            about,
            format!("the answer has the status {}, but is none that the Web API gives", response.status),
        ))
    }

    /// The pages of a list. `about` names it in errors.
    pub(crate) fn pages(&self, path: &str, entity: &'static Entity, query: &Query, about: String) -> Result<Pages> {
        let columns = odata::columns_of(entity, &query.columns)?;
        Ok(self.pages_of(path, entity, columns, query, about))
    }

    /// The pages of a list with these columns, whatever the query says of columns.
    pub(crate) fn pages_of(
        &self,
        path: &str,
        entity: &'static Entity,
        columns: Vec<Column>,
        query: &Query,
        about: String,
    ) -> Pages {
        let url = odata::list_url(self.api(), path, &columns, query);
        Pages::new(self.clone(), entity, columns, url, query.first, about)
    }

    /// A short list, whole.
    pub(crate) fn rows(&self, path: &str, entity: &'static Entity, query: &Query, about: String) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        let pages = self.pages(path, entity, query, about)?;
        let names: Vec<_> = pages.columns().iter().map(|column| column.name.clone()).collect();
        for batch in pages {
            rows.extend(batch?.records().map(|fields| {
                let value = |field: &str| if field.is_empty() { Value::Null } else { Value::from(field) };
                names.iter().cloned().zip(fields.iter().map(|field| value(field))).collect()
            }));
        }
        Ok(rows)
    }
}

impl Authorize for Client {
    fn token(&self, call: &Call) -> Result<SecretString> {
        self.current_token(call)
    }

    fn refused(&self, token: &SecretString) -> bool {
        self.token_refused(token)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("api", &self.shared.api.as_str())
            .field("credential", &self.shared.sign_in.credential)
            .finish_non_exhaustive()
    }
}
