//! The data of a server without its sockets.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use uuid::Uuid;

use crate::api::{self, Caller};
use crate::options::Options;
use crate::seed;
use crate::state::{Incoming, State};

/// An environment that is asked directly, for measuring what a reply costs to make.
#[derive(Debug)]
pub struct Environment {
    state: State,
}

impl Environment {
    /// The environment that a server with these options would hold.
    pub fn new(options: Options) -> Self {
        Self { state: State::new(options, "http://127.0.0.1".into(), None) }
    }

    /// The body of the reply to a GET by the application user; `resource` is below `api/data/v9.2/`, with its query. The error is the
    /// body of one.
    pub fn get(&self, resource: &str, headers: &[(&'static str, &'static str)]) -> Result<Bytes, String> {
        let (path, query) = resource.split_once('?').unwrap_or((resource, ""));
        let headers = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect::<HeaderMap>();
        let request = Incoming {
            method: Method::GET,
            path: format!("/api/data/v9.2/{path}"),
            query: query.to_owned(),
            headers,
            body: Bytes::new(),
            id: Uuid::nil(),
            secure: false,
        };
        let reply = api::execute(&self.state, &request, Caller::new(seed::APPLICATION_USER));
        if reply.status.is_success() { Ok(reply.body) } else { Err(String::from_utf8_lossy(&reply.body).into_owned()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_environment_answers_as_a_server_does() {
        let environment = Environment::new(Options::default());
        let body = environment.get("systemusers?$select=fullname", &[("prefer", "odata.maxpagesize=2")]).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(json["value"].as_array().map(Vec::len), Some(2));
        assert!(json["@odata.nextLink"].is_string());
        assert!(environment.get("unicorns", &[]).unwrap_err().contains("unicorns"));
    }
}
