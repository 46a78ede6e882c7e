//! Sign-in errors with their AADSTS numbers.

use http::StatusCode;
use serde_json::json;
use uuid::Uuid;

use crate::reply::Reply;

/// Why a sign-in is refused.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    status: StatusCode,
    error: &'static str,
    number: u32,
    text: String,
}

/// The parts of a refusal that lead to its log entry at Microsoft.
pub struct Trace {
    /// The `Correlation ID`.
    pub correlation_id: Uuid,
    /// The `Trace ID`.
    pub trace_id: Uuid,
    /// The sign-in host, for `error_uri`.
    pub origin: String,
}

impl Failure {
    fn new(error: &'static str, number: u32, text: impl Into<String>) -> Self {
        let status = if error == "invalid_client" { StatusCode::UNAUTHORIZED } else { StatusCode::BAD_REQUEST };
        Self { status, error, number, text: text.into() }
    }

    /// The number behind AADSTS.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// 900561: not a POST.
    pub fn method(method: &str) -> Self {
        let text = format!("The endpoint only accepts POST requests. Received a {method} request.");
        Self::new("invalid_request", 900_561, text)
    }

    /// 9002313: the form is none.
    pub fn malformed() -> Self {
        Self::new("invalid_request", 9_002_313, "Invalid request. Request is malformed or invalid.")
    }

    /// 9000411: a parameter that is there twice.
    pub fn duplicated(parameter: &str) -> Self {
        let text = format!("The request is not properly formatted. The parameter '{parameter}' is duplicated.");
        Self::new("invalid_request", 9_000_411, text)
    }

    /// 900144: a parameter that is not there.
    pub fn missing(parameter: &str) -> Self {
        let text = format!("The request body must contain the following parameter: '{parameter}'.");
        Self::new("invalid_request", 900_144, text)
    }

    /// 70003: a grant type that there is not.
    pub fn grant_type(grant_type: &str) -> Self {
        let text = format!("The app requested an unsupported grant type '{grant_type}'.");
        Self::new("unsupported_grant_type", 70003, text)
    }

    /// 7000216: client credentials without any.
    pub fn no_credential() -> Self {
        let text =
            "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.";
        Self::new("invalid_client", 7_000_216, text)
    }

    /// 7000218: another grant without the application's secret.
    pub fn no_secret() -> Self {
        let text = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.";
        Self::new("invalid_client", 7_000_218, text)
    }

    /// 900023: a tenant that can't be one.
    pub fn tenant_name(tenant: &str) -> Self {
        let text =
            format!("Specified tenant identifier '{tenant}' is neither a valid DNS name, nor a valid external domain.");
        Self::new("invalid_request", 900_023, text)
    }

    /// 90002: a tenant that is not known. The token end point calls it `invalid_request`, the OpenID configuration
    /// `invalid_tenant`.
    pub fn tenant(tenant: &str, error: &'static str) -> Self {
        let text = format!(
            "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the \
             correct cloud. Check with your subscription administrator, this may happen if there are no active \
             subscriptions for the tenant."
        );
        Self::new(error, 90002, text)
    }

    /// 50059: `common` or `organizations`, where an application signs in.
    pub fn no_tenant() -> Self {
        let text =
            "No tenant-identifying information found in either the request or implied by any provided credentials.";
        Self::new("invalid_request", 50059, text)
    }

    /// 700016: the application.
    pub fn application(client: &str, tenant: &str) -> Self {
        let text = format!(
            "Application with identifier '{client}' was not found in the directory '{tenant}'. This can happen if the \
             application has not been installed by the administrator of the tenant or consented to by any user in the \
             tenant. You may have sent your authentication request to the wrong tenant."
        );
        Self::new("unauthorized_client", 700_016, text)
    }

    /// 7000112: the application is disabled.
    pub fn disabled(client: Uuid, name: &str) -> Self {
        Self::new("unauthorized_client", 7_000_112, format!("Application '{client}'({name}) is disabled."))
    }

    /// 7000229: the application is registered, but has no service principal.
    pub fn no_service_principal(client: Uuid, tenant: Uuid) -> Self {
        let text = format!(
            "The client application {client} is missing service principal in the tenant {tenant}. See instructions here: \
             https://go.microsoft.com/fwlink/?linkid=2225119"
        );
        Self::new("invalid_client", 7_000_229, text)
    }

    /// 7000215: the secret.
    pub fn secret(client: Uuid) -> Self {
        let text = format!(
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not \
             the client secret ID, for a secret added to app '{client}'."
        );
        Self::new("invalid_client", 7_000_215, text)
    }

    /// 7000222: the secret's time is over.
    pub fn secret_expired(client: Uuid) -> Self {
        let text = format!(
            "The provided client secret keys for app '{client}' are expired. Visit the Azure portal to create new keys for \
             your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: \
             https://aka.ms/certCreds."
        );
        Self::new("invalid_client", 7_000_222, text)
    }

    /// 1002012: a scope that does not end with `/.default`.
    pub fn not_default(scope: &str) -> Self {
        let text = format!(
            "The provided value for scope {scope} is not valid. Client credential flows must have a scope value with \
             /.default suffixed to the resource identifier (application ID URI)."
        );
        Self::new("invalid_scope", 1_002_012, text)
    }

    /// 70011: a scope whose resource is none.
    pub fn scope(scope: &str) -> Self {
        let text = format!(
            "The provided request must include a 'scope' input parameter. The provided value for the input parameter \
             'scope' is not valid. The scope {scope} is not valid."
        );
        Self::new("invalid_scope", 70011, text)
    }

    /// 500011: a resource that the tenant does not know.
    pub fn resource(resource: &str, tenant: &str) -> Self {
        let text = format!(
            "The resource principal named {resource} was not found in the tenant named {tenant}. This can happen if the \
             application has not been installed by the administrator of the tenant or consented to by any user in the \
             tenant. You might have sent your authentication request to the wrong tenant."
        );
        Self::new("invalid_resource", 500_011, text)
    }

    /// 50049: instance discovery for a host that is no sign-in host.
    pub fn instance() -> Self {
        Self::new("invalid_instance", 50049, "Unknown or invalid instance.")
    }

    /// The reply.
    pub fn reply(&self, trace: &Trace) -> Reply {
        let Trace { correlation_id, trace_id, origin } = trace;
        let timestamp = timestamp();
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

/// Why the signature of an assertion is none; with the time of the certificate that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadSignature {
    /// No certificate of the application has the thumbprint.
    UnknownKey,
    /// The certificate's time is over, or has not come.
    ExpiredKey(i64, i64),
    /// The certificate's key did not make it.
    Mismatch(i64, i64),
}

/// What is wrong with a client assertion.
impl Failure {
    /// 90011: an assertion of another kind.
    pub fn assertion_type() -> Self {
        Self::new("invalid_request", 90011, "Unexpected client assertion type.")
    }

    /// 50027: no JWT.
    pub fn no_jwt() -> Self {
        Self::new("invalid_request", 50027, "JWT token is invalid or malformed.")
    }

    /// 5002727: the header's `typ`.
    pub fn jwt_type() -> Self {
        let text = "Invalid JWT header type specified. Allowed types: 'JWT','http://openid.net/specs/jwt/1.0'";
        Self::new("invalid_request", 5_002_727, text)
    }

    /// 5002738: the header's `alg`.
    pub fn jwt_algorithm(algorithm: &str, supported: &str) -> Self {
        let text = format!(
            "Invalid JWT token. '{algorithm}' is not a supported signature algorithm. Supported signing algorithms are: \
             '{supported}'"
        );
        Self::new("invalid_client", 5_002_738, text)
    }

    /// 5002723: the header names no certificate.
    pub fn no_thumbprint() -> Self {
        let text = "Invalid JWT token. No certificate SHA-1 thumbprint, certificate SHA-256 thumbprint, nor keyId specified \
                    in token header.";
        Self::new("invalid_client", 5_002_723, text)
    }

    /// 90014: a claim that is not there.
    pub fn no_claim(claim: &str) -> Self {
        let text = format!(
            "The required field '{claim}' is missing from the credential. Ensure that you have all the necessary parameters \
             for the login request."
        );
        Self::new("invalid_request", 90014, text)
    }

    /// 700021: the assertion of another application.
    pub fn assertion_client() -> Self {
        Self::about_assertion(700_021, "Client assertion application identifier doesn't match 'client_id' parameter.")
    }

    /// 700023: an assertion for somebody else.
    pub fn assertion_audience() -> Self {
        Self::about_assertion(700_023, "Client assertion audience claim does not match Realm issuer.")
    }

    /// 700024: an assertion whose time is over or has not come; the times are in seconds since 1970, 0 where there is none.
    pub fn assertion_time(now: i64, from: i64, until: i64) -> Self {
        let text = format!(
            "Client assertion is not within its valid time range. Current time: {}, assertion valid from {}, expiry time of \
             assertion {}.",
            instant(now),
            instant(from),
            instant(until)
        );
        Self::about_assertion(700_024, &text)
    }

    /// 700027: the signature, or the certificate that it should be of.
    pub fn assertion_signature(reason: BadSignature, thumbprint: &str, client: Uuid) -> Self {
        let (head, reason, found) = match reason {
            BadSignature::UnknownKey => (
                "The certificate with identifier used to sign the client assertion is not registered on application.",
                "The key was not found.",
                None,
            ),
            BadSignature::ExpiredKey(from, until) => (
                "The certificate with identifier used to sign the client assertion is expired on application.",
                "The key used is expired.",
                Some((from, until)),
            ),
            BadSignature::Mismatch(from, until) => (
                "Client assertion contains an invalid signature.",
                "The provided signature value did not match the expected signature value.",
                Some((from, until)),
            ),
        };
        let found = found.map_or_else(String::new, |(start, end)| {
            format!(" Found key 'Start={}, End={}',", american(start), american(end))
        });
        let text = format!(
            "{head} [Reason - {reason}, Thumbprint of key used by client: '{thumbprint}',{found} Please visit the Azure \
             Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id '{client}'. Review the \
             documentation at https://docs.microsoft.com/en-us/graph/deployments to determine the corresponding service \
             endpoint and https://docs.microsoft.com/en-us/graph/api/application-get?view=graph-rest-1.0&tabs=http to build \
             a query request URL, such as 'https://graph.microsoft.com/beta/applications/{client}']."
        );
        Self::new("invalid_client", 700_027, text)
    }

    fn about_assertion(number: u32, text: &str) -> Self {
        let documentation =
            "Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials .";
        Self::new("invalid_client", number, format!("{text} {documentation}"))
    }
}

/// Now, as these errors have it: `2021-01-15 08:38:00Z`.
fn timestamp() -> String {
    formatted(jiff::Timestamp::now(), "%Y-%m-%d %H:%M:%SZ")
}

/// `2024-10-02T22:05:03.0000000Z`
fn instant(seconds: i64) -> String {
    formatted(jiff::Timestamp::from_second(seconds).unwrap_or_default(), "%Y-%m-%dT%H:%M:%S.0000000Z")
}

/// `06/29/2021 21:13:15`
fn american(seconds: i64) -> String {
    formatted(jiff::Timestamp::from_second(seconds).unwrap_or_default(), "%m/%d/%Y %H:%M:%S")
}

fn formatted(time: jiff::Timestamp, form: &str) -> String {
    jiff::fmt::strtime::format(form, time).unwrap_or_default()
}
