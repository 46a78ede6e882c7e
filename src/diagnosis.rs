//! Finding out why a connection does not work: each step from the host's name to the caller's privileges, on its own.

use std::io;
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::time::{Duration, Instant};

use reqwest::Method;
use serde::Serialize;
use serde_json::Value;

use crate::client::Client;
use crate::error::{Error, Result, Status};
use crate::http::{Authorize, Effect, Request};

use crate::requests::{self, WhoAmI};

/// How long one attempt to reach the host takes at most.
const PATIENCE: Duration = Duration::from_secs(5);

/// What reading users, roles, business units and teams needs.
const READING: [&str; 4] = ["prvReadUser", "prvReadRole", "prvReadBusinessUnit", "prvReadTeam"];
/// What changing users and their roles needs.
const CHANGING: [&str; 3] = ["prvCreateUser", "prvWriteUser", "prvAssignRole"];

/// What was found out.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Diagnosis {
    /// Whether every step went well. Privileges to change something may be missing: see [`Diagnosis::missing_privileges`].
    pub success: bool,
    /// The steps in their order; where one failed, it is the last.
    pub steps: Vec<Step>,
    /// Who the client is, where that step was reached.
    pub who: Option<WhoAmI>,
    /// The version of the environment, such as `9.2.24031.00156`.
    pub version: Option<String>,
    /// The privileges that the application user lacks, of those that this library's operations need.
    pub missing_privileges: Vec<&'static str>,
}

/// One step.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// `NameResolution`, `Connection`, `Tls`, `Environment`, `SignIn`, `ApplicationUser` or `Privileges`.
    pub step: &'static str,
    /// Whether it went well.
    pub success: bool,
    /// What was found, or why it failed and what to do about it.
    pub detail: String,
    /// How long it took.
    pub milliseconds: u64,
    /// The status of the failure, such as `AuthenticationFailed`.
    pub status: Option<&'static str>,
    /// The HTTP status of the failure.
    pub http_status: Option<u16>,
    /// The server's code of the failure.
    pub code: Option<String>,
}

/// Walks the steps, and stops at the first that fails.
///
/// # Errors
/// `Cancelled`; what goes wrong otherwise is in the diagnosis.
pub fn diagnose(client: &Client) -> Result<Diagnosis> {
    let mut walk = Walk { client, found: Diagnosis::empty() };
    match walk.run() {
        Ok(()) => walk.found.success = true,
        Err(Stopped::AtStep) => {}
        Err(Stopped::Cancelled(error)) => return Err(error),
    }
    Ok(walk.found)
}

impl Diagnosis {
    fn empty() -> Self {
        Diagnosis { success: false, steps: Vec::new(), who: None, version: None, missing_privileges: Vec::new() }
    }
}

/// Why a walk ends early.
enum Stopped {
    AtStep,
    Cancelled(Error),
}

struct Walk<'c> {
    client: &'c Client,
    found: Diagnosis,
}

impl Walk<'_> {
    fn run(&mut self) -> Result<(), Stopped> {
        // A proxy may know the host, and reach it, where this machine does not: the two first steps alone decide nothing.
        let reached = self.reach();
        let started = Instant::now();
        let challenged = self.challenge();
        if let (Err(error), Some(failed)) = (&challenged, reached)
            && error.status() != Status::UnexpectedResponse
        {
            self.found.steps.push(failed);
            return Err(Stopped::AtStep);
        }
        // One request tells of both: the secure channel, and what answers through it.
        let answered =
            challenged.is_ok() || challenged.as_ref().is_err_and(|error| error.status() == Status::UnexpectedResponse);
        if self.client.environment().scheme() == "https" && answered {
            self.found.steps.push(success("Tls", started, "The certificate of the host is trusted.".to_owned()));
        }
        let name = match (answered, self.client.environment().scheme()) {
            (true, _) => "Environment",
            (false, "https") => "Tls",
            (false, _) => "Connection",
        };
        self.step(name, started, challenged)?;
        let started = Instant::now();
        let token = Authorize::token(self.client, self.client.call());
        self.step("SignIn", started, token.map(|_| "The sign-in host gave a token.".to_owned()))?;
        let started = Instant::now();
        let who = requests::who_am_i(self.client);
        let told = who.as_ref().map(|who| format!("The application user is {}.", who.user_id)).map_err(Clone::clone);
        self.step("ApplicationUser", started, told)?;
        self.found.who = who.ok();
        self.found.version = self.version();
        let started = Instant::now();
        let checked = self.privileges();
        self.step("Privileges", started, checked)
    }

    /// The name and the connection; the step that failed, where one did.
    fn reach(&mut self) -> Option<Step> {
        let url = self.client.environment();
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let port = url.port_or_known_default().unwrap_or(443);
        let started = Instant::now();
        let addresses: Vec<SocketAddr> = match (host.as_str(), port).to_socket_addrs() {
            Ok(addresses) => addresses.collect(),
            Err(error) => {
                let error = Error::new(Status::ServiceUnavailable, format!("The host {host} has no address: {error}."))
                    .with_advice("Check the URL for typing errors, and the name service of this machine.");
                return Some(failure("NameResolution", started, &error));
            }
        };
        let shown: Vec<_> = addresses.iter().map(|address| address.ip().to_string()).collect();
        self.found.steps.push(success("NameResolution", started, format!("{host} is {}.", shown.join(", "))));
        let started = Instant::now();
        match connect(&addresses) {
            Ok(address) => {
                self.found.steps.push(success("Connection", started, format!("{address} accepts connections.")));
                None
            }
            Err(error) => {
                let error =
                    Error::new(Status::ServiceUnavailable, format!("{host} can't be reached on port {port}: {error}."))
                        .with_advice("Check the network, the firewall, and whether a proxy is needed.");
                Some(failure("Connection", started, &error))
            }
        }
    }

    /// A request without a token, which a Dataverse environment answers with a challenge.
    fn challenge(&self) -> Result<String> {
        let url = self.client.api().join("WhoAmI()").expect("a valid path");
        let request = Request::new(Method::GET, url, Effect::Read).header("accept", "application/json");
        let response = self.client.send_unsigned(&request)?;
        let is_challenge = response.header("www-authenticate").is_some_and(|value| value.starts_with("Bearer"));
        if response.status == 401 && is_challenge {
            return Ok(format!("{} is a Dataverse environment.", self.client.environment()));
        }
        let what = format!(
            "{} answered a request without a token with status {}, not with the challenge of a Dataverse environment.",
            self.client.environment(),
            response.status
        );
        Err(Error::new(Status::UnexpectedResponse, what)
            .with_http_status(response.status)
            .with_advice("Check the URL, the API path, and whether a proxy answers in the environment's place."))
    }

    fn version(&self) -> Option<String> {
        let reply = requests::request(self.client, "GET", "RetrieveVersion()", &Default::default(), None).ok()?;
        reply.body["Version"].as_str().map(str::to_owned)
    }

    /// Which privileges the application user has. Those for reading must be there.
    fn privileges(&mut self) -> Result<String> {
        let id = self.found.who.as_ref().map(|who| who.user_id.clone()).unwrap_or_default();
        let path = format!("systemusers({id})/Microsoft.Dynamics.CRM.RetrieveUserPrivileges()");
        let reply = requests::request(self.client, "GET", &path, &Default::default(), None)?;
        let entries = reply.body["RolePrivileges"].as_array().cloned().unwrap_or_default();
        let held: Vec<&str> = entries.iter().filter_map(|entry| entry["PrivilegeName"].as_str()).collect();
        if held.is_empty() && entries.iter().any(|entry| entry["PrivilegeId"] != Value::Null) {
            return Ok("The environment tells privileges without their names; they were not compared.".to_owned());
        }
        let lacks = |wanted: &[&'static str]| -> Vec<&'static str> {
            wanted.iter().copied().filter(|name| !held.iter().any(|held| held.eq_ignore_ascii_case(name))).collect()
        };
        let (reading, changing) = (lacks(&READING), lacks(&CHANGING));
        self.found.missing_privileges = [reading.clone(), changing.clone()].concat();
        if !reading.is_empty() {
            let what = format!("The application user lacks {}.", reading.join(", "));
            return Err(Error::new(Status::AccessDenied, what)
                .with_advice("Give the application user a security role with these privileges."));
        }
        if changing.is_empty() {
            return Ok("The application user may read and change users and their roles.".to_owned());
        }
        Ok(format!("The application user may read, but lacks {} for changes.", changing.join(", ")))
    }

    fn step(&mut self, name: &'static str, started: Instant, outcome: Result<String>) -> Result<(), Stopped> {
        match outcome {
            Ok(detail) => {
                self.found.steps.push(success(name, started, detail));
                Ok(())
            }
            Err(error) if self.client.call().is_cancelled() => Err(Stopped::Cancelled(error)),
            Err(error) => {
                self.found.steps.push(failure(name, started, &error));
                Err(Stopped::AtStep)
            }
        }
    }
}

fn connect(addresses: &[SocketAddr]) -> io::Result<SocketAddr> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for address in addresses {
        match TcpStream::connect_timeout(address, PATIENCE) {
            Ok(_) => return Ok(*address),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn success(step: &'static str, started: Instant, detail: String) -> Step {
    let milliseconds = started.elapsed().as_millis() as u64;
    Step { step, success: true, detail, milliseconds, status: None, http_status: None, code: None }
}

fn failure(step: &'static str, started: Instant, error: &Error) -> Step {
    Step {
        step,
        success: false,
        detail: error.to_string(),
        milliseconds: started.elapsed().as_millis() as u64,
        status: Some(error.status().name()),
        http_status: error.http_status(),
        code: error.code().map(str::to_owned),
    }
}
