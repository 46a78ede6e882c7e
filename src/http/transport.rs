//! Sends a request until it has an answer: waits at the gate, signs it, sends it, judges the reply, waits, tries again.

use std::time::{Duration, Instant};

use reqwest::blocking::Client;
use reqwest::header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::advice::Advice;
use super::body::{self, Unread};
use super::gate::Gate;
use super::payload::wiped;
use super::redact::Redactor;
use super::retry::{RetryPolicy, Verdict, judge};
use super::{Effect, Limits, Proxy, Request, Response, tls};
use crate::call::Call;
use crate::error::{Error, Result, Status};

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
    /// Whether any request goes over TLS.
    pub(crate) tls_needed: bool,
    /// Whether any request goes in plain http.
    pub(crate) plain_needed: bool,
    pub(crate) root_certificates: Vec<u8>,
    pub(crate) retry: RetryPolicy,
    pub(crate) limits: Limits,
}

/// The connections of one client.
pub(crate) struct Transport {
    client: Client,
    timeout: Duration,
    retry: RetryPolicy,
    limits: Limits,
    gate: Gate,
    advice: Advice,
}

/// Why one try got no reply.
struct Failed {
    error: Error,
    /// The request never reached the server.
    not_sent: bool,
    /// Another try would fail alike.
    for_good: bool,
}

impl Transport {
    pub(crate) fn new(settings: Settings) -> Result<Self> {
        let invalid = |what: &str, error: reqwest::Error| {
            Error::new(Status::InvalidConfiguration, format!("{what}: {}.", chain(&error)))
        };
        let builder = Client::builder()
            .user_agent(settings.user_agent)
            .connect_timeout(settings.connect_timeout)
            // A redirect is an answer, not an errand: nothing follows it, least of all a token.
            .redirect(reqwest::redirect::Policy::none())
            .http1_max_headers(settings.limits.max_headers)
            .pool_max_idle_per_host(64)
            .tls_backend_preconfigured(tls::config(settings.tls_needed, &settings.root_certificates)?);
        let builder = settings.proxy.apply(builder, settings.plain_needed)?;
        let client = builder.build().map_err(|error| invalid("The HTTP client can't be set up", error))?;
        let (timeout, retry, limits) = (settings.timeout, settings.retry, settings.limits);
        Ok(Transport { client, timeout, retry, limits, gate: Gate::default(), advice: Advice::default() })
    }

    pub(crate) fn retry_policy(&self) -> &RetryPolicy {
        &self.retry
    }

    /// What the environment said about how much it takes.
    pub(crate) fn advice(&self) -> &Advice {
        &self.advice
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
            // What ends this before another try says nothing of the one before.
            let ended = |error: Error| match error.status() {
                Status::OutcomeUnknown => error,
                _ if uncertain => unknown(&name, error.what().to_owned()),
                _ => error,
            };
            waited += self.wait_at_gate(waited, &name, call).map_err(ended)?;
            let token = authorize.map(|authorize| authorize.token(call)).transpose().map_err(ended)?;
            tries += 1;
            if request.effect.is_change() {
                call.change_starts(&name)?;
            } else {
                call.check()?;
            }
            let started = Instant::now();
            let outcome = self.send_once(request, token.as_ref());
            let is_done = outcome.as_ref().is_ok_and(Response::is_success);
            uncertain |= request.effect.is_change() && may_be_done(&outcome);
            // A change that may be done stays on its way until a later try settles it: a cancel in between must not say that nothing was changed.
            if is_done || !uncertain {
                call.change_ends(is_done);
            }
            // A throttled request waits at the gate, with all others of this client.
            let mut waits_at_gate = false;
            if let Ok(response) = &outcome {
                self.advice.take(response);
            }
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
                            waits_at_gate = true;
                            (wait, Ok(response))
                        }
                        Verdict::Transient(wait) => {
                            if request.effect == Effect::OnceOnlyChange {
                                return Err(unknown(&name, format!("the answer was status {}", response.status)));
                            }
                            (wait.unwrap_or_else(|| self.retry.backoff(tries)), Ok(response))
                        }
                    }
                }
                Err(failed) if failed.for_good && (failed.not_sent || !request.effect.is_change()) => {
                    return Err(failed.error);
                }
                Err(failed) if failed.not_sent || !request.effect.is_change() => {
                    (self.retry.backoff(tries), Err(failed.error))
                }
                Err(failed) if failed.for_good || request.effect == Effect::OnceOnlyChange => {
                    return Err(unknown(&name, failed.error.what().to_owned()));
                }
                Err(failed) => (self.retry.backoff(tries), Err(failed.error)),
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
            if !waits_at_gate {
                let until = Instant::now() + delay;
                call.log(format!("{name} is tried again in {:.1} s", delay.as_secs_f64()));
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
        call.log(format!("{name} waits {:.1} s: the service protection limit is exceeded", closed.as_secs_f64()));
        self.gate.wait(call)?;
        Ok(started.elapsed())
    }

    fn send_once(&self, request: &Request, token: Option<&SecretString>) -> Result<Response, Failed> {
        let unsendable = |error| Failed { error, not_sent: true, for_good: true };
        let mut builder = self
            .client
            .request(request.method.clone(), request.url.clone())
            // For all of it, to the last byte of the body: the client's own limit would begin anew with each piece.
            .timeout(self.timeout)
            .headers(request.headers.clone())
            .header(ACCEPT_ENCODING, body::ACCEPTED)
            .header("x-ms-client-request-id", Uuid::new_v4().to_string());
        if let Some(token) = token {
            builder = builder.header(AUTHORIZATION, bearer(token).map_err(unsendable)?);
        }
        let mut secrets = Vec::new();
        if let Some(payload) = &request.body {
            let (bytes, secret) = payload.bytes().map_err(unsendable)?;
            builder = builder.body(bytes);
            secrets = secret;
        }
        let mut response = builder.send().map_err(|error| failed(request, error))?;
        let status = response.status().as_u16();
        let mut headers = std::mem::take(response.headers_mut());
        let redactor = Redactor::new(token.into_iter().chain(&secrets));
        redactor.headers(&mut headers);
        if headers.len() > self.limits.max_headers {
            let why = format!("it has more than {} headers (max_headers)", self.limits.max_headers);
            return Err(unread(request, Unread::Refused(why)));
        }
        let encodings = headers.get(CONTENT_ENCODING).map_or(Ok(""), HeaderValue::to_str).unwrap_or("?");
        let mut body = body::read(encodings, response, &self.limits).map_err(|why| unread(request, why))?;
        if !(200..300).contains(&status) {
            redactor.body(&mut body);
        }
        let (tries, waited, max_json_depth) = (1, Duration::ZERO, self.limits.max_json_depth);
        let to_change = request.effect.is_change();
        Ok(Response { status, headers, body, tries, waited, uncertain: false, to_change, max_json_depth })
    }
}

/// Whether a change may have been carried out, though no answer says so.
fn may_be_done(outcome: &Result<Response, Failed>) -> bool {
    match outcome {
        Ok(response) => matches!(judge(response), Verdict::Transient(_)),
        Err(failed) => !failed.not_sent,
    }
}

fn bearer(token: &SecretString) -> Result<HeaderValue> {
    let text = Zeroizing::new(format!("Bearer {}", token.expose_secret()));
    let mut value = HeaderValue::from_maybe_shared(wiped(text.as_bytes())).map_err(|_| {
        Error::new(Status::AuthenticationFailed, "The access token has characters that a header can't hold.")
    })?;
    value.set_sensitive(true);
    Ok(value)
}

fn failed(request: &Request, error: reqwest::Error) -> Failed {
    let host = request.url.host_str().unwrap_or_default();
    let not_sent = error.is_connect() || error.is_builder();
    let timed_out = error.is_timeout();
    // hyper tells this kind by a method to servers only.
    let parsing = parse_error(&error).map(|error| error.to_string().contains("too large"));
    // The message names the request already.
    let reason = chain(&error.without_url());
    let error = if not_sent {
        Error::new(Status::ServiceUnavailable, format!("{host} can't be reached for '{}': {reason}.", request.name()))
            .with_advice("Check the URL, the network, the proxy and the certificates.")
    } else if timed_out {
        Error::new(Status::TimedOut, format!("No reply from {host} to '{}' in time: {reason}.", request.name()))
    } else if parsing == Some(true) {
        let what = format!(
            "The reply of {host} to '{}' has too many headers, or too long ones (max_headers).",
            request.name()
        );
        return Failed { error: Error::new(Status::UnexpectedResponse, what), not_sent: false, for_good: true };
    } else if parsing == Some(false) {
        let what = format!("What {host} answered to '{}' is no HTTP: {reason}.", request.name());
        Error::new(Status::UnexpectedResponse, what).with_advice("Check the URL and the proxy.")
    } else {
        Error::new(
            Status::ServiceUnavailable,
            format!("The connection to {host} was lost during '{}': {reason}.", request.name()),
        )
    };
    // What is wrong with a certificate does not pass.
    let for_good = not_sent && reason.contains("certificate");
    Failed { error, not_sent, for_good }
}

/// What is wrong with a reply that is none of HTTP.
fn parse_error<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a hyper::Error> {
    let mut source = Some(error);
    while let Some(inner) = source {
        if let Some(found) = inner.downcast_ref::<hyper::Error>().filter(|error| error.is_parse()) {
            return Some(found);
        }
        source = inner.source();
    }
    None
}

/// A reply whose body was not read to its end.
fn unread(request: &Request, why: Unread) -> Failed {
    let name = request.name();
    let (status, what, for_good) = match why {
        Unread::Broken(error) => {
            let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<reqwest::Error>());
            if inner.is_some_and(reqwest::Error::is_timeout) {
                (Status::TimedOut, format!("The reply to '{name}' did not end in time"), false)
            } else {
                (Status::ServiceUnavailable, format!("The reply to '{name}' broke off: {}", chain(&error)), false)
            }
        }
        Unread::Damaged(why) => {
            (Status::UnexpectedResponse, format!("The reply to '{name}' can't be read: {why}"), false)
        }
        Unread::Refused(why) => {
            (Status::UnexpectedResponse, format!("The reply to '{name}' was not read: {why}"), true)
        }
    };
    Failed { error: Error::new(status, format!("{what}.")), not_sent: false, for_good }
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
