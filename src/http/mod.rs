//! Requests over HTTP: reqwest, with the retry policy, the throttle gate and the call's log around it.

mod advice;
mod body;
mod gate;
mod limits;
mod payload;
mod proxy;
mod redact;
mod retry;
mod tls;
mod transport;
#[cfg(any(windows, test))]
mod windows_proxy;

pub(crate) use gate::Gate;
pub(crate) use limits::{Limits, json_depth};
pub(crate) use payload::Payload;
pub(crate) use proxy::Proxy;
pub(crate) use retry::RetryPolicy;
pub(crate) use transport::{Authorize, Settings, Transport, given_up, unknown};

use std::time::Duration;

use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use crate::error::{Error, Result, Status};

/// Whether a request may be sent a second time when no reply tells what became of the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Changes nothing.
    Read,
    /// Changes something to a fixed state: sent twice, it leaves the same as sent once.
    RepeatableChange,
    /// Changes something anew each time: never sent again while its outcome is unknown.
    OnceOnlyChange,
}

impl Effect {
    pub(crate) fn is_change(self) -> bool {
        self != Effect::Read
    }
}

/// One request, ready to be sent any number of times.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Payload>,
    pub(crate) effect: Effect,
}

impl Request {
    pub(crate) fn new(method: Method, url: Url, effect: Effect) -> Self {
        Request { method, url, headers: HeaderMap::new(), body: None, effect }
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        // The names and values of this method are the library's own; what callers give is checked where it comes in.
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(HeaderName::from_static(name), value);
        }
        self
    }

    pub(crate) fn body(mut self, content_type: &'static str, body: Vec<u8>) -> Self {
        self = self.header("content-type", content_type);
        self.body = Some(Payload::Fixed(body.into()));
        self
    }

    /// A form with a secret in it.
    pub(crate) fn form(mut self, form: Payload) -> Self {
        self = self.header("content-type", "application/x-www-form-urlencoded");
        self.body = Some(form);
        self
    }

    /// Method and path, as a person would name the request.
    pub(crate) fn name(&self) -> String {
        let query = self.url.query().map(|query| format!("?{query}")).unwrap_or_default();
        format!("{} {}{query}", self.method, self.url.path())
    }
}

/// A reply, read to its end.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// How often the request was sent, and how long it waited between.
    pub(crate) tries: u32,
    pub(crate) waited: Duration,
    /// An earlier try of this change may have been carried out.
    pub(crate) uncertain: bool,
    /// It answers a change.
    pub(crate) to_change: bool,
    /// How deep its JSON may be nested.
    pub(crate) max_json_depth: usize,
}

impl Response {
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The server's identifier of the request, where it is one: it stands in logs and errors.
    pub(crate) fn request_id(&self) -> Option<String> {
        ["req_id", "x-ms-service-request-id", "x-ms-request-id"]
            .into_iter()
            .find_map(|name| self.header(name).filter(|id| is_identifier(id)))
            .map(str::to_owned)
    }

    /// The body as JSON that is nested no deeper than allowed; whether it is JSON at all is for its reader to say.
    pub(crate) fn json(&self) -> Result<&[u8]> {
        let depth = json_depth(&self.body);
        if depth > self.max_json_depth {
            let what = format!(
                "The reply is JSON nested {depth} levels deep; at most {} are read (max_json_depth).",
                self.max_json_depth
            );
            return Err(Error::new(Status::UnexpectedResponse, what).with_http_status(self.status));
        }
        Ok(&self.body)
    }
}

/// The longest identifier of a request: a GUID has 36 characters.
const LONGEST_ID: usize = 100;

fn is_identifier(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':' | '|' | '{' | '}');
    (1..=LONGEST_ID).contains(&text.len()) && text.chars().all(fits)
}

#[cfg(test)]
pub(crate) mod for_fuzz {
    //! What the fuzz tests of the whole crate reach into.
    pub(crate) use super::body::read as read_body;
    pub(crate) use super::retry::{judge, parse_retry_after};
}

impl Response {
    /// A reply as if it had come, for tests and measurements.
    pub(crate) fn for_test(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Response {
            status,
            headers: HeaderMap::new(),
            body: body.into(),
            tries: 1,
            waited: Duration::ZERO,
            uncertain: false,
            to_change: false,
            max_json_depth: Limits::default().max_json_depth,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_that_is_nested_too_deeply_is_refused() {
        let mut response = Response::for_test(200, r#"{"a":[[1]]}"#);
        assert!(response.json().is_ok());
        response.max_json_depth = 2;
        assert_eq!(response.json().unwrap_err().status(), Status::UnexpectedResponse);
    }

    #[test]
    fn only_what_is_an_identifier_is_taken_for_one() {
        let mut response = Response::for_test(200, "");
        for (value, is_id) in
            [("7c1f0000-0000-4000-8000-000000000001", true), ("|a.b:1_", true), ("a b", false), ("", false)]
        {
            response.headers.insert("req_id", HeaderValue::from_str(value).unwrap());
            assert_eq!(response.request_id().is_some(), is_id, "{value}");
        }
        response.headers.insert("req_id", HeaderValue::from_str(&"x".repeat(101)).unwrap());
        assert_eq!(response.request_id(), None);
    }
}
