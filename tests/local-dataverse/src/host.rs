//! The `Host` of a request, without which HTTP/1.1 has no request.

use http::header::HOST;
use http::request::Parts;
use http::uri::Authority;
use http::{HeaderValue, Version};

/// Checks the `Host` header as RFC 9112 and RFC 9113 demand it, and sets it from `:authority` where HTTP/2 has none.
///
/// The error says what is wrong.
pub fn settle(parts: &mut Parts) -> Result<(), String> {
    let mut hosts = parts.headers.get_all(HOST).iter();
    let host = hosts.next().cloned();
    if hosts.next().is_some() {
        return Err("The request has more than one Host header.".to_owned());
    }
    let Some(host) = host else {
        if let Some(authority) = parts.uri.authority()
            && let Ok(host) = HeaderValue::try_from(authority.as_str())
        {
            parts.headers.insert(HOST, host);
            return Ok(());
        }
        // HTTP/1.0 knows no such header.
        return match parts.version {
            Version::HTTP_09 | Version::HTTP_10 => Ok(()),
            _ => Err("The request has no Host header.".to_owned()),
        };
    };
    match host.to_str().ok().and_then(|host| host.parse::<Authority>().ok()) {
        Some(named) if !named.as_str().contains('@') => Ok(()),
        _ => Err(format!("The Host header {host:?} names no host.")),
    }
}
