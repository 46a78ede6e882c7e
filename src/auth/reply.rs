//! The token end point's reply: a token, or why there is none.

use std::time::{Duration, Instant};

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::Url;

use super::LoginId;
use crate::error::{Error, Result, Status, said_by_server};
use crate::http::Response;

/// An access token with the time when it should be renewed.
#[derive(Clone)]
pub(crate) struct Token {
    pub(crate) secret: SecretString,
    pub(crate) renew_at: Option<Instant>,
}

/// No token is used for longer, whatever the reply says: those of Entra last an hour, some a day.
const LONGEST_LIFE: Duration = Duration::from_secs(7 * 24 * 3600);

impl Token {
    /// A token that was asked for at this time and lives so long; one whose life nobody knows is used until it is refused.
    pub(crate) fn new(secret: SecretString, asked_at: Instant, life: Option<Duration>) -> Self {
        Token { secret, renew_at: life.map(|life| asked_at + usable_for(life.min(LONGEST_LIFE))) }
    }
}

/// A token is renewed five minutes ahead of its end; one that lives only shortly, after four fifths of its life.
fn usable_for(life: Duration) -> Duration {
    life.saturating_sub(Duration::from_secs(300).min(life / 5))
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
pub(crate) fn read_reply(response: &Response, endpoint: &Url, login: &LoginId, asked_at: Instant) -> Result<Token> {
    let status = response.status;
    if status == 200 {
        let granted: Granted = serde_json::from_slice(response.json()?).map_err(|_| unexpected(status, endpoint))?;
        let life = match granted.expires_in {
            Some(Seconds::Number(seconds)) => Some(seconds),
            Some(Seconds::Text(text)) => Some(text.trim().parse().map_err(|_| unexpected(status, endpoint))?),
            None => None,
        };
        if granted.access_token.expose_secret().trim().is_empty() {
            return Err(unexpected(status, endpoint));
        }
        return Ok(Token::new(granted.access_token, asked_at, life.map(Duration::from_secs)));
    }
    let Ok(refused) = serde_json::from_slice::<Refused>(&response.body) else {
        return Err(unexpected(status, endpoint));
    };
    let code = refused.error_codes.first().map(|number| format!("AADSTS{number}"));
    // The description's further lines repeat trace id, correlation id and time.
    let description = refused.error_description.unwrap_or_default();
    let said = description.lines().next().filter(|line| !line.is_empty()).unwrap_or(&refused.error);
    let said = said_by_server(said);
    let mut error =
        Error::new(Status::AuthenticationFailed, format!("Signing in as {login} at {endpoint} failed: {said}"))
            .with_http_status(status)
            .with_code(code.clone().unwrap_or_else(|| said_by_server(&refused.error)))
            .with_target(login.to_string())
            .with_request_id(refused.correlation_id.map(|id| said_by_server(&id)));
    if let Some((cause, advice)) = code.as_deref().and_then(explain) {
        error = error.with_cause(cause).with_advice(advice);
    }
    Err(error)
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
        "AADSTS7000216" | "AADSTS7000218" => {
            ("No secret was sent.", "Give the application's secret as Password, or sign in with a certificate.")
        }
        "AADSTS700027" => (
            "The certificate is not one of the application's, has expired, or its key did not make this signature.",
            "Upload the certificate (without its key) to the application in Microsoft Entra, and compare the thumbprints.",
        ),
        "AADSTS700024" => (
            "The client assertion is not valid at this time: the clocks of this machine and of the sign-in host differ.",
            "Set the clock of this machine.",
        ),
        "AADSTS700023" | "AADSTS50027" => (
            "The client assertion is not for this sign-in host, or can't be read there.",
            "Check the authority and token_endpoint_version; where the key can't sign PS256, set assertion_algorithm to RS256.",
        ),
        "AADSTS7000112" => (
            "The application is disabled.",
            "Enable the application (enterprise application, Properties) in Microsoft Entra.",
        ),
        "AADSTS7000229" => (
            "The application has no service principal in this tenant.",
            "Add the enterprise application to the tenant, or have an administrator consent to it.",
        ),
        "AADSTS53003" => (
            "A Conditional Access policy of the tenant blocks the sign-in.",
            "Ask the tenant's administrator which policy it is; it may allow certain networks only.",
        ),
        "AADSTS700016" => (
            "The application is not known in this tenant.",
            "Check both parts of the Login Id (client_id@tenant_id), and that an administrator has consented to the application.",
        ),
        "AADSTS90002" | "AADSTS900023" => (
            "The tenant is not known at this sign-in host.",
            "Check the tenant in the Login Id (client_id@tenant_id), and the authority where the environment is in a national cloud.",
        ),
        "AADSTS70011" | "AADSTS1002012" | "AADSTS500011" => (
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
        read_reply(&Response::for_test(status, body), &endpoint, &LOGIN.parse().unwrap(), Instant::now())
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
        assert!(read(200, r#"{"access_token":"t"}"#).unwrap().renew_at.is_none());
        let endless = read(200, r#"{"expires_in":18446744073709551615,"access_token":"t"}"#).unwrap();
        assert!(endless.renew_at.unwrap() < Instant::now() + LONGEST_LIFE);
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
        for (status, body) in [
            (200, "{}"),
            (200, "<html>"),
            (200, r#"{"access_token":" "}"#),
            (400, ""),
            (200, r#"{"access_token":"t","expires_in":"soon"}"#),
            (200, r#"{"access_token":"t","expires_in":-1}"#),
        ] {
            assert_eq!(read(status, body).err().unwrap().status(), Status::UnexpectedResponse, "{status} {body}");
        }
    }
}
