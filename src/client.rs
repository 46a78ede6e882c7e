//! A client of one environment: signs requests, sends them, and reads rows and lists.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use url::Url;
use uuid::Uuid;

use crate::auth::{self, Credential, TokenCache, TokenRequest};
use crate::call::Call;
use crate::config::{Config, is_loopback};
use crate::error::{Error, Result, Status};
use crate::http::{Authorize, Effect, Proxy, Request, Response, RetryPolicy, Settings, Transport};
use crate::odata::{self, Batch, Column, Entity, Query, Row};

/// A client of one environment. It is cheap to clone, and may be used by many threads at once: they share connections,
/// the token and the throttle gate.
///
/// Making one sends no request.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    call: Call,
}

struct Shared {
    environment: Url,
    api: Url,
    authority: Url,
    credential: Credential,
    tokens: TokenCache,
    transport: Transport,
    page_size: u32,
}

impl Client {
    /// A client with these settings.
    ///
    /// # Errors
    /// `InvalidConfiguration` where no credential was set, or TLS or the proxy can't be set up.
    pub fn new(config: Config) -> Result<Self> {
        let credential = config.credential.ok_or_else(|| {
            Error::new(Status::InvalidConfiguration, "There is no credential.")
                .with_advice("Set a client secret (client_id@tenant_id and the secret) or an access token.")
        })?;
        let authority = config
            .authority
            .unwrap_or_else(|| auth::authority_for(&config.environment, is_loopback(&config.environment)));
        let transport = Transport::new(Settings {
            user_agent: config.user_agent,
            timeout: config.timeout,
            connect_timeout: config.connect_timeout,
            proxy: proxy_for(config.proxy, [&config.environment, &authority]),
            tls_needed: config.environment.scheme() == "https" || authority.scheme() == "https",
            root_certificates: config.root_certificates,
            retry: config.retry,
        })?;
        let api = config.environment.join(&config.api_path).expect("the API path was checked");
        let shared = Shared {
            environment: config.environment,
            api,
            authority,
            credential,
            tokens: TokenCache::default(),
            transport,
            page_size: config.page_size,
        };
        Ok(Client { shared: Arc::new(shared), call: Call::new() })
    }

    /// The same client, working for `call`: its waits end when that is cancelled, and its requests go into that one's log.
    pub fn with_call(&self, call: Call) -> Self {
        Client { shared: self.shared.clone(), call }
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

    /// One row; the error names the table and the id where there is none.
    pub(crate) fn row(&self, entity: &Entity, id: Uuid, columns: &[Column]) -> Result<Row> {
        let request = Request::new(Method::GET, odata::row_url(self.api(), entity, id, "", columns), Effect::Read);
        let response = self.send(request)?;
        if !response.is_success() {
            return Err(odata::to_error(&response, &format!("{} {id}", entity.name), Some(entity)));
        }
        Ok(odata::select_row(odata::read_row(&response.body)?, columns))
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

    /// The row that a change returned, or reads it where the reply has none.
    pub(crate) fn row_after(&self, response: &Response, entity: &Entity, id: Uuid, columns: &[Column]) -> Result<Row> {
        if response.body.is_empty() {
            return self.row(entity, id, columns);
        }
        Ok(odata::select_row(odata::read_row(&response.body)?, columns))
    }

    /// The pages of a list. `about` names it in errors.
    pub(crate) fn pages(&self, path: &str, entity: &'static Entity, query: &Query, about: String) -> Result<Pages> {
        let columns = odata::columns_of(entity, &query.columns)?;
        let url = odata::list_url(self.api(), path, &columns, query);
        Ok(Pages {
            client: self.clone(),
            entity,
            columns,
            next: Some(url),
            left: query.first.unwrap_or(u64::MAX),
            about,
        })
    }

    /// A short list, whole.
    pub(crate) fn rows(&self, path: &str, entity: &'static Entity, query: &Query, about: String) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        let pages = self.pages(path, entity, query, about)?;
        let names: Vec<_> = pages.columns.iter().map(|column| column.name.clone()).collect();
        for batch in pages {
            rows.extend(batch?.records().map(|fields| {
                let value = |field: &str| if field.is_empty() { Value::Null } else { Value::from(field) };
                names.iter().cloned().zip(fields.iter().map(|field| value(field))).collect()
            }));
        }
        Ok(rows)
    }

    fn fetch_token(&self) -> Result<auth::Token> {
        let (login, secret) = match &self.shared.credential {
            Credential::AccessToken(token) => return Ok(auth::Token { secret: token.clone(), renew_at: None }),
            Credential::ClientSecret { login, secret } => (login, secret),
        };
        let asked_at = Instant::now();
        let token_request = TokenRequest::new(&self.shared.authority, login, secret, &self.shared.environment)?;
        let request = Request::new(Method::POST, token_request.url.clone(), Effect::Read)
            .header("accept", "application/json")
            .body("application/x-www-form-urlencoded", token_request.form.expose_secret().as_bytes().to_vec());
        let response = self.shared.transport.send(&request, None, &self.call)?;
        if matches!(response.status, 429 | 502..=504) {
            return Err(odata::to_error(&response, "signing in", None));
        }
        auth::read_reply(response.status, &response.body, &token_request.url, login, asked_at)
    }
}

/// A proxy of the system's settings is for other machines: where everything is on this one, it is left out.
fn proxy_for(configured: Proxy, hosts: [&Url; 2]) -> Proxy {
    match configured {
        Proxy::System if hosts.into_iter().all(is_loopback) => Proxy::None,
        other => other,
    }
}

impl Authorize for Client {
    fn token(&self, call: &Call) -> Result<SecretString> {
        self.shared.tokens.get(call, || self.fetch_token())
    }

    fn refused(&self, token: &SecretString) -> bool {
        self.shared.tokens.drop_token(token);
        matches!(self.shared.credential, Credential::ClientSecret { .. })
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("api", &self.shared.api.as_str())
            .field("credential", &self.shared.credential)
            .finish_non_exhaustive()
    }
}

/// The pages of a list, fetched one by one as they are asked for.
///
/// After an error there is nothing more.
pub struct Pages {
    client: Client,
    entity: &'static Entity,
    columns: Vec<Column>,
    next: Option<Url>,
    left: u64,
    about: String,
}

impl Pages {
    fn fetch(&mut self, url: Url) -> Result<Batch> {
        let page_size = format!("odata.maxpagesize={}", self.client.shared.page_size);
        let response = self.client.send(Request::new(Method::GET, url, Effect::Read).header("prefer", &page_size))?;
        if !response.is_success() {
            return Err(odata::to_error(&response, &self.about, Some(self.entity)));
        }
        let limit = usize::try_from(self.left).unwrap_or(usize::MAX);
        let page = odata::read_page(&response.body, &self.columns, limit)?;
        self.left -= page.batch.rows() as u64;
        if let Some(next) = page.next.filter(|_| self.left > 0) {
            self.next = Some(self.checked(&next)?);
        }
        Ok(page.batch)
    }

    /// A link that leads to another host would get the token.
    fn checked(&self, next: &str) -> Result<Url> {
        let url = Url::parse(next).ok().filter(|url| url.origin() == self.client.shared.environment.origin());
        url.ok_or_else(|| {
            Error::new(
                Status::UnexpectedResponse,
                format!("The next page of {} is not on the environment's own host.", self.about),
            )
            .with_cause("The reply's @odata.nextLink names another address; no token is sent there.")
        })
    }
}

impl Iterator for Pages {
    type Item = Result<Batch>;

    fn next(&mut self) -> Option<Self::Item> {
        let url = self.next.take()?;
        if self.left == 0 {
            return None;
        }
        Some(self.fetch(url))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_systems_proxy_is_for_other_machines() {
        let (here, there) =
            (Url::parse("http://127.0.0.1:80/").unwrap(), Url::parse("https://contoso.example/").unwrap());
        assert!(matches!(proxy_for(Proxy::System, [&here, &here]), Proxy::None));
        assert!(matches!(proxy_for(Proxy::System, [&here, &there]), Proxy::System));
        assert!(matches!(proxy_for(Proxy::Url(there.clone()), [&here, &here]), Proxy::Url(_)));
    }
}
