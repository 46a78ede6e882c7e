//! The token end point, version 2: the form to post and the reply to read.

use std::time::{Duration, Instant};

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::Url;

use super::LoginId;
use crate::error::{Error, Result, Status};

/// An access token with the time when it should be renewed.
#[derive(Clone)]
pub(crate) struct Token {
    pub(crate) secret: SecretString,
    pub(crate) renew_at: Option<Instant>,
}

/// What to post, and where, to get a token.
pub(crate) struct TokenRequest {
    pub(crate) url: Url,
    pub(crate) form: SecretString,
}

impl TokenRequest {
    /// The request for a token of `resource` (the environment's address) by client credentials.
    pub(crate) fn new(authority: &Url, login: &LoginId, secret: &SecretString, resource: &Url) -> Result<Self> {
        let path = format!("{}/oauth2/v2.0/token", login.tenant());
        let url = authority.join(&path).map_err(|error| {
            Error::new(
                Status::InvalidConfiguration,
                format!("The authority '{authority}' takes no token end point: {error}."),
            )
        })?;
        let scope = format!("{}/.default", resource.as_str().trim_end_matches('/'));
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("client_id", &login.client_id().to_string())
            .append_pair("client_secret", secret.expose_secret())
            .append_pair("scope", &scope)
            .append_pair("grant_type", "client_credentials")
            .finish();
        Ok(TokenRequest { url, form: SecretString::from(form) })
    }
}

#[derive(Deserialize)]
struct Granted {
    access_token: SecretString,
    expires_in: Option<Seconds>,
}

/// Version 1 of the end point writes its numbers as strings.
#[derive(Deserialize)]
#[serde(untagged)]
enum Seconds {
    Number(u64),
    Text(String),
}

#[derive(Deserialize)]
struct Refused {
    error: String,
    error_description: Option<String>,
    #[serde(default)]
    error_codes: Vec<u64>,
    correlation_id: Option<String>,
}

/// Reads the token end point's reply: a token, or the error that says why there is none.
pub(crate) fn read_reply(
    status: u16,
    body: &[u8],
    endpoint: &Url,
    login: &LoginId,
    asked_at: Instant,
) -> Result<Token> {
    if status == 200 {
        let granted: Granted = serde_json::from_slice(body).map_err(|_| unexpected(status, endpoint))?;
        let life = match granted.expires_in {
            Some(Seconds::Number(seconds)) => seconds,
            Some(Seconds::Text(text)) => text.trim().parse().map_err(|_| unexpected(status, endpoint))?,
            None => 0,
        };
        return Ok(Token {
            secret: granted.access_token,
            renew_at: Some(asked_at + usable_for(Duration::from_secs(life))),
        });
    }
    let Ok(refused) = serde_json::from_slice::<Refused>(body) else {
        return Err(unexpected(status, endpoint));
    };
    let code = refused.error_codes.first().map(|number| format!("AADSTS{number}"));
    // The description's further lines repeat trace id, correlation id and time.
    let description = refused.error_description.unwrap_or_default();
    let said = description.lines().next().filter(|line| !line.is_empty()).unwrap_or(&refused.error);
    let mut error =
        Error::new(Status::AuthenticationFailed, format!("Signing in as {login} at {endpoint} failed: {said}"))
            .with_http_status(status)
            .with_code(code.clone().unwrap_or(refused.error))
            .with_target(login.to_string())
            .with_request_id(refused.correlation_id);
    if let Some((cause, advice)) = code.as_deref().and_then(explain) {
        error = error.with_cause(cause).with_advice(advice);
    }
    Err(error)
}

/// A token is renewed five minutes ahead of its end; one that lives only shortly, after four fifths of its life.
fn usable_for(life: Duration) -> Duration {
    life.saturating_sub(Duration::from_secs(300).min(life / 5))
}

fn unexpected(status: u16, endpoint: &Url) -> Error {
    Error::new(
        Status::UnexpectedResponse,
        format!("{endpoint} answered status {status} with something that is no token reply."),
    )
    .with_http_status(status)
    .with_cause("The address is no token end point, or a proxy answered in its place.")
    .with_advice("Check the authority and the proxy.")
}

/// Cause and remedy of the errors that Microsoft documents for client credentials.
fn explain(code: &str) -> Option<(&'static str, &'static str)> {
    Some(match code {
        "AADSTS7000215" => (
            "The secret is wrong, or its identifier was given in place of its value; a new secret can take half a minute to work.",
            "Give the secret's value, as shown once when it was made, as Password.",
        ),
        "AADSTS7000222" => {
            ("The secret has expired.", "Make a new secret for the application and give its value as Password.")
        }
        "AADSTS7000218" => ("No secret was sent.", "Give the application's secret as Password."),
        "AADSTS700016" => (
            "The application is not known in this tenant.",
            "Check both parts of the Login Id (client_id@tenant_id), and that an administrator has consented to the application.",
        ),
        "AADSTS90002" | "AADSTS900023" => (
            "The tenant is not known at this sign-in host.",
            "Check the tenant in the Login Id (client_id@tenant_id), and the authority where the environment is in a national cloud.",
        ),
        "AADSTS70011" | "AADSTS500011" => (
            "The environment's address is not known in this tenant.",
            "Check the Host URL; it is the resource that the token is for.",
        ),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOGIN: &str = "22222222-2222-4222-8222-222222222222@11111111-1111-4111-8111-111111111111";

    fn read(status: u16, body: &str) -> Result<Token> {
        let endpoint = Url::parse("https://login.example/t/oauth2/v2.0/token").unwrap();
        read_reply(status, body.as_bytes(), &endpoint, &LOGIN.parse().unwrap(), Instant::now())
    }

    #[test]
    fn the_form_asks_for_the_environment_and_escapes_the_secret() {
        let authority = Url::parse("https://login.example/").unwrap();
        let resource = Url::parse("https://contoso.crm4.dynamics.com/").unwrap();
        let request = TokenRequest::new(&authority, &LOGIN.parse().unwrap(), &"a&b=c +%".into(), &resource).unwrap();
        assert_eq!(
            request.url.as_str(),
            "https://login.example/11111111-1111-4111-8111-111111111111/oauth2/v2.0/token"
        );
        let pairs: Vec<_> = url::form_urlencoded::parse(request.form.expose_secret().as_bytes()).into_owned().collect();
        assert_eq!(pairs[1], ("client_secret".into(), "a&b=c +%".into()));
        assert_eq!(pairs[2], ("scope".into(), "https://contoso.crm4.dynamics.com/.default".into()));
        assert_eq!(pairs[3], ("grant_type".into(), "client_credentials".into()));
    }

    #[test]
    fn the_life_of_a_token_is_read_as_number_and_as_text() {
        for life in ["3599", "\"3599\""] {
            let token =
                read(200, &format!(r#"{{"token_type":"Bearer","expires_in":{life},"access_token":"t"}}"#)).unwrap();
            let left = token.renew_at.unwrap() - Instant::now();
            assert!(left > Duration::from_secs(3200) && left <= Duration::from_secs(3299), "{left:?}");
        }
        assert_eq!(usable_for(Duration::from_secs(10)), Duration::from_secs(8));
    }

    #[test]
    fn a_refusal_carries_code_cause_and_correlation_id() {
        let body = r#"{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided.\r\nTrace ID: x",
            "error_codes":[7000215],"correlation_id":"c-1"}"#;
        let error = read(401, body).err().unwrap();
        assert_eq!(error.status(), Status::AuthenticationFailed);
        assert_eq!((error.code(), error.request_id()), (Some("AADSTS7000215"), Some("c-1")));
        let text = error.to_string();
        assert!(text.contains("Cause: The secret is wrong") && !text.contains("Trace ID"), "{text}");
    }

    #[test]
    fn a_reply_that_is_no_token_reply_is_named_as_such() {
        for (status, body) in
            [(200, "{}"), (200, "<html>"), (400, ""), (200, r#"{"access_token":"t","expires_in":"soon"}"#)]
        {
            assert_eq!(read(status, body).err().unwrap().status(), Status::UnexpectedResponse, "{status} {body}");
        }
    }
}
