//! The Web API's error bodies, turned into errors that say what, why and what to do.

use serde::Deserialize;

use super::Entity;
use crate::error::{Error, Status, said_by_server};
use crate::http::{Response, given_up, unknown};

#[derive(Deserialize, Default)]
struct Body {
    #[serde(default)]
    error: Said,
    /// Replies from before the OData layer: `{"Message":"Requested API Version must be provided. …"}`.
    #[serde(rename = "Message", default)]
    message: String,
}

#[derive(Deserialize, Default)]
struct Said {
    #[serde(default)]
    code: String,
    #[serde(default)]
    message: String,
}

/// The code in its usual form: older replies have it as a decimal number (-2147220969 is 0x80040217).
fn hexadecimal(code: &str) -> String {
    match code.trim().parse::<i32>() {
        Ok(number) if number < 0 => format!("{:#010x}", number as u32),
        _ => code.trim().to_ascii_lowercase(),
    }
}

/// Whether a reply has this code of Dataverse, in either form.
pub(crate) fn is_code(response: &Response, code: &str) -> bool {
    let body: Body = serde_json::from_slice(&response.body).unwrap_or_default();
    hexadecimal(&body.error.code) == code
}

/// Whether a reply that says no is one of the Web API itself.
pub(crate) fn is_own_refusal(response: &Response) -> bool {
    !says_nothing(&response.body, response.status)
}

/// A refusal that is none of the Web API's own may be that of a gateway, given after the change was applied. What refuses before anything is
/// done needs no body: the token, the privileges, the limits.
fn says_nothing(body: &[u8], http: u16) -> bool {
    let body: Body = serde_json::from_slice(body).unwrap_or_default();
    let is_refused_first = matches!(http, 300..=399 | 401 | 403 | 429);
    !is_refused_first && body.error.code.is_empty() && body.error.message.is_empty() && body.message.is_empty()
}

/// The error that a reply stands for. `about` and `entity` say what the request was about.
pub(crate) fn to_error(response: &Response, about: &str, entity: Option<&Entity>) -> Error {
    let body: Body = serde_json::from_slice(&response.body).unwrap_or_default();
    let code = said_by_server(&hexadecimal(&body.error.code));
    let message = said_by_server(if body.error.message.is_empty() { &body.message } else { &body.error.message });
    let message = message.as_str();
    let http = response.status;
    let (mut status, cause, advice) = classify(http, &code, message, entity);
    let is_silent = response.to_change && says_nothing(&response.body, http);
    if is_silent {
        status = Status::OutcomeUnknown;
    }

    // The wording that administrators know from the connector's documentation, its odd apostrophes included.
    let what = if http == 500 || message.is_empty() {
        format!("Got API response status code - '{http}'. ErrorMessage - 'Server returned '{}'", reason(http))
    } else {
        format!("Got API response status code - '{http}'. ErrorMessage - '{message}'")
    };
    let mut error = Error::new(status, what)
        .with_http_status(http)
        .with_code(code)
        .with_target(about)
        .with_request_id(response.request_id())
        .with_privilege(privilege(message))
        .with_note(format!("This was about {about}."));
    if is_silent {
        error = error.with_note(
            "The answer is none of the Web API's own, and says nothing of the change: read the row and compare before repeating it.",
        );
    }
    if http == 500 && !message.is_empty() {
        error = error.with_note(format!("The server's own words: {message}"));
    }
    if let Some(cause) = cause {
        error = error.with_cause(cause);
    }
    if let Some(advice) = advice {
        error = error.with_advice(advice);
    }
    if let Some(seconds) = response.header("retry-after").and_then(|value| value.trim().parse().ok()) {
        error = error.with_retry_after(Some(std::time::Duration::from_secs(seconds)));
    }
    if response.tries > 1 {
        error = error.with_note(given_up(response.tries, response.waited));
    }
    if response.uncertain {
        let why = format!("an earlier try got no clear reply, and a later one was answered with status {http}");
        return unknown(about, why)
            .with_http_status(http)
            .with_target(about)
            .with_note(format!("The last answer: {error}"));
    }
    error
}

type Classified = (Status, Option<&'static str>, Option<&'static str>);

fn classify(http: u16, code: &str, message: &str, entity: Option<&Entity>) -> Classified {
    match code {
        "0x80040217" | "0x80060891" => {
            (missing(message, entity), None, Some("Check the id; the row may have been deleted."))
        }
        "0x80040530" => (
            Status::MissingAttribute,
            Some("No businessunitid was specified for the create user operation."),
            Some("Specify businessunitid, or find out why the connector does not receive this value."),
        ),
        "0x80040237" | "0x80041d2c" | "0x8004f511" => (
            Status::AlreadyExists,
            Some("There is a row with this key or name already."),
            Some("Update the row that is there, or choose another key or name."),
        ),
        "0x80060882" => (
            Status::PreconditionFailed,
            Some("Someone else changed the row meanwhile."),
            Some("Read the row again and repeat the change."),
        ),
        "0x80041409" => (
            Status::ConstraintViolation,
            Some("Every business unit has its own copy of every role; this one belongs to another unit than the user."),
            Some(
                "Assign the copy of the user's own business unit: give the role by name, or look its id up in that unit.",
            ),
        ),
        "0x80044352" => (
            Status::TokenExpired,
            Some("The change token is too old, or not of this environment any more."),
            Some("Read all rows again, and keep the token that comes with them."),
        ),
        "0x80072491" => (
            Status::NotTracked,
            Some("The environment does not track the changes of this table."),
            Some("Turn on change tracking for the table, or read all rows each time."),
        ),
        "0x80072560" => (
            Status::AccessDenied,
            Some("The application has no application user in this environment."),
            Some("Create an application user for the client id in the Power Platform admin center and give it a role."),
        ),
        "0x80040220" | "0x80048306" => (
            Status::AccessDenied,
            Some("The application user lacks a privilege."),
            Some("Give the application user a role with that privilege, such as System Administrator."),
        ),
        "0x80041d2f" | "0x80041d30" => (
            Status::ConstraintViolation,
            Some("The user is the only System Administrator."),
            Some("Make another user System Administrator first."),
        ),
        "0x8004d24c" => (
            Status::ConstraintViolation,
            Some("The user has no licence."),
            Some("Assign a licence in the Microsoft 365 admin center, then enable the user."),
        ),
        "0x8004032c" => (
            Status::ConstraintViolation,
            Some("The business unit is disabled."),
            Some("Enable the business unit, or choose another."),
        ),
        // The same code names a table that is none, with 404.
        "0x80060888" if http == 404 => by_status(http, entity, message),
        "0x80060888" | "0x80048d19" | "0x80044331" => {
            (Status::InvalidAttribute, None, Some("Check the names, types and lengths of the columns in the request."))
        }
        _ => by_status(http, entity, message),
    }
}

fn by_status(http: u16, entity: Option<&Entity>, message: &str) -> Classified {
    match http {
        401 => (
            Status::AuthenticationFailed,
            Some("The environment refused the access token."),
            Some(
                "Check that the Host URL names the environment that the credential is for; a token given by hand may have expired.",
            ),
        ),
        403 => (
            Status::AccessDenied,
            Some("The application user may not do this."),
            Some("Check the roles of the application user."),
        ),
        404 => (missing(message, entity), None, Some("Check the id, and the API path, such as 'api/data/v9.1/'.")),
        405 | 501 => (Status::NotSupported, None, None),
        409 | 412 => (Status::PreconditionFailed, None, Some("Read the row again and repeat the change.")),
        429 => (
            Status::Throttled,
            Some("The environment's service protection limit is exceeded."),
            Some("Try again later, send fewer requests at once, or allow a longer wait."),
        ),
        500 => (
            Status::ServerError,
            Some("The user can be in a 'broken' state, for example after its isdisabled was set to null."),
            Some(
                "Leave attributes out one by one to find the one that breaks the request, and compare the user with one that works.",
            ),
        ),
        502..=504 => {
            (Status::ServiceUnavailable, Some("The environment is not available just now."), Some("Try again later."))
        }
        400..=499 => (Status::ConstraintViolation, None, None),
        _ => (
            Status::UnexpectedResponse,
            Some("The address is no Dataverse environment, or a proxy answered in its place."),
            Some("Check the URL and the API path."),
        ),
    }
}

/// What is missing: the table that the message names, or else the one that was asked.
fn missing(message: &str, entity: Option<&Entity>) -> Status {
    let message = message.to_ascii_lowercase();
    let named = [
        ("'systemuser'", Status::UserNotFound),
        ("'role'", Status::RoleNotFound),
        ("'businessunit'", Status::BusinessUnitNotFound),
        ("'team'", Status::TeamNotFound),
    ];
    let named = named.into_iter().find(|(name, _)| message.contains(name)).map(|(_, status)| status);
    named.or(entity.map(|entity| entity.missing)).unwrap_or(Status::NotFound)
}

/// The privilege that a message names, such as `prvReadUser`.
fn privilege(message: &str) -> Option<String> {
    let start = message.find("prv")?;
    let name: String = message[start..].chars().take_while(char::is_ascii_alphanumeric).collect();
    (name.len() > 3).then_some(name)
}

/// The name of a status as .NET has it, which the connector's error texts use.
fn reason(http: u16) -> String {
    match http {
        500 => "InternalServerError".to_owned(),
        429 => "TooManyRequests".to_owned(),
        _ => {
            let reason = reqwest::StatusCode::from_u16(http)
                .ok()
                .and_then(|status| status.canonical_reason())
                .unwrap_or("Unknown");
            reason.chars().filter(|c| c.is_ascii_alphanumeric()).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(status: u16, body: &str) -> Response {
        Response::for_test(status, body)
    }

    fn error(status: u16, code: &str, message: &str) -> Error {
        let body = serde_json::json!({ "error": { "code": code, "message": message } }).to_string();
        to_error(&response(status, &body), "the test", None)
    }

    #[test]
    fn a_500_keeps_the_wording_of_the_documentation_and_adds_cause_and_advice() {
        let text = error(500, "0x80040216", "An unexpected error occurred.").to_string();
        assert!(
            text.starts_with(
                "Got API response status code - '500'. ErrorMessage - 'Server returned 'InternalServerError' Cause: "
            ),
            "{text}"
        );
        assert!(
            text.contains("'broken' state")
                && text.contains("What to do: ")
                && text.contains("An unexpected error occurred."),
            "{text}"
        );
    }

    #[test]
    fn codes_are_understood_in_both_forms() {
        for code in ["0x80040217", "0X80040217", "-2147220969"] {
            let error = error(404, code, "Entity 'systemuser' With Id = 1 Does Not Exist");
            assert_eq!((error.status(), error.code()), (Status::UserNotFound, Some("0x80040217")), "{code}");
        }
        assert_eq!(error(404, "0x80040217", "Entity 'role' With Id = 1 Does Not Exist").status(), Status::RoleNotFound);
        assert_eq!(
            error(404, "0x80040217", "Entity 'BusinessUnit' With Id = 1 Does Not Exist").status(),
            Status::BusinessUnitNotFound
        );
    }

    #[test]
    fn the_missing_privilege_is_named() {
        let error = error(403, "0x80040220", "Principal user (Id=x, type=8) is missing prvReadUser privilege (Id=y)");
        assert_eq!((error.status(), error.privilege()), (Status::AccessDenied, Some("prvReadUser")));
    }

    #[test]
    fn a_change_that_may_have_been_applied_is_never_told_as_plain_failure() {
        let mut reply = response(404, "");
        reply.uncertain = true;
        assert_eq!(to_error(&reply, "the test", None).status(), Status::OutcomeUnknown);
    }

    #[test]
    fn a_body_that_is_no_error_of_the_web_api_is_told_by_its_status() {
        for (status, expected) in [
            (301, Status::UnexpectedResponse),
            (400, Status::ConstraintViolation),
            (401, Status::AuthenticationFailed),
            (403, Status::AccessDenied),
            (404, Status::NotFound),
            (412, Status::PreconditionFailed),
            (429, Status::Throttled),
            (501, Status::NotSupported),
            (503, Status::ServiceUnavailable),
        ] {
            assert_eq!(to_error(&response(status, "<html>"), "the test", None).status(), expected, "{status}");
        }
        let version =
            to_error(&response(404, r#"{"Message":"Requested API Version must be provided."}"#), "the test", None);
        assert!(version.to_string().contains("API Version must be provided"), "{version}");
    }
}
