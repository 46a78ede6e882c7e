//! A plain client: requests with a token, replies with status, headers and body.

use local_dataverse::{Options, Server, seed};
use serde_json::{Value, json};
use ureq::Agent;

/// A server with a client that has signed in.
pub struct Fixture {
    pub server: Server,
    agent: Agent,
    token: String,
}

/// A reply.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: ureq::http::HeaderMap,
    pub text: String,
}

impl Reply {
    /// The body as JSON; null where there is none.
    pub fn json(&self) -> Value {
        if self.text.is_empty() { Value::Null } else { serde_json::from_str(&self.text).unwrap() }
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The code of an error.
    pub fn code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap_or_default().to_owned()
    }

    /// The message of an error.
    pub fn message(&self) -> String {
        self.json()["error"]["message"].as_str().unwrap_or_default().to_owned()
    }

    /// The rows of a list.
    pub fn rows(&self) -> Vec<Value> {
        assert_eq!(self.status, 200, "{}", self.text);
        self.json()["value"].as_array().unwrap().clone()
    }

    /// One column of the rows of a list, as text.
    pub fn column(&self, name: &str) -> Vec<String> {
        self.rows().iter().map(|row| row[name].as_str().unwrap_or("null").to_owned()).collect()
    }
}

fn agent() -> Agent {
    Agent::config_builder().http_status_as_error(false).proxy(None).build().into()
}

impl Fixture {
    pub fn new() -> Self {
        Self::with(Options::default())
    }

    pub fn with(options: Options) -> Self {
        let server = Server::start(options).unwrap();
        let mut fixture = Self { server, agent: agent(), token: String::new() };
        fixture.token = fixture.token_of(seed::CLIENT_ID);
        fixture
    }

    /// The value of the `Authorization` header.
    pub fn authorization(&self) -> String {
        format!("Bearer {}", self.token)
    }

    /// A token of an application.
    pub fn token_of(&self, client_id: &str) -> String {
        let reply = self.sign_in(seed::TENANT_ID, &[("client_id", client_id)]);
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.json()["access_token"].as_str().unwrap().to_owned()
    }

    /// A token request; what is not given is right.
    pub fn sign_in(&self, tenant: &str, changed: &[(&str, &str)]) -> Reply {
        let scope = format!("{}.default", self.server.url());
        let usual = [
            ("client_id", seed::CLIENT_ID),
            ("client_secret", seed::CLIENT_SECRET),
            ("grant_type", "client_credentials"),
            ("scope", &scope),
        ];
        let mut form: Vec<(&str, &str)> =
            usual.into_iter().filter(|(name, _)| !changed.iter().any(|(other, _)| other == name)).collect();
        form.extend(changed.iter().filter(|(_, value)| !value.is_empty()));
        self.post_form(&format!("{tenant}/oauth2/v2.0/token"), &form)
    }

    /// A form, sent without a token.
    pub fn post_form(&self, path: &str, form: &[(&str, &str)]) -> Reply {
        let url = format!("{}{path}", self.server.url());
        read(self.agent.post(url).send_form(form.to_vec()).unwrap())
    }

    /// A POST without a token, of a body as it is.
    pub fn post_bytes(&self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        let mut request = self.agent.post(format!("{}{path}", self.server.url()));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        read(request.send(body).unwrap())
    }

    /// A request to `/_local/`.
    pub fn local(&self, method: &str, path: &str, body: Option<Value>) -> Reply {
        self.send_without_token(method, &format!("/_local/{path}"), &[], body)
    }

    /// `WhoAmI()` with a token of one's own.
    pub fn who_am_i_with(&self, token: &str) -> Reply {
        let authorization = format!("Bearer {token}");
        self.send_without_token("GET", "WhoAmI()", &[("Authorization", &authorization)], None)
    }

    /// A request with the token; `path` is below `api/data/v9.2/`, or starts with a slash.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<Value>) -> Reply {
        let authorization = self.authorization();
        let mut all = vec![("Authorization", authorization.as_str())];
        all.extend_from_slice(headers);
        self.send_without_token(method, path, &all, body)
    }

    pub fn send_without_token(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<Value>) -> Reply {
        let path = match path.strip_prefix('/') {
            Some(whole) => whole.to_owned(),
            None => format!("api/data/v9.2/{path}"),
        };
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.server.url()));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        match body {
            Some(body) => {
                let request = request.header("Content-Type", "application/json").body(body.to_string()).unwrap();
                read(self.agent.run(request).unwrap())
            }
            None => read(self.agent.run(request.body(()).unwrap()).unwrap()),
        }
    }

    /// A POST with the token and a body of another kind than JSON.
    pub fn post_text(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        let mut request = self.agent.post(format!("{}api/data/v9.2/{path}", self.server.url()));
        request = request.header("Authorization", self.authorization());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        read(request.send(body).unwrap())
    }

    pub fn get(&self, path: &str) -> Reply {
        self.send(
            "GET",
            &path.replace(' ', "%20").replace('\'', "%27").replace('<', "%3C").replace('>', "%3E").replace('"', "%22"),
            &[],
            None,
        )
    }

    pub fn patch(&self, path: &str, body: Value) -> Reply {
        self.send("PATCH", path, &[], Some(body))
    }

    /// Creates a user in Sales and returns the reply.
    pub fn create(&self, body: Value) -> Reply {
        let mut whole = json!({
            "internalemailaddress": "erika@contoso.example",
            "businessunitid@odata.bind": format!("/businessunits({})", seed::SALES_UNIT),
        });
        whole.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
        self.send("POST", "systemusers", &[], Some(whole))
    }
}

fn read(response: ureq::http::Response<ureq::Body>) -> Reply {
    let (parts, mut body) = response.into_parts();
    Reply { status: parts.status.as_u16(), headers: parts.headers, text: body.read_to_string().unwrap() }
}

/// The path of a user.
pub fn user(id: uuid::Uuid) -> String {
    format!("systemusers({id})")
}
