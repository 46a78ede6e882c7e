//! The resource that a token is for: an address of this server.

use crate::state::{Incoming, State};

/// A resource in its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resource<'t> {
    /// `http` or `https`
    pub scheme: &'t str,
    /// The host's name.
    pub host: &'t str,
    /// The port, given or usual.
    pub port: u16,
}

impl<'t> Resource<'t> {
    /// Reads `http://host:port`, with or without a slash at its end; anything else is none.
    pub fn parse(text: &'t str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let usual = if scheme.eq_ignore_ascii_case("https") {
            443
        } else if scheme.eq_ignore_ascii_case("http") {
            80
        } else {
            return None;
        };
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().ok()?),
            None => (authority, usual),
        };
        let is_name = |host: &str| host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte));
        (!host.is_empty() && is_name(host)).then_some(Self { scheme, host, port })
    }
}

/// Whether a resource is this server: at its number, as localhost or a name below that, or as the host that was called. With
/// TLS only `https` is; without it both are, for clients that know no other resources than those of the real service.
pub fn is_own(state: &State, request: &Incoming, resource: &Resource<'_>) -> bool {
    if request.secure && !resource.scheme.eq_ignore_ascii_case("https") {
        return false;
    }
    let called = request.origin(&state.origin);
    let host = resource.host.to_ascii_lowercase();
    let is_loopback = host == "127.0.0.1" || host == "localhost" || host.ends_with(".localhost");
    let port = Resource::parse(&state.origin).map(|own| own.port);
    let is_called = Resource::parse(&called)
        .is_some_and(|called| called.host.eq_ignore_ascii_case(resource.host) && called.port == resource.port);
    is_called || is_loopback && port == Some(resource.port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_scheme_a_host_and_a_port() {
        let parts = |text| Resource::parse(text).map(|resource| (resource.host, resource.port));
        assert_eq!(parts("http://localhost:8080/"), Some(("localhost", 8080)));
        assert_eq!(parts("https://contoso.crm4.localhost"), Some(("contoso.crm4.localhost", 443)));
        assert_eq!(parts("HTTP://127.0.0.1"), Some(("127.0.0.1", 80)));
        for none in
            ["", "nonsense", "ftp://a", "http://", "http://a/b", "http://a:b", "http://a//", "http://u@a", "http://a b"]
        {
            assert_eq!(parts(none), None, "{none}");
        }
    }
}
