//! When a request is sent again, and how long to wait before.

use std::time::{Duration, SystemTime};

use super::Response;

/// How often and how long to try.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RetryPolicy {
    /// How often one request is sent at most.
    pub(crate) max_tries: u32,
    /// How long one request waits at most between its tries, all waits together.
    pub(crate) max_wait: Duration,
    /// The longest back-off after the first failure; it doubles with each further one.
    pub(crate) first_backoff: Duration,
    /// The longest back-off of all.
    pub(crate) max_backoff: Duration,
}

impl Default for RetryPolicy {
    /// Eight tries and ten minutes: twice the longest Retry-After, which is the five minutes of Dataverse's sliding window.
    fn default() -> Self {
        RetryPolicy {
            max_tries: 8,
            max_wait: Duration::from_secs(600),
            first_backoff: Duration::from_millis(500),
            max_backoff: Duration::from_secs(30),
        }
    }
}

impl RetryPolicy {
    /// Exponential back-off with full jitter: anything up to the cap of this try, so that many clients do not come back at once.
    pub(crate) fn backoff(&self, failures: u32) -> Duration {
        let doubled =
            self.first_backoff.saturating_mul(1u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX));
        doubled.min(self.max_backoff).mul_f64(fastrand::f64())
    }
}

/// What a reply means for the request that it answers.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The answer.
    Final,
    /// A service protection limit: nothing was done; wait as long as the server says.
    Throttled(Option<Duration>),
    /// A fault that passes. Whether the request was carried out is not certain.
    Transient(Option<Duration>),
}

/// The generic SQL error, which Microsoft's client libraries repeat.
const GENERIC_SQL_ERROR: [&str; 2] = ["0x80044150", "-2147204784"];

pub(crate) fn judge(response: &Response) -> Verdict {
    let retry_after = || response.header("retry-after").and_then(|value| parse_retry_after(value, SystemTime::now()));
    match response.status {
        429 => Verdict::Throttled(retry_after()),
        502..=504 => Verdict::Transient(retry_after()),
        500 | 400 if has_generic_sql_error(&response.body) => Verdict::Transient(retry_after()),
        _ => Verdict::Final,
    }
}

fn has_generic_sql_error(body: &[u8]) -> bool {
    #[derive(serde::Deserialize)]
    struct Body<'a> {
        #[serde(borrow)]
        error: Code<'a>,
    }
    #[derive(serde::Deserialize)]
    struct Code<'a> {
        #[serde(borrow)]
        code: std::borrow::Cow<'a, str>,
    }
    serde_json::from_slice::<Body>(body)
        .is_ok_and(|body| GENERIC_SQL_ERROR.iter().any(|code| code.eq_ignore_ascii_case(&body.error.code)))
}

/// `Retry-After` in seconds or as an HTTP date.
pub(crate) fn parse_retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let at = httpdate::parse_http_date(value).ok()?;
    Some(at.duration_since(now).unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::{HeaderMap, HeaderValue, RETRY_AFTER};

    fn response(status: u16, retry_after: Option<&'static str>, body: &str) -> Response {
        let mut headers = HeaderMap::new();
        if let Some(value) = retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from_static(value));
        }
        Response { headers, ..Response::for_test(status, body) }
    }

    #[test]
    fn replies_are_judged_by_status_and_code() {
        assert_eq!(judge(&response(429, Some("17"), "")), Verdict::Throttled(Some(Duration::from_secs(17))));
        assert_eq!(judge(&response(429, None, "")), Verdict::Throttled(None));
        for status in [502, 503, 504] {
            assert_eq!(judge(&response(status, None, "")), Verdict::Transient(None));
        }
        for code in GENERIC_SQL_ERROR {
            let body = format!(r#"{{"error":{{"code":"{code}","message":"SQL"}}}}"#);
            assert_eq!(judge(&response(500, None, &body)), Verdict::Transient(None));
        }
        for status in [200, 204, 400, 404, 412, 500] {
            assert_eq!(judge(&response(status, None, r#"{"error":{"code":"0x0","message":""}}"#)), Verdict::Final);
        }
    }

    #[test]
    fn retry_after_is_read_in_seconds_and_as_a_date() {
        let now = httpdate::parse_http_date("Tue, 24 Nov 2026 10:00:00 GMT").unwrap();
        assert_eq!(parse_retry_after("Tue, 24 Nov 2026 10:00:42 GMT", now), Some(Duration::from_secs(42)));
        assert_eq!(parse_retry_after("Tue, 24 Nov 2026 09:00:00 GMT", now), Some(Duration::ZERO));
        assert_eq!(parse_retry_after(" 300 ", now), Some(Duration::from_secs(300)));
        for nonsense in ["-1", "soon", "NaN", "1e400"] {
            assert_eq!(parse_retry_after(nonsense, now), None, "{nonsense}");
        }
    }

    #[test]
    fn the_back_off_doubles_up_to_its_cap() {
        let policy = RetryPolicy::default();
        for (failures, most) in [(1, 500), (2, 1000), (3, 2000), (20, 30_000), (u32::MAX, 30_000)] {
            for _ in 0..50 {
                assert!(policy.backoff(failures) <= Duration::from_millis(most), "{failures}");
            }
        }
    }
}
