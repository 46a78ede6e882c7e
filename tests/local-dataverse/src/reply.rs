//! Replies before they are sent.

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, Response, StatusCode};

use crate::body::ReplyBody;

/// A reply before it is sent.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Reply {
    /// A reply without a body.
    pub fn empty(status: StatusCode) -> Self {
        Self { status, headers: HeaderMap::new(), body: Bytes::new() }
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

    /// Whether replies of this status have a body.
    pub fn has_body(&self) -> bool {
        self.status != StatusCode::NO_CONTENT && self.status != StatusCode::NOT_MODIFIED
    }

    /// The reply as hyper sends it.
    pub fn into_response(mut self) -> Response<ReplyBody> {
        let body = std::mem::take(&mut self.body);
        let length = self.has_body().then_some(body.len());
        let body = Some(body).filter(|body| !body.is_empty() && length.is_some());
        self.into_response_with(ReplyBody::Whole(body), length)
    }

    /// Status and headers with another body; `length` is what Content-Length says of it.
    pub fn into_response_with(self, body: ReplyBody, length: Option<usize>) -> Response<ReplyBody> {
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        if let Some(length) = length {
            response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
        }
        response
    }
}
