//! Davit's own errors: `{"error", "code", "requestId"}` (interfaces §6).

use davit_engine::{Body, ServeError, full};
use davit_plugin::PluginName;
use davit_plugin::routes::NormalPath;
use http::{HeaderValue, Response, StatusCode, header};
use serde_json::json;

use super::RequestId;

/// An error that a client sees: what is wrong and what to do, under a stable
/// code. Never a path of the machine, never a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl Refusal {
    /// A refusal with a 4xx or 5xx status.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        debug_assert!(status.is_client_error() || status.is_server_error(), "{status} is no error");
        Self { status, code, message: message.into() }
    }

    /// Nobody serves the path.
    pub fn not_found(path: &NormalPath) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "NOT_FOUND",
            format!("nothing is served at {path}: check the address"),
        )
    }

    /// A credential is needed.
    pub fn unauthorized(code: &'static str, message: &'static str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, code, message)
    }

    /// The stable code.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// Logs the refusal under the request's number: what is Davit's or a plugin's
    /// fault as a warning, what is the client's only for those who look closely.
    pub(super) fn log(&self, id: &RequestId, plugin: Option<&PluginName>) {
        let (code, plugin) = (self.code, plugin.map(tracing::field::display));
        if self.status.is_server_error() {
            tracing::warn!(request = %id, plugin, code, "{}", self.message);
        } else {
            tracing::debug!(request = %id, plugin, code, "{}", self.message);
        }
    }

    /// The response.
    pub fn into_response(self, id: &RequestId) -> Response<Body> {
        let body = json!({ "error": self.message, "code": self.code, "requestId": id.to_string() });
        let mut response = Response::new(full(body.to_string()));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.status == StatusCode::UNAUTHORIZED {
            // RFC 9110 §15.5.2: a 401 names how to authenticate.
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

impl From<ServeError> for Refusal {
    fn from(error: ServeError) -> Self {
        Self::new(error.status(), error.code(), error.to_string())
    }
}
