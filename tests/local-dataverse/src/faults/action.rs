//! What a fault rule does to a request.

use std::collections::BTreeMap;
use std::time::Duration;

use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// When the connection is closed without a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Close {
    /// Before the body of the request is read.
    BeforeRead,
    /// After the request is read, before anything is done.
    AfterRead,
    /// After the change is applied.
    AfterApplied,
}

/// What the `Retry-After` header of a reply says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RetryAfter {
    /// So many seconds, as a number.
    Seconds(u64),
    /// An HTTP date so many seconds after the reply.
    DateAfterSeconds(u64),
}

/// A pause in the middle of a body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Pause {
    /// After so many bytes of the body; none given: after half of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_bytes: Option<usize>,
    /// So long.
    pub ms: u64,
}

/// A body that comes in drops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Trickle {
    /// So many bytes at a time.
    pub bytes: usize,
    /// And then a pause of so long.
    pub every_ms: u64,
}

/// Headers that nobody needs: `x-filler-1`, `x-filler-2` and so on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExtraHeaders {
    /// So many.
    pub count: usize,
    /// The value of each has so many bytes.
    pub bytes: usize,
}

/// What happens; several may be combined.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Action {
    /// This status in place of the real reply; the request has no effect unless `applied` is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Headers of the reply, in place of those that it has by these names.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// `Retry-After`, which may be a date that is computed when the reply is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<RetryAfter>,
    /// More headers than any client needs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extra_headers: Option<ExtraHeaders>,
    /// The body that goes with `status`: text is sent as it is, anything else as JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Json>,
    /// The request takes effect before `status` answers it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub applied: bool,
    /// The connection is closed in place of a reply.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub close: Option<Close>,
    /// The end that `close` or `truncate` put to the connection is a reset (RST), not an orderly one (FIN).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub reset: bool,
    /// A pause before the request is handled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay_ms: Option<u64>,
    /// A pause after the request took effect, before the reply.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay_reply_ms: Option<u64>,
    /// A pause in the middle of the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pause: Option<Pause>,
    /// The body comes a few bytes at a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trickle: Option<Trickle>,
    /// Only so many bytes of the body are sent, and the connection is closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub truncate: Option<usize>,
    /// The body comes again and again, without an end.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub endless: bool,
    /// The body is bytes that are no JSON.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub garbage: bool,
    /// The body is so many bytes of white space, of which gzip leaves next to nothing on the wire.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bomb: Option<u64>,
}

/// The most headers that `extraHeaders` adds, and the most bytes of each: what HTTP software can still represent.
const MOST_HEADERS: usize = 10_000;
const MOST_HEADER_BYTES: usize = 65_000;

impl Action {
    /// What is wrong with the action, if anything.
    pub(super) fn check(&self) -> Result<(), String> {
        if *self == Self::default() {
            return Err("The action is empty: give at least one of status, headers, retryAfter, extraHeaders, close, \
                        delayMs, delayReplyMs, pause, trickle, truncate, endless, garbage, bomb."
                .into());
        }
        if let Some(status) = self.status.filter(|status| !(200..=599).contains(status)) {
            return Err(format!("{status} is no status of a reply: use 200 to 599."));
        }
        for (name, value) in &self.headers {
            check_header(name, value)?;
        }
        if let Some(extra) = self.extra_headers
            && (extra.count > MOST_HEADERS || extra.bytes > MOST_HEADER_BYTES)
        {
            return Err(format!("extraHeaders can be {MOST_HEADERS} of {MOST_HEADER_BYTES} bytes each at most."));
        }
        if self.trickle.is_some_and(|trickle| trickle.bytes == 0) {
            return Err("trickle needs at least 1 byte at a time.".into());
        }
        for (wrong, text) in [
            (self.status.is_none() && self.body.is_some(), "body goes with a status: give one, such as 200."),
            (self.status.is_none() && self.applied, "applied goes with the status that answers the request."),
            (
                self.reset && self.close.is_none() && self.truncate.is_none(),
                "reset says how close or truncate end the connection: give one of them.",
            ),
            (self.endless && self.truncate.is_some(), "A body is either endless or cut off by truncate."),
            (
                self.bomb.is_some() && self.shapes_body(),
                "bomb is the whole body: it goes with nothing else that changes it.",
            ),
            (self.pause.is_some() && self.trickle.is_some(), "Give either pause or trickle, not both."),
        ] {
            if wrong {
                return Err(text.into());
            }
        }
        Ok(())
    }

    /// Whether it changes what the body is or how it comes, but for `bomb`.
    fn shapes_body(&self) -> bool {
        self.endless || self.garbage || self.truncate.is_some() || self.pause.is_some() || self.trickle.is_some()
    }

    /// The pause before the request is handled.
    pub fn delay(&self) -> Duration {
        Duration::from_millis(self.delay_ms.unwrap_or_default())
    }

    /// The pause before the reply.
    pub fn reply_delay(&self) -> Duration {
        Duration::from_millis(self.delay_reply_ms.unwrap_or_default())
    }
}

fn check_header(name: &str, value: &str) -> Result<(), String> {
    let (Ok(known), Ok(_)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) else {
        return Err(format!("'{name}: {value}' is no header."));
    };
    if known == CONTENT_LENGTH || known == TRANSFER_ENCODING {
        return Err(format!(
            "{name} can't be set: for a body that ends too early use truncate, for one without an end endless."
        ));
    }
    Ok(())
}
