//! Replies, and bodies that break off.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, Response, StatusCode};
use http_body::{Body, Frame, SizeHint};

/// A reply before it is sent.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// Only so many bytes of the body are sent.
    pub cut: Option<usize>,
}

impl Reply {
    /// A reply without a body.
    pub fn empty(status: StatusCode) -> Self {
        Self { status, headers: HeaderMap::new(), body: Bytes::new(), cut: None }
    }

    /// A reply with a body of this type.
    pub fn with_body(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        let mut reply = Self::empty(status);
        reply.headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        reply.body = body.into();
        reply
    }

    /// A reply of JSON.
    pub fn json(status: StatusCode, body: &impl serde::Serialize) -> Self {
        let body = serde_json::to_vec(body).unwrap_or_default();
        Self::with_body(status, "application/json; charset=utf-8", body)
    }

    /// The reply with a header more; a value that is none is left out.
    pub fn header(mut self, name: &'static str, value: impl AsRef<str>) -> Self {
        if let Ok(value) = HeaderValue::try_from(value.as_ref()) {
            self.headers.insert(HeaderName::from_static(name), value);
        }
        self
    }

    /// The reply as hyper sends it.
    pub fn into_response(self) -> Response<ReplyBody> {
        let length = self.body.len();
        let has_body = self.status != StatusCode::NO_CONTENT && self.status != StatusCode::NOT_MODIFIED;
        let body = match self.cut.filter(|cut| *cut < length) {
            Some(cut) => ReplyBody { data: Some(self.body.slice(..cut)), breaks: true },
            None => ReplyBody { data: Some(self.body).filter(|body| !body.is_empty() && has_body), breaks: false },
        };
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        if has_body {
            response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
        }
        response
    }
}

/// The body of a reply; it may break off before its announced end.
#[derive(Debug)]
pub struct ReplyBody {
    data: Option<Bytes>,
    breaks: bool,
}

/// Why a body or a connection ends: a fault that somebody asked for.
#[derive(Debug)]
pub struct Broken;

impl std::fmt::Display for Broken {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("the connection is closed because a fault rule says so")
    }
}

impl std::error::Error for Broken {}

impl From<Infallible> for Broken {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        match self.data.take() {
            Some(data) => Poll::Ready(Some(Ok(Frame::data(data)))),
            None if self.breaks => {
                self.breaks = false;
                Poll::Ready(Some(Err(Broken)))
            }
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.data.is_none() && !self.breaks
    }

    fn size_hint(&self) -> SizeHint {
        match (&self.data, self.breaks) {
            (Some(data), false) => SizeHint::with_exact(data.len() as u64),
            (None, false) => SizeHint::with_exact(0),
            _ => SizeHint::default(),
        }
    }
}
