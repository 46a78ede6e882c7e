//! Sign-in errors with their AADSTS numbers.

use http::StatusCode;
use serde_json::json;
use uuid::Uuid;

use crate::reply::Reply;

/// Why a token is refused.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    status: StatusCode,
    error: &'static str,
    number: u32,
    text: String,
}

impl Failure {
    fn new(status: u16, error: &'static str, number: u32, text: String) -> Self {
        Self { status: StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST), error, number, text }
    }

    /// 90002: the tenant.
    pub fn tenant(tenant: &str) -> Self {
        let text = format!(
            "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the \
             correct cloud. Check with your subscription administrator, this may happen if there are no active \
             subscriptions for the tenant."
        );
        Self::new(400, "invalid_request", 90002, text)
    }

    /// 900144: a parameter that is not there.
    pub fn missing(parameter: &str) -> Self {
        let text = format!("The request body must contain the following parameter: '{parameter}'.");
        Self::new(400, "invalid_request", 900_144, text)
    }

    /// 900561: not a POST.
    pub fn method(method: &str) -> Self {
        let text = format!("The endpoint only accepts POST requests. Received a {method} request.");
        Self::new(400, "invalid_request", 900_561, text)
    }

    /// 70003: another grant type.
    pub fn grant_type(grant_type: &str) -> Self {
        Self::new(
            400,
            "unsupported_grant_type",
            70003,
            format!("The app requested an unsupported grant type '{grant_type}'."),
        )
    }

    /// 700016: the application.
    pub fn application(client: &str, tenant: &str) -> Self {
        let text = format!(
            "Application with identifier '{client}' was not found in the directory '{tenant}'. This can happen if the \
             application has not been installed by the administrator of the tenant or consented to by any user in the \
             tenant. You may have sent your authentication request to the wrong tenant."
        );
        Self::new(400, "unauthorized_client", 700_016, text)
    }

    /// 7000218: no secret.
    pub fn no_secret() -> Self {
        let text = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.";
        Self::new(401, "invalid_client", 7_000_218, text.to_owned())
    }

    /// 7000215: the secret.
    pub fn secret(client: &str) -> Self {
        let text = format!(
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not \
             the client secret ID, for a secret added to app '{client}'."
        );
        Self::new(401, "invalid_client", 7_000_215, text)
    }

    /// 7000222: the secret's time is over.
    pub fn secret_expired(client: &str) -> Self {
        let text = format!(
            "The provided client secret keys for app '{client}' are expired. Visit the Azure portal to create new keys for \
             your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: \
             https://aka.ms/certCreds."
        );
        Self::new(401, "invalid_client", 7_000_222, text)
    }

    /// 70011: the scope.
    pub fn scope(scope: &str) -> Self {
        let text = format!(
            "The provided request must include a 'scope' input parameter. The provided value for the input parameter \
             'scope' is not valid. The scope {scope} is not valid."
        );
        Self::new(400, "invalid_scope", 70011, text)
    }

    /// 500011: the resource in the scope.
    pub fn resource(resource: &str, tenant: &str) -> Self {
        let text = format!(
            "The resource principal named {resource} was not found in the tenant named {tenant}. This can happen if the \
             application has not been installed by the administrator of the tenant or consented to by any user in the \
             tenant. You might have sent your authentication request to the wrong tenant."
        );
        Self::new(400, "invalid_resource", 500_011, text)
    }

    /// The reply.
    pub fn reply(&self, correlation_id: Uuid, origin: &str) -> Reply {
        let trace_id = Uuid::new_v4();
        let now = jiff::Timestamp::now();
        let timestamp = format!("{}Z", jiff::fmt::strtime::format("%Y-%m-%d %H:%M:%S", now).unwrap_or_default());
        let description = format!(
            "AADSTS{}: {}\r\nTrace ID: {trace_id}\r\nCorrelation ID: {correlation_id}\r\nTimestamp: {timestamp}",
            self.number, self.text
        );
        let body = json!({
            "error": self.error,
            "error_description": description,
            "error_codes": [self.number],
            "timestamp": timestamp,
            "trace_id": trace_id,
            "correlation_id": correlation_id,
            "error_uri": format!("{origin}/error?code={}", self.number),
        });
        Reply::json(self.status, &body)
    }
}
