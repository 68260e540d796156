//! Davit's own errors: `{"error", "code", "requestId"}` (interfaces §6).

use davit_engine::{Body, ServeError, full};
use davit_plugin::PluginName;
use davit_plugin::routes::NormalPath;
use http::{HeaderValue, Response, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

use super::{RequestId, secure};

/// An error that a client sees: what is wrong and what to do, under a stable
/// code. Never a path of the machine, never a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: String,
    /// After how many seconds it is worth trying again.
    retry_after: Option<u64>,
    /// The methods that are served instead.
    allow: Option<&'static str>,
    /// Whether the error is that of an upload, which says `success` too.
    of_an_upload: bool,
    /// What to send, where clients know the message by heart.
    hint: Option<&'static str>,
}

/// The code of a response's 5xx, as its extension.
#[derive(Debug, Clone, Copy)]
pub(super) struct Code(pub(super) &'static str);

impl Refusal {
    /// A refusal with a 4xx or 5xx status.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        debug_assert!(status.is_client_error() || status.is_server_error(), "{status} is no error");
        let retry_after = (status == StatusCode::SERVICE_UNAVAILABLE).then_some(1);
        let (message, allow, hint) = (message.into(), None, None);
        Self { status, code, message, retry_after, allow, of_an_upload: false, hint }
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

    /// The same, worth another try after so many seconds.
    #[must_use]
    pub fn retry_after(self, seconds: u64) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }

    /// The same where these methods are served instead.
    #[must_use]
    pub fn allow(self, methods: &'static str) -> Self {
        Self { allow: Some(methods), ..self }
    }

    /// The same, and says which methods are served instead, as `Allow` lists them.
    #[must_use]
    pub fn instead(self, methods: &str) -> Self {
        let methods = methods.replace(' ', "").replace(',', ", ");
        Self { message: format!("{}, only {methods}", self.message), ..self }
    }

    /// The same with a hint at what to send.
    #[must_use]
    pub fn hint(self, hint: &'static str) -> Self {
        Self { hint: Some(hint), ..self }
    }

    /// The same as an upload's clients read it: with `success: false` (Buntime
    /// contract §4).
    #[must_use]
    pub fn of_an_upload(self) -> Self {
        Self { of_an_upload: true, ..self }
    }

    /// Logs the refusal under the request's number: what is Davit's or a plugin's
    /// fault as a warning, what is the client's only for those who look closely.
    pub(crate) fn log(&self, id: &RequestId, plugin: Option<&PluginName>) {
        let (code, plugin) = (self.code, plugin.map(tracing::field::display));
        if self.status.is_server_error() {
            tracing::warn!(request = %id, trace = %id.trace(), plugin, code, "{}", self.message);
        } else {
            tracing::debug!(request = %id, trace = %id.trace(), plugin, code, "{}", self.message);
        }
    }

    /// The response.
    pub fn into_response(self, id: &RequestId) -> Response<Body> {
        let body = ErrorBody {
            error: self.message,
            code: self.code,
            hint: self.hint,
            request_id: id.to_string(),
            success: self.of_an_upload.then_some(false),
        };
        let text = serde_json::to_string(&body).unwrap_or_default();
        let mut response = Response::new(full(text));
        *response.status_mut() = self.status;
        if self.status.is_server_error() {
            response.extensions_mut().insert(Code(self.code));
        }
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        secure(headers);
        if self.status == StatusCode::UNAUTHORIZED {
            // RFC 9110 §15.5.2: a 401 names how to authenticate.
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(methods) = self.allow {
            headers.insert(header::ALLOW, HeaderValue::from_static(methods));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

/// What went wrong and what to do. The code tells one error from another; messages may
/// change.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Error, example = json!({
    "error": "there is no plugin @acme/hello: GET /plugins lists those there are",
    "code": "PLUGIN_NOT_FOUND",
    "requestId": "0199d2a4-9f0e-7c31-b7c6-1f0a6d1f6f55"
}))]
pub struct ErrorBody {
    /// What is wrong and what to do.
    #[schema(min_length = 1)]
    error: String,
    /// The error's name.
    #[schema(value_type = String, pattern = "^[A-Z][A-Z0-9_]*$")]
    code: &'static str,
    /// What to send instead; only of `AUTH_REQUIRED` and `INVALID_KEY`, where `error` is
    /// nothing but `Unauthorized`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    hint: Option<&'static str>,
    /// The request's number, as in `X-Request-Id` and in the log.
    request_id: String,
    /// Only in errors of an upload, and false there.
    #[serde(skip_serializing_if = "Option::is_none")]
    success: Option<bool>,
}

impl From<ServeError> for Refusal {
    fn from(error: ServeError) -> Self {
        Self::new(error.status(), error.code(), error.to_string())
    }
}
