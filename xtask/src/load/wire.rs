//! A plain HTTP client of the Web API: one connection pool, one token, no retries.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use ureq::Agent;
use ureq::http::Request;

use crate::dataverse::{CLIENT_ID, SECRET, TENANT_ID};

/// No request of the load takes so long; one that does is a failure.
const PATIENCE: Duration = Duration::from_secs(60);

/// A client that has signed in.
#[derive(Clone)]
pub struct Wire {
    /// The address of the Web API, with a slash at its end.
    pub base: String,
    url: String,
    agent: Agent,
    token: String,
}

/// A reply.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    /// `REQ_ID`
    pub request: String,
    pub text: String,
    pub took: Duration,
}

impl Reply {
    /// The body as JSON.
    pub fn json(&self) -> Result<Value> {
        serde_json::from_str(&self.text).with_context(|| format!("{} is no JSON: {}", self.request, self.text))
    }

    /// The code of an error.
    pub fn code(&self) -> String {
        let body: Value = serde_json::from_str(&self.text).unwrap_or_default();
        body["error"]["code"].as_str().unwrap_or_default().to_owned()
    }
}

impl Wire {
    /// Signs in. `connections` is how many threads will use the client at once.
    pub fn sign_in(url: &str, connections: usize) -> Result<Self> {
        let agent: Agent = Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .timeout_global(Some(PATIENCE))
            .max_idle_connections_per_host(connections)
            .max_idle_connections(connections)
            .build()
            .into();
        let scope = format!("{url}.default");
        let form = [
            ("client_id", CLIENT_ID),
            ("client_secret", SECRET),
            ("grant_type", "client_credentials"),
            ("scope", &scope),
        ];
        let mut reply = agent.post(format!("{url}{TENANT_ID}/oauth2/v2.0/token")).send_form(form)?;
        let body: Value = reply.body_mut().read_json()?;
        let token = body["access_token"].as_str().context("the server gave no token")?;
        Ok(Self { base: format!("{url}api/data/v9.2/"), url: url.to_owned(), token: format!("Bearer {token}"), agent })
    }

    /// Sends a request; `path` is below the Web API's address, or a whole address.
    pub fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<(&str, String)>,
    ) -> Result<Reply> {
        let address = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.base) };
        let mut request = Request::builder().method(method).uri(&address).header("Authorization", &self.token);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let started = Instant::now();
        let sent = match body {
            Some((kind, text)) => self.agent.run(request.header("Content-Type", kind).body(text)?),
            None => self.agent.run(request.body(())?),
        };
        let mut reply = sent.with_context(|| format!("{method} {address} was not answered"))?;
        let text = reply.body_mut().with_config().limit(1 << 30).read_to_string();
        let text = text.with_context(|| format!("the reply to {method} {address} ended early"))?;
        let request = reply.headers().get("req_id").and_then(|id| id.to_str().ok()).unwrap_or_default().to_owned();
        Ok(Reply { status: reply.status().as_u16(), request, text, took: started.elapsed() })
    }

    /// All rows of a list, page by page.
    pub fn rows(&self, path: &str) -> Result<Vec<Value>> {
        let (mut all, mut next) = (Vec::new(), Some(path.to_owned()));
        while let Some(page) = next {
            let reply = self.send("GET", &page, &[], None)?;
            if reply.status != 200 {
                bail!("{page} gave {}: {}", reply.status, reply.text);
            }
            let mut body = reply.json()?;
            next = body["@odata.nextLink"].as_str().map(str::to_owned);
            match body["value"].take() {
                Value::Array(rows) => all.extend(rows),
                other => bail!("{page} is {other}"),
            }
        }
        Ok(all)
    }

    /// Every line of the ledger.
    pub fn ledger(&self) -> Result<Vec<Value>> {
        let (mut all, mut after) = (Vec::new(), 0);
        loop {
            let reply = self.send("GET", &format!("{}_local/ledger?after={after}&top=2000", self.url), &[], None)?;
            let mut body = reply.json()?;
            let Value::Array(lines) = body["entries"].take() else { bail!("the ledger is {body}") };
            let Some(last) = lines.last() else { return Ok(all) };
            after = last["number"].as_u64().context("a line of the ledger has no number")?;
            all.extend(lines);
        }
    }
}
