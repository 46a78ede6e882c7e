//! Who asks: the token, its application, and the user row of that.

use http::StatusCode;
use uuid::Uuid;

use crate::oauth::Rejected;
use crate::odata::{ApiResult, ODataError, json};
use crate::reply::Reply;
use crate::seed::TENANT_ID;
use crate::state::{Incoming, State, now};
use crate::store::Store;

use super::refusal;

/// The user that a request is made as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    /// systemuserid
    pub user: Uuid,
    /// The user who makes it in that user's name, where that is somebody else.
    pub impersonator: Option<Uuid>,
}

impl Caller {
    /// A caller who acts for himself.
    pub fn new(user: Uuid) -> Self {
        Self { user, impersonator: None }
    }

    /// The user that the token is of.
    pub fn authenticated(self) -> Uuid {
        self.impersonator.unwrap_or(self.user)
    }

    /// Those who must be allowed what the request does: both, where one acts for the other.
    pub fn principals(self) -> impl Iterator<Item = Uuid> {
        [self.user].into_iter().chain(self.impersonator)
    }
}

/// Finds the caller, or the reply that refuses him.
pub fn authorize(state: &State, request: &Incoming) -> Result<Caller, Box<Reply>> {
    let origin = request.origin(&state.origin);
    let authority = state.settings.read().challenge_authority.clone();
    let authority = authority.as_deref().map_or(state.origin.as_str(), |authority| authority.trim_end_matches('/'));
    let challenge = format!("authorization_uri={authority}/{TENANT_ID}/oauth2/authorize, resource_id={origin}/");
    let unauthorized = |details: &str| {
        let value =
            if details.is_empty() { format!("Bearer {challenge}") } else { format!("Bearer {details}, {challenge}") };
        Box::new(Reply::empty(StatusCode::UNAUTHORIZED).header("www-authenticate", value))
    };
    let invalid = |text: String| unauthorized(&format!("error=\"invalid_token\", error_description=\"{text}\""));
    if request.headers.get_all("authorization").iter().count() > 1 {
        let text = "The Authorization header may be there once only, and this request has it twice.";
        return Err(Box::new(refusal(&ODataError::bad_request("", text))));
    }
    let token = request.header("authorization").and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    });
    let Some(token) = token else { return Err(unauthorized("")) };
    let claims = match state.key.verify(token, now()) {
        Ok(claims) => claims,
        Err(Rejected::Expired(end)) => return Err(invalid(format!("The token expired at '{}'", json::date(end)))),
        Err(Rejected::Early(start)) => {
            return Err(invalid(format!("The token is not valid before '{}'", json::date(start))));
        }
        Err(Rejected::Malformed) => return Err(invalid("The signature is invalid".to_owned())),
    };
    if !claims.aud.strip_suffix('/').unwrap_or(&claims.aud).eq_ignore_ascii_case(&origin) {
        return Err(invalid(format!("The audience '{}' is invalid", claims.aud)));
    }
    if claims.tid != TENANT_ID {
        return Err(invalid(format!("The tenant '{}' is invalid", claims.tid)));
    }
    let application = Uuid::try_parse(&claims.appid).ok();
    let Some(application) = application.filter(|id| state.directory.read().find(*id).is_some()) else {
        return Err(invalid(format!("The application '{}' is not known", claims.appid)));
    };
    let store = state.store.read();
    let Some(user) = store.user_of_application(application) else {
        return Err(Box::new(refusal(&no_member())));
    };
    must_be_enabled(&store, user).map_err(|error| Box::new(refusal(&error)))?;
    Ok(Caller::new(user))
}

/// 403: somebody who has no user row.
pub fn no_member() -> ODataError {
    ODataError::new(StatusCode::FORBIDDEN, "0x80072560", "The user is not a member of the organization.")
}

/// Refuses a user who is disabled.
pub fn must_be_enabled(store: &Store, user: Uuid) -> ApiResult<()> {
    if store.users.get(user).is_none_or(|row| row.is_disabled == Some(false)) {
        return Ok(());
    }
    let text =
        format!("The specified user(Id = {user}) is disabled. Consider enabling this user. Additional Details: ");
    Err(ODataError::new(StatusCode::FORBIDDEN, "0x80040225", text))
}
