//! What an action does to a reply.

use std::iter;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{CONTENT_ENCODING, RETRY_AFTER};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use serde_json::Value as Json;
use uuid::Uuid;

use super::{Action, RetryAfter, bomb};
use crate::body::{ReplyBody, Step, Steps};
use crate::line::{Ending, Line};
use crate::reply::Reply;

/// An endless body is sent in pieces of about this size.
const PIECE: usize = 16 * 1024;

/// The reply that an action gives in place of the real one.
pub fn substitute(status: u16, action: &Action, request_id: Uuid) -> Reply {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let reply = match &action.body {
        None => Reply::empty(status),
        Some(Json::String(text)) => Reply::with_body(status, "text/html; charset=utf-8", text.clone()),
        Some(body) => Reply::json(status, body),
    };
    reply.header("req_id", request_id.to_string())
}

/// The reply with what the action changes in its head and its bytes.
pub fn alter(mut reply: Reply, action: &Action) -> Reply {
    for (name, value) in &action.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name.as_str()), HeaderValue::try_from(value.as_str())) {
            reply.headers.insert(name, value);
        }
    }
    if let Some(retry_after) = action.retry_after {
        reply.headers.insert(RETRY_AFTER, retry_after.value(SystemTime::now()));
    }
    if let Some(extra) = action.extra_headers {
        let value = HeaderValue::try_from("x".repeat(extra.bytes));
        for number in 1..=extra.count {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(format!("x-filler-{number}")), &value) {
                reply.headers.insert(name, value.clone());
            }
        }
    }
    if action.bomb.is_some() {
        reply.headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    if action.garbage {
        // No UTF-8, no JSON, and of the length that the real body has.
        reply.body = (0..reply.body.len().max(16)).map(|index| 0xF8 | (index as u8 & 7)).collect::<Vec<u8>>().into();
    }
    reply
}

impl RetryAfter {
    fn value(self, now: SystemTime) -> HeaderValue {
        match self {
            Self::Seconds(seconds) => HeaderValue::from(seconds),
            Self::DateAfterSeconds(seconds) => {
                // Dates have whole seconds: rounded up, or a client would come back too early.
                let date =
                    httpdate::fmt_http_date(now + Duration::from_secs(seconds) + Duration::from_nanos(999_999_999));
                HeaderValue::try_from(date).unwrap_or_else(|_| HeaderValue::from(seconds))
            }
        }
    }
}

/// The reply as hyper sends it, with what the action does on the way.
pub fn respond(mut reply: Reply, action: &Action, line: &Arc<Line>) -> Response<ReplyBody> {
    if let (Some(size), true) = (action.bomb, reply.has_body()) {
        return reply.into_response_with(ReplyBody::pieces(bomb::pieces(size)), None);
    }
    let cut = action.truncate.filter(|cut| *cut < reply.body.len());
    let is_usual = cut.is_none() && action.pause.is_none() && action.trickle.is_none() && !action.endless;
    if is_usual || !reply.has_body() {
        return reply.into_response();
    }
    let body = std::mem::take(&mut reply.body);
    let length = Some(body.len()).filter(|_| !action.endless);
    let steps = steps(body, action, cut);
    reply.into_response_with(ReplyBody::stepwise(steps, line.clone()), length)
}

fn steps(body: Bytes, action: &Action, cut: Option<usize>) -> Steps {
    let ending = if action.reset { Ending::Reset } else { Ending::Orderly };
    let mut sent = body.slice(..cut.unwrap_or(body.len()));
    // A piece of one byte at the end: HTTP/2 takes it in when all before it is on its way, and it then needs no more room.
    let last = if cut.is_some() { sent.split_off(sent.len().saturating_sub(1)) } else { Bytes::new() };
    let data: Box<dyn Iterator<Item = Bytes> + Send> = if action.endless {
        let once = if sent.is_empty() { Bytes::from_static(b" ") } else { sent };
        let piece = Bytes::from(once.repeat(PIECE.div_ceil(once.len())));
        Box::new(iter::repeat(piece))
    } else {
        Box::new(iter::once(sent))
    };
    let sends: Steps = if let Some(trickle) = action.trickle {
        let pause = Step::Wait(Duration::from_millis(trickle.every_ms));
        Box::new(
            data.flat_map(move |data| drops(data, trickle.bytes))
                .flat_map(move |drop| [Step::Send(drop), pause.clone()]),
        )
    } else if let Some(pause) = action.pause {
        let mut place = Some(pause.after_bytes.unwrap_or(body.len() / 2));
        Box::new(data.flat_map(move |mut data| {
            let first = place.take().map(|place| data.split_to(place.min(data.len())));
            let waits = first.map(|first| [Step::Send(first), Step::Wait(Duration::from_millis(pause.ms))]);
            waits.into_iter().flatten().chain([Step::Send(data)])
        }))
    } else {
        Box::new(data.map(Step::Send))
    };
    match cut {
        Some(_) => Box::new(sends.chain([Step::Send(last), Step::Break(ending)])),
        None => sends,
    }
}

/// The data in parts of this size, the last one with what is left.
fn drops(mut data: Bytes, size: usize) -> impl Iterator<Item = Bytes> {
    iter::from_fn(move || (!data.is_empty()).then(|| data.split_to(size.min(data.len()))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::{Pause, Trickle};

    fn send(text: &'static str) -> Step {
        Step::Send(Bytes::from_static(text.as_bytes()))
    }

    fn wait(milliseconds: u64) -> Step {
        Step::Wait(Duration::from_millis(milliseconds))
    }

    #[test]
    fn a_pause_is_where_it_was_asked_for_or_in_the_middle() {
        let pause = |after_bytes| Action { pause: Some(Pause { after_bytes, ms: 5 }), ..Action::default() };
        let body = || Bytes::from_static(b"abcd");
        let all = |action: Action| steps(body(), &action, None).collect::<Vec<_>>();
        assert_eq!(all(pause(None)), [send("ab"), wait(5), send("cd")]);
        assert_eq!(all(pause(Some(1))), [send("a"), wait(5), send("bcd")]);
        assert_eq!(all(pause(Some(9))), [send("abcd"), wait(5), send("")]);
    }

    #[test]
    fn a_trickle_is_drops_with_pauses_and_a_cut_ends_it() {
        let action = Action {
            trickle: Some(Trickle { bytes: 2, every_ms: 7 }),
            truncate: Some(3),
            reset: true,
            ..Action::default()
        };
        let all: Vec<_> = steps(Bytes::from_static(b"abcd"), &action, Some(3)).collect();
        assert_eq!(all, [send("ab"), wait(7), send("c"), Step::Break(Ending::Reset)]);
    }

    #[test]
    fn an_endless_body_repeats_itself() {
        let action = Action { endless: true, ..Action::default() };
        for (body, start) in [("ab", "abab"), ("", "    ")] {
            let mut pieces = steps(Bytes::from_static(body.as_bytes()), &action, None);
            for _ in 0..100 {
                let Some(Step::Send(piece)) = pieces.next() else { panic!("it ended") };
                assert!(piece.len() >= PIECE && piece.starts_with(start.as_bytes()));
            }
        }
    }

    #[test]
    fn a_retry_date_is_never_too_early() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_200);
        let value = RetryAfter::DateAfterSeconds(2).value(now);
        let date = httpdate::parse_http_date(value.to_str().unwrap()).unwrap();
        let after = date.duration_since(now).unwrap();
        assert!((Duration::from_secs(2)..Duration::from_secs(3)).contains(&after), "{after:?}");
        assert_eq!(RetryAfter::Seconds(2).value(now), "2");
    }
}
