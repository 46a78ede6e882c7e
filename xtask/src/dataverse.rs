//! Local Dataverse as a process: started for a task, asked by HTTP, and gone with it.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use ureq::Agent;

/// The tenant, the application and the secret of the seed `contoso`.
pub const TENANT_ID: &str = "11111111-1111-4111-8111-111111111111";
/// See [`TENANT_ID`].
pub const CLIENT_ID: &str = "22222222-2222-4222-8222-222222222222";
/// See [`TENANT_ID`].
pub const SECRET: &str = "local-dataverse-secret";

/// What came to a server since its start.
pub struct Traffic {
    /// How many connections were opened.
    pub connections: u64,
    /// How many bytes clients sent.
    pub received: u64,
}

/// A running server.
pub struct Dataverse {
    /// Its address, with a slash at the end.
    pub url: String,
    child: Child,
    agent: Agent,
}

impl Dataverse {
    /// Starts the program on a free port; it listens when this returns.
    pub fn start(program: &Path) -> Result<Self> {
        Self::start_with(program, &[])
    }

    /// The same over TLS: clients have to trust the certificate that it writes into the file. Nobody here does, so that
    /// requests through this value fail.
    pub fn start_secure(program: &Path, authority: &Path) -> Result<Self> {
        Self::start_with(program, &["--tls".as_ref(), "--tls-ca-file".as_ref(), authority.as_os_str()])
    }

    /// The same with further options of the program.
    pub fn start_with_more(program: &Path, options: &[&str]) -> Result<Self> {
        let options: Vec<&OsStr> = options.iter().map(OsStr::new).collect();
        Self::start_with(program, &options)
    }

    fn start_with(program: &Path, arguments: &[&OsStr]) -> Result<Self> {
        let mut child = Command::new(program)
            .args(["--port", "0", "--seed", "contoso", "--until-eof"])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("{} could not be started", program.display()))?;
        let mut output = BufReader::new(child.stdout.take().context("the server has no output")?);
        let mut line = String::new();
        output.read_line(&mut line)?;
        let url = line.trim().strip_prefix("Local Dataverse listens on ").map(str::to_owned);
        // What it says further is for people; a full pipe would stop it.
        thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
        let Some(url) = url else {
            let _ = child.kill();
            bail!("Local Dataverse said '{}' in place of its address", line.trim());
        };
        let agent = Agent::config_builder().proxy(None).build().into();
        Ok(Self { url, child, agent })
    }

    /// The memory that the process holds, in KiB, where the system tells it.
    pub fn memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.split_whitespace().next()?.parse().ok()
    }

    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The Login Id of the seed's application.
    pub fn login() -> String {
        format!("{CLIENT_ID}@{TENANT_ID}")
    }

    /// Adds a fault rule.
    pub fn add_fault(&self, rule: &Value) -> Result<()> {
        self.agent.post(format!("{}_local/faults", self.url)).send_json(rule).context("the fault was not taken")?;
        Ok(())
    }

    /// Changes settings.
    pub fn change_settings(&self, settings: &Value) -> Result<()> {
        let request = self.agent.patch(format!("{}_local/settings", self.url));
        request.send_json(settings).context("the settings were not taken")?;
        Ok(())
    }

    /// The requests that it answered.
    pub fn requests(&self) -> Result<Vec<Value>> {
        self.control("requests")
    }

    /// How many requests it answered since its start.
    pub fn request_count(&self) -> Result<u64> {
        self.get("_local/status", None)?["requests"].as_u64().context("the server's status counts no requests")
    }

    /// What came so far. This asks over a connection of its own, which is in the counts.
    pub fn traffic(&self) -> Result<Traffic> {
        let agent: Agent = Agent::config_builder().proxy(None).build().into();
        let status: Value = agent.get(format!("{}_local/status", self.url)).call()?.body_mut().read_json()?;
        let number = |part: &str, name: &str| {
            status[part][name].as_u64().with_context(|| format!("the server's status does not count {part}"))
        };
        Ok(Traffic { connections: number("connections", "accepted")?, received: number("bytes", "received")? })
    }

    /// How many rows there are in a set.
    pub fn row_count(&self, set: &str) -> Result<u64> {
        self.get("_local/status", None)?["rows"][set].as_u64().with_context(|| format!("there is no set {set}"))
    }

    /// The changes that it applied.
    pub fn ledger(&self) -> Result<Vec<Value>> {
        match self.get("_local/ledger", None)?["entries"].take() {
            Value::Array(entries) => Ok(entries),
            other => bail!("the ledger is {other}"),
        }
    }

    /// All its data, as text.
    pub fn snapshot(&self) -> Result<String> {
        let mut response = self.agent.get(format!("{}_local/snapshot", self.url)).call()?;
        Ok(response.body_mut().read_to_string()?)
    }

    fn control(&self, name: &str) -> Result<Vec<Value>> {
        match self.get(&format!("_local/{name}"), None)?[name].take() {
            Value::Array(entries) => Ok(entries),
            other => bail!("_local/{name} is {other}"),
        }
    }

    /// The rows of a list of the Web API, read without the library.
    pub fn rows(&self, path: &str) -> Result<Vec<Value>> {
        match self.get(&format!("api/data/v9.2/{path}"), Some(&self.token()?))?["value"].take() {
            Value::Array(rows) => Ok(rows),
            other => bail!("{path} is {other}"),
        }
    }

    /// A page of a list of the Web API, by its address.
    pub fn page(&self, address: &str, token: &str) -> Result<Value> {
        let request = self.agent.get(address).header("Authorization", format!("Bearer {token}"));
        let mut response = request.header("Prefer", "odata.maxpagesize=5000").call()?;
        // ureq reads 10 MB where it is not told otherwise.
        Ok(response.body_mut().with_config().limit(1 << 30).read_json()?)
    }

    /// An access token of the seed's application.
    pub fn token(&self) -> Result<String> {
        let form = [
            ("client_id", CLIENT_ID),
            ("client_secret", SECRET),
            ("grant_type", "client_credentials"),
            ("scope", &format!("{}.default", self.url)),
        ];
        let token_url = format!("{}{TENANT_ID}/oauth2/v2.0/token", self.url);
        let token: Value = self.agent.post(token_url).send_form(form)?.body_mut().read_json()?;
        Ok(token["access_token"].as_str().context("the server gave no token")?.to_owned())
    }

    fn get(&self, path: &str, token: Option<&str>) -> Result<Value> {
        let mut request = self.agent.get(format!("{}{path}", self.url));
        if let Some(token) = token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        let mut response = request.call().with_context(|| format!("the server refused {path}"))?;
        Ok(response.body_mut().read_json()?)
    }

    /// A rule that answers one request with this status.
    pub fn fault(method: &str, path: &str, status: u16) -> Value {
        json!({ "method": method, "path": path, "action": { "status": status } })
    }
}

impl Drop for Dataverse {
    fn drop(&mut self) {
        // The end of its input ends it; killing is for one that hangs.
        drop(self.child.stdin.take());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
