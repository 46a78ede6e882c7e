//! Requests over HTTP: reqwest, with the retry policy, the throttle gate and the call's log around it.

mod gate;
mod retry;
mod tls;
mod transport;

pub(crate) use retry::RetryPolicy;
pub(crate) use transport::{Authorize, Proxy, Settings, Transport, given_up, unknown};

use std::time::Duration;

use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

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
    pub(crate) body: Option<Vec<u8>>,
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
        self.body = Some(body);
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
}

impl Response {
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The server's identifier of the request.
    pub(crate) fn request_id(&self) -> Option<String> {
        ["req_id", "x-ms-service-request-id", "x-ms-request-id"]
            .into_iter()
            .find_map(|name| self.header(name))
            .map(str::to_owned)
    }
}
