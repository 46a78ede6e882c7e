//! The one error type of the library. Its [`Status`] numbers are those of the C ABI.

use std::fmt;
use std::time::Duration;

/// What came of a call: the numbers of `d365_status` in the C ABI.
///
/// Numbers are fixed for ever; new ones are only ever added. The name of a status is also the identifier
/// of the PowerShell error (`Dynamics365.UserNotFound`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(i32)]
pub enum Status {
    /// Done.
    Ok = 0,
    /// The time-out of a wait elapsed; the work goes on.
    Pending = 1,
    /// There are no more rows, or no more questions.
    End = 2,
    /// The work goes on once the caller has answered a question: `d365_client_question`.
    AnswerNeeded = 3,
    /// An argument is NULL, not UTF-8, not a GUID, or not JSON.
    InvalidArgument = 10,
    /// The client's configuration can't be used: URL, authority, login id, proxy, certificate.
    InvalidConfiguration = 11,
    /// An attribute is unknown, not allowed for this operation, or its value does not fit its type.
    InvalidAttribute = 12,
    /// An attribute that the operation needs is missing.
    MissingAttribute = 13,
    /// Signing in failed: the identity platform or the environment refused the credential.
    AuthenticationFailed = 20,
    /// The environment refused the request: a privilege is missing, or the application has no user.
    AccessDenied = 21,
    /// What the request names does not exist.
    NotFound = 30,
    /// The user does not exist.
    UserNotFound = 31,
    /// The role does not exist.
    RoleNotFound = 32,
    /// The business unit does not exist.
    BusinessUnitNotFound = 33,
    /// A name fits several rows.
    AmbiguousName = 34,
    /// The team does not exist.
    TeamNotFound = 35,
    /// A row with this key or name exists.
    AlreadyExists = 40,
    /// The row has another version than the request expected.
    PreconditionFailed = 41,
    /// A rule of the environment refuses the change.
    ConstraintViolation = 42,
    /// The environment does not support the request.
    NotSupported = 43,
    /// The changes of the table are not tracked in this environment.
    NotTracked = 44,
    /// The change token is too old, or of another environment or table.
    TokenExpired = 45,
    /// A service protection limit was hit, and waiting it out would take longer than is allowed.
    Throttled = 50,
    /// The environment or the sign-in service can't be reached, or says that it is unavailable.
    ServiceUnavailable = 51,
    /// No reply came in time.
    TimedOut = 52,
    /// The environment answered with an internal error.
    ServerError = 53,
    /// The reply is none that the Web API gives.
    UnexpectedResponse = 54,
    /// A change was sent, and no reply tells whether it was applied.
    OutcomeUnknown = 60,
    /// The caller cancelled; nothing was changed.
    Cancelled = 61,
    /// A defect of this library, caught at its border.
    Internal = 99,
}

impl Status {
    /// Every status, in the order of its number.
    ///
    /// cbindgen:ignore
    pub const ALL: [Status; 30] = [
        Status::Ok,
        Status::Pending,
        Status::End,
        Status::AnswerNeeded,
        Status::InvalidArgument,
        Status::InvalidConfiguration,
        Status::InvalidAttribute,
        Status::MissingAttribute,
        Status::AuthenticationFailed,
        Status::AccessDenied,
        Status::NotFound,
        Status::UserNotFound,
        Status::RoleNotFound,
        Status::BusinessUnitNotFound,
        Status::AmbiguousName,
        Status::TeamNotFound,
        Status::AlreadyExists,
        Status::PreconditionFailed,
        Status::ConstraintViolation,
        Status::NotSupported,
        Status::NotTracked,
        Status::TokenExpired,
        Status::Throttled,
        Status::ServiceUnavailable,
        Status::TimedOut,
        Status::ServerError,
        Status::UnexpectedResponse,
        Status::OutcomeUnknown,
        Status::Cancelled,
        Status::Internal,
    ];

    /// The name, with a NUL at its end for the C ABI, which hands it out as it is.
    pub(crate) fn name_with_nul(self) -> &'static str {
        match self {
            Status::Ok => "Ok\0",
            Status::Pending => "Pending\0",
            Status::End => "End\0",
            Status::AnswerNeeded => "AnswerNeeded\0",
            Status::InvalidArgument => "InvalidArgument\0",
            Status::InvalidConfiguration => "InvalidConfiguration\0",
            Status::InvalidAttribute => "InvalidAttribute\0",
            Status::MissingAttribute => "MissingAttribute\0",
            Status::AuthenticationFailed => "AuthenticationFailed\0",
            Status::AccessDenied => "AccessDenied\0",
            Status::NotFound => "NotFound\0",
            Status::UserNotFound => "UserNotFound\0",
            Status::RoleNotFound => "RoleNotFound\0",
            Status::BusinessUnitNotFound => "BusinessUnitNotFound\0",
            Status::AmbiguousName => "AmbiguousName\0",
            Status::TeamNotFound => "TeamNotFound\0",
            Status::AlreadyExists => "AlreadyExists\0",
            Status::PreconditionFailed => "PreconditionFailed\0",
            Status::ConstraintViolation => "ConstraintViolation\0",
            Status::NotSupported => "NotSupported\0",
            Status::NotTracked => "NotTracked\0",
            Status::TokenExpired => "TokenExpired\0",
            Status::Throttled => "Throttled\0",
            Status::ServiceUnavailable => "ServiceUnavailable\0",
            Status::TimedOut => "TimedOut\0",
            Status::ServerError => "ServerError\0",
            Status::UnexpectedResponse => "UnexpectedResponse\0",
            Status::OutcomeUnknown => "OutcomeUnknown\0",
            Status::Cancelled => "Cancelled\0",
            Status::Internal => "Internal\0",
        }
    }

    /// The name of the status, such as `UserNotFound`.
    pub fn name(self) -> &'static str {
        self.name_with_nul().trim_end_matches('\0')
    }

    /// The status with this number, where there is one.
    pub fn from_number(number: i32) -> Option<Status> {
        Self::ALL.into_iter().find(|status| *status as i32 == number)
    }
}

/// The result of everything that can fail in this library.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error: what happened, where, why, and what to do about it.
///
/// [`Display`](fmt::Display) gives the whole text. An error never holds a secret or a token.
#[derive(Clone)]
pub struct Error(Box<Details>);

#[derive(Clone)]
struct Details {
    status: Status,
    what: String,
    cause: Option<String>,
    advice: Option<String>,
    notes: Vec<String>,
    http_status: Option<u16>,
    code: Option<String>,
    target: Option<String>,
    request_id: Option<String>,
    privilege: Option<String>,
    retry_after: Option<Duration>,
}

impl Error {
    /// An error with its status and what happened.
    pub fn new(status: Status, what: impl Into<String>) -> Self {
        Error(Box::new(Details {
            status,
            what: what.into(),
            cause: None,
            advice: None,
            notes: Vec::new(),
            http_status: None,
            code: None,
            target: None,
            request_id: None,
            privilege: None,
            retry_after: None,
        }))
    }

    pub(crate) fn with_cause(mut self, cause: impl Into<String>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    pub(crate) fn with_advice(mut self, advice: impl Into<String>) -> Self {
        self.0.advice = Some(advice.into());
        self
    }

    /// Adds a sentence to the end of the text: tries, times, what was done before the failure.
    pub(crate) fn with_note(mut self, note: impl Into<String>) -> Self {
        self.0.notes.push(note.into());
        self
    }

    pub(crate) fn with_http_status(mut self, http_status: u16) -> Self {
        self.0.http_status = Some(http_status);
        self
    }

    pub(crate) fn with_code(mut self, code: impl Into<String>) -> Self {
        let code = code.into();
        self.0.code = (!code.is_empty()).then_some(code);
        self
    }

    pub(crate) fn with_target(mut self, target: impl Into<String>) -> Self {
        self.0.target = Some(target.into());
        self
    }

    pub(crate) fn with_request_id(mut self, request_id: Option<String>) -> Self {
        self.0.request_id = request_id;
        self
    }

    pub(crate) fn with_privilege(mut self, privilege: Option<String>) -> Self {
        self.0.privilege = privilege;
        self
    }

    pub(crate) fn with_retry_after(mut self, retry_after: Option<Duration>) -> Self {
        self.0.retry_after = retry_after;
        self
    }

    /// The status: what kind of error this is.
    pub fn status(&self) -> Status {
        self.0.status
    }

    /// What happened, without cause and advice.
    pub fn what(&self) -> &str {
        &self.0.what
    }

    /// The likely cause, where it is known.
    pub fn cause(&self) -> Option<&str> {
        self.0.cause.as_deref()
    }

    /// What to do about it, where that is known.
    pub fn advice(&self) -> Option<&str> {
        self.0.advice.as_deref()
    }

    /// The HTTP status of the reply that this error comes from.
    pub fn http_status(&self) -> Option<u16> {
        self.0.http_status
    }

    /// The server's code: `0x80040217` of Dataverse, `AADSTS7000215` of the identity platform.
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// What the error is about, such as `systemuser c0000000-0000-4000-8000-000000000002`.
    pub fn target(&self) -> Option<&str> {
        self.0.target.as_deref()
    }

    /// The server's identifier of the request, which Microsoft's support asks for.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// The privilege that is missing, such as `prvReadUser`.
    pub fn privilege(&self) -> Option<&str> {
        self.0.privilege.as_deref()
    }

    /// How long the server asked to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }
}

/// The longest text of a server that goes into an error, in characters.
const LONGEST_SAID: usize = 2000;

/// A text of a server as it may stand in an error: not endless, and without characters that would steer a terminal or begin a line of
/// their own in a log.
pub(crate) fn said_by_server(text: &str) -> String {
    let mut said = String::with_capacity(text.len().min(4 * LONGEST_SAID));
    for (count, character) in text.trim().chars().enumerate() {
        if count == LONGEST_SAID {
            said.push_str(" ...");
            break;
        }
        match character {
            '\r' | '\n' | '\t' => said.push(' '),
            character if character.is_control() || is_direction(character) => said.extend(character.escape_unicode()),
            character => said.push(character),
        }
    }
    said
}

/// What is wrong with a JSON text, without what is in it: that may be personal, or a token that a server sent back.
pub(crate) fn json_fault(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let is_ours = ["missing field", "a value is nested"].iter().any(|start| text.starts_with(start));
    if error.is_data() && !is_ours {
        return format!(
            "what is at line {} column {} is of another kind than it should be",
            error.line(),
            error.column()
        );
    }
    text
}

/// Characters that change the direction of the text around them: what is shown would not be what is there.
fn is_direction(character: char) -> bool {
    matches!(character, '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let details = &*self.0;
        f.write_str(&details.what)?;
        if let Some(cause) = &details.cause {
            write!(f, " Cause: {cause}")?;
        }
        if let Some(advice) = &details.advice {
            write!(f, " What to do: {advice}")?;
        }
        for note in &details.notes {
            write!(f, " {note}")?;
        }
        let code = details.code.as_deref().filter(|code| !details.what.contains(*code));
        match (code, &details.request_id) {
            (Some(code), Some(id)) => write!(f, " (code {code}, request id {id})"),
            (Some(code), None) => write!(f, " (code {code})"),
            (None, Some(id)) => write!(f, " (request id {id})"),
            (None, None) => Ok(()),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {self}", self.0.status.name())
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_numbers_ascend_and_names_are_found_again() {
        assert!(Status::ALL.windows(2).all(|pair| (pair[0] as i32) < pair[1] as i32));
        for status in Status::ALL {
            assert_eq!(Status::from_number(status as i32), Some(status));
            assert_eq!(format!("{status:?}"), status.name());
        }
        assert_eq!(Status::from_number(-1), None);
    }

    #[test]
    fn what_a_server_says_stays_on_its_line_and_ends() {
        assert_eq!(said_by_server(" a\r\nb\u{1b}[31m\u{202e}c\u{0} "), "a  b\\u{1b}[31m\\u{202e}c\\u{0}");
        assert_eq!(said_by_server(&"x".repeat(1_000_000)).len(), LONGEST_SAID + 4);
        assert_eq!(said_by_server("O'Neil \u{1F600}"), "O'Neil \u{1F600}");
    }

    #[test]
    fn what_is_wrong_with_json_is_told_without_what_is_in_it() {
        let fault =
            |json: &str| json_fault(&serde_json::from_str::<std::collections::BTreeMap<String, u8>>(json).unwrap_err());
        assert_eq!(fault("{\n\"a\": \"hush\"}"), "what is at line 2 column 11 is of another kind than it should be");
        assert!(!fault("\"hush\"").contains("hush"));
        assert_eq!(fault("{"), "EOF while parsing an object at line 1 column 1");
        assert_eq!(fault("hush"), "expected value at line 1 column 1");
    }

    #[test]
    fn the_text_says_what_why_and_what_to_do() {
        let error = Error::new(Status::UserNotFound, "No user.")
            .with_cause("It was deleted.")
            .with_advice("Look it up.")
            .with_note("After 2 tries.")
            .with_code("0x80040217")
            .with_request_id(Some("r-1".into()));
        let text =
            "No user. Cause: It was deleted. What to do: Look it up. After 2 tries. (code 0x80040217, request id r-1)";
        assert_eq!(error.to_string(), text);
        assert_eq!(format!("{error:?}"), format!("UserNotFound: {text}"));
    }
}
