//! The errors of the Web API: `{"error":{"code":"0x...","message":"..."}}`.

use http::StatusCode;
use uuid::Uuid;

/// A refusal as the Web API words it.
#[derive(Clone, Debug, PartialEq)]
pub struct ODataError {
    /// The HTTP status.
    pub status: StatusCode,
    /// The code, such as `0x80040217`.
    pub code: &'static str,
    /// The message.
    pub message: String,
    /// Seconds for the `Retry-After` header.
    pub retry_after: Option<u64>,
    /// The methods of the resource, for the `Allow` header.
    pub allow: Option<&'static str>,
}

/// What an operation of the API gives.
pub type ApiResult<T> = Result<T, ODataError>;

impl ODataError {
    /// An error with this status, code and message.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), retry_after: None, allow: None }
    }

    /// 400 with this code and message.
    pub fn bad_request(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    /// 400 0x80060888: what the URL asks for cannot be understood.
    pub fn query(message: impl Into<String>) -> Self {
        Self::bad_request("0x80060888", message)
    }

    /// 501: the real service can do this, this server can't.
    pub fn unsupported(what: impl std::fmt::Display) -> Self {
        let message = format!("Local Dataverse does not support this yet: {what}");
        Self::new(StatusCode::NOT_IMPLEMENTED, "", message)
    }

    /// 404 0x80040217: no row with this key.
    pub fn not_found(logical_name: &str, id: Uuid) -> Self {
        let message = format!("Entity '{logical_name}' With Id = {id} Does Not Exist");
        Self::new(StatusCode::NOT_FOUND, "0x80040217", message)
    }

    /// 404: a path that leads nowhere.
    pub fn no_resource(segment: &str) -> Self {
        let message = format!("Resource not found for the segment '{segment}'.");
        Self::new(StatusCode::NOT_FOUND, "0x80060888", message)
    }

    /// 400 0x80060888: a column that the table has not.
    pub fn no_property(property: &str, logical_name: &str) -> Self {
        Self::query(format!(
            "Could not find a property named '{property}' on type 'Microsoft.Dynamics.CRM.{logical_name}'."
        ))
    }

    /// 400 0x80048d19: the body cannot be understood.
    pub fn payload(entity_set: &str, detail: impl std::fmt::Display) -> Self {
        Self::bad_request(
            "0x80048d19",
            format!(
                "Error identified in Payload provided by the user for Entity :'{entity_set}', For more information on \
                 this error please follow this help link https://go.microsoft.com/fwlink/?linkid=2195293  ---->  \
                 InnerException : Microsoft.OData.ODataException: {detail}"
            ),
        )
    }

    /// 405: the resource exists, and takes other methods than this one.
    pub fn method(method: &http::Method, resource: &str, allow: &'static str) -> Self {
        let message = format!("The requested resource does not support http method '{method}': {resource}");
        Self { allow: Some(allow), ..Self::new(StatusCode::METHOD_NOT_ALLOWED, "", message) }
    }

    /// The body of the reply.
    pub fn body(&self) -> Vec<u8> {
        let error = serde_json::json!({"error": {"code": self.code, "message": self.message}});
        error.to_string().into_bytes()
    }
}
