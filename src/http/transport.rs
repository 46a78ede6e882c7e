//! Sends a request until it has an answer: waits at the gate, signs it, sends it, judges the reply, waits, tries again.

use std::io::Read;
use std::time::{Duration, Instant};

use reqwest::blocking::Client;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use url::Url;
use uuid::Uuid;

use super::gate::Gate;
use super::retry::{RetryPolicy, Verdict, judge};
use super::{Effect, Request, Response, tls};
use crate::call::Call;
use crate::error::{Error, Result, Status};

/// The largest reply that is read: a page of 5,000 whole users is about 20 MB.
const MAX_BODY: u64 = 256 * 1024 * 1024;

/// Who signs requests.
pub(crate) trait Authorize {
    /// The token for a request.
    fn token(&self, call: &Call) -> Result<SecretString>;
    /// The environment refused this token. True when another may be had.
    fn refused(&self, token: &SecretString) -> bool;
}

/// What a transport is made from.
pub(crate) struct Settings {
    pub(crate) user_agent: String,
    pub(crate) timeout: Duration,
    pub(crate) connect_timeout: Duration,
    pub(crate) proxy: Proxy,
    pub(crate) tls_needed: bool,
    pub(crate) root_certificates: Vec<u8>,
    pub(crate) retry: RetryPolicy,
}

/// Which proxy to use.
#[derive(Debug, Clone)]
pub(crate) enum Proxy {
    /// The system's settings.
    System,
    /// None at all.
    None,
    /// This one.
    Url(Url),
}

/// The connections of one client.
pub(crate) struct Transport {
    client: Client,
    retry: RetryPolicy,
    gate: Gate,
}

/// Why one try got no reply.
struct Failed {
    error: Error,
    /// The request never reached the server.
    not_sent: bool,
}

impl Transport {
    pub(crate) fn new(settings: Settings) -> Result<Self> {
        let invalid = |what: &str, error: reqwest::Error| {
            Error::new(Status::InvalidConfiguration, format!("{what}: {}.", chain(&error)))
        };
        let mut builder = Client::builder()
            .user_agent(settings.user_agent)
            .timeout(settings.timeout)
            .connect_timeout(settings.connect_timeout)
            .redirect(reqwest::redirect::Policy::none())
            .pool_max_idle_per_host(64)
            .tls_backend_preconfigured(tls::config(settings.tls_needed, &settings.root_certificates)?);
        builder = match settings.proxy {
            Proxy::System => builder,
            Proxy::None => builder.no_proxy(),
            Proxy::Url(url) => {
                builder.proxy(reqwest::Proxy::all(url).map_err(|error| invalid("The proxy can't be used", error))?)
            }
        };
        let client = builder.build().map_err(|error| invalid("The HTTP client can't be set up", error))?;
        Ok(Transport { client, retry: settings.retry, gate: Gate::default() })
    }

    pub(crate) fn retry_policy(&self) -> &RetryPolicy {
        &self.retry
    }

    /// Sends the request until there is an answer that another try would not change. An answer that says no is a response,
    /// not an error.
    pub(crate) fn send(&self, request: &Request, authorize: Option<&dyn Authorize>, call: &Call) -> Result<Response> {
        let name = request.name();
        let mut tries = 0;
        let mut waited = Duration::ZERO;
        let mut signed_again = false;
        // An earlier try may have been carried out.
        let mut uncertain = false;
        loop {
            waited += self.wait_at_gate(waited, &name, call)?;
            let token = authorize.map(|authorize| authorize.token(call)).transpose()?;
            tries += 1;
            if request.effect.is_change() {
                call.change_starts(&name)?;
            } else {
                call.check()?;
            }
            let started = Instant::now();
            let outcome = self.send_once(request, token.as_ref());
            call.change_ends(outcome.as_ref().is_ok_and(Response::is_success));
            call.log(describe(&name, &outcome, started.elapsed(), tries));
            let (delay, failure) = match outcome {
                Ok(mut response) => {
                    (response.tries, response.waited, response.uncertain) = (tries, waited, uncertain);
                    if response.status == 401
                        && !signed_again
                        && let (Some(authorize), Some(token)) = (authorize, &token)
                        && authorize.refused(token)
                    {
                        signed_again = true;
                        continue;
                    }
                    match judge(&response) {
                        Verdict::Final => return Ok(response),
                        Verdict::Throttled(wait) => {
                            let wait = wait.unwrap_or_else(|| self.retry.backoff(tries));
                            self.gate.close_for(wait);
                            (wait, Ok(response))
                        }
                        Verdict::Transient(wait) => {
                            if request.effect == Effect::OnceOnlyChange {
                                return Err(unknown(&name, format!("the answer was status {}", response.status)));
                            }
                            uncertain |= request.effect.is_change();
                            (wait.unwrap_or_else(|| self.retry.backoff(tries)), Ok(response))
                        }
                    }
                }
                Err(failed) if failed.not_sent || !request.effect.is_change() => {
                    (self.retry.backoff(tries), Err(failed.error))
                }
                Err(failed) if request.effect == Effect::OnceOnlyChange => {
                    return Err(unknown(&name, failed.error.what().to_owned()));
                }
                Err(failed) => {
                    uncertain = true;
                    (self.retry.backoff(tries), Err(failed.error))
                }
            };
            if tries >= self.retry.max_tries || waited + delay > self.retry.max_wait {
                let given_up = given_up(tries, waited);
                return match failure {
                    Ok(mut response) => {
                        response.uncertain = uncertain;
                        Ok(response)
                    }
                    Err(error) if uncertain => Err(unknown(&name, error.what().to_owned()).with_note(given_up)),
                    Err(error) => Err(error.with_note(given_up)),
                };
            }
            // A throttled request waits at the gate, with all others of this client.
            if self.gate.closed_for() < delay {
                let until = Instant::now() + delay;
                call.wait_until(Some(until), || false)?;
                waited += delay;
            }
        }
    }

    /// Waits until the gate is open; fails at once where that would take longer than this request may wait.
    fn wait_at_gate(&self, waited: Duration, name: &str, call: &Call) -> Result<Duration> {
        let closed = self.gate.closed_for();
        if closed.is_zero() {
            return Ok(Duration::ZERO);
        }
        if waited + closed > self.retry.max_wait {
            return Err(Error::new(
                Status::Throttled,
                format!("'{name}' was not sent: the environment's service protection limit is exceeded."),
            )
            .with_advice(format!("Try again in {} s, or allow a longer wait.", closed.as_secs() + 1))
            .with_retry_after(Some(closed)));
        }
        let started = Instant::now();
        self.gate.wait(call)?;
        Ok(started.elapsed())
    }

    fn send_once(&self, request: &Request, token: Option<&SecretString>) -> Result<Response, Failed> {
        let mut builder = self
            .client
            .request(request.method.clone(), request.url.clone())
            .headers(request.headers.clone())
            .header("x-ms-client-request-id", Uuid::new_v4().to_string());
        if let Some(token) = token {
            builder = builder.header(AUTHORIZATION, bearer(token).map_err(|error| Failed { error, not_sent: true })?);
        }
        if let Some(body) = &request.body {
            builder = builder.body(body.clone());
        }
        let response = builder.send().map_err(|error| failed(request, error))?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let mut body = Vec::new();
        let read = response.take(MAX_BODY + 1).read_to_end(&mut body);
        if let Err(error) = read {
            let error = Error::new(
                Status::ServiceUnavailable,
                format!("The reply to '{}' broke off: {}.", request.name(), chain(&error)),
            );
            return Err(Failed { error, not_sent: false });
        }
        if body.len() as u64 > MAX_BODY {
            let what = format!("The reply to '{}' is larger than {} MB.", request.name(), MAX_BODY / 1024 / 1024);
            return Err(Failed { error: Error::new(Status::UnexpectedResponse, what), not_sent: false });
        }
        Ok(Response { status, headers, body, tries: 1, waited: Duration::ZERO, uncertain: false })
    }
}

fn bearer(token: &SecretString) -> Result<HeaderValue> {
    let mut value = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret())).map_err(|_| {
        Error::new(Status::AuthenticationFailed, "The access token has characters that a header can't hold.")
    })?;
    value.set_sensitive(true);
    Ok(value)
}

fn failed(request: &Request, error: reqwest::Error) -> Failed {
    let host = request.url.host_str().unwrap_or_default();
    let not_sent = error.is_connect() || error.is_builder();
    let timed_out = error.is_timeout();
    // The message names the request already.
    let reason = chain(&error.without_url());
    let error = if not_sent {
        Error::new(Status::ServiceUnavailable, format!("{host} can't be reached for '{}': {reason}.", request.name()))
            .with_advice("Check the URL, the network, the proxy and the certificates.")
    } else if timed_out {
        Error::new(Status::TimedOut, format!("No reply from {host} to '{}' in time: {reason}.", request.name()))
    } else {
        Error::new(
            Status::ServiceUnavailable,
            format!("The connection to {host} was lost during '{}': {reason}.", request.name()),
        )
    };
    Failed { error, not_sent }
}

/// An error with its sources: reqwest's own text does not say why.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text.push_str(": ");
            text.push_str(&inner_text);
        }
        source = inner.source();
    }
    text
}

/// The error of a change of which nobody knows whether it was applied.
pub(crate) fn unknown(name: &str, why: String) -> Error {
    Error::new(Status::OutcomeUnknown, format!("The outcome of '{name}' is unknown: {}.", why.trim_end_matches('.')))
        .with_cause("The change was sent, and no reply tells whether it was applied.")
        .with_advice("Read the row and compare before repeating the change.")
}

/// How often and how long was tried, for the text of an error.
pub(crate) fn given_up(tries: u32, waited: Duration) -> String {
    let times = if tries == 1 { "once".to_owned() } else { format!("{tries} times") };
    format!("Tried {times}, waiting {:.1} s in all.", waited.as_secs_f64())
}

fn describe(name: &str, outcome: &Result<Response, Failed>, took: Duration, tries: u32) -> String {
    let took = took.as_millis();
    let again = if tries > 1 { format!(", try {tries}") } else { String::new() };
    match outcome {
        Ok(response) => {
            let id = response.request_id().map(|id| format!(", request id {id}")).unwrap_or_default();
            format!("{name} -> {} in {took} ms{again}{id}", response.status)
        }
        Err(failed) => format!("{name} -> no reply after {took} ms{again}: {}", failed.error.what()),
    }
}
