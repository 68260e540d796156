//! What a registry's answer means for a person.

use davit_plugin::reason::{Problem, Reason};
use oci_client::errors::{OciDistributionError, OciErrorCode};
use reqwest::StatusCode;

use super::credentials::CredentialsError;

/// The registry did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// The registry does not let this person do this.
    #[error(
        "{registry} denied access{why}: log in with `docker login {registry}` (or `oras login`), or check that your account may use {repository}"
    )]
    Denied {
        /// The registry.
        registry: String,
        /// The repository in it.
        repository: String,
        /// What the registry said, behind a colon.
        why: String,
    },
    /// Nobody answers.
    #[error("cannot reach {registry}: {why}{hint}")]
    Unreachable {
        /// The registry.
        registry: String,
        /// Why not.
        why: String,
        /// What to try, behind a semicolon.
        hint: &'static str,
    },
    /// There is no such artifact.
    #[error("{reference} is not there: push it, or correct the reference")]
    NotFound {
        /// The reference.
        reference: String,
    },
    /// Any other refusal.
    #[error("{registry} refused: {why}")]
    Refused {
        /// The registry.
        registry: String,
        /// What it said.
        why: String,
    },
    /// Docker's configuration gives no credential.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
}

impl RegistryError {
    /// What an error of the client means, asked for `reference`.
    pub(super) fn of(reference: &oci_client::Reference, error: &OciDistributionError) -> Self {
        let registry = reference.resolve_registry().to_owned();
        let denied = |why: String| Self::Denied {
            registry: registry.clone(),
            repository: reference.repository().to_owned(),
            why,
        };
        match error {
            OciDistributionError::AuthenticationFailure(_)
            | OciDistributionError::UnauthorizedError { .. }
            | OciDistributionError::ServerError { code: 401 | 403, .. } => denied(String::new()),
            OciDistributionError::RequestError(error) => match error.status() {
                Some(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => denied(String::new()),
                Some(status) => Self::Refused { registry, why: format!("it answers {status}") },
                None => Self::unreachable(registry, error),
            },
            OciDistributionError::RegistryError { envelope, .. } => {
                let codes = || envelope.errors.iter().map(|error| &error.code);
                let said = |error: &oci_client::errors::OciError| error.message.clone();
                let why = envelope.errors.iter().map(said).collect::<Vec<_>>().join("; ");
                if codes().any(|code| matches!(code, OciErrorCode::Unauthorized | OciErrorCode::Denied)) {
                    return denied(format!(" ({why})"));
                }
                let gone = [OciErrorCode::ManifestUnknown, OciErrorCode::NameUnknown, OciErrorCode::NotFound];
                if codes().any(|code| gone.contains(code)) {
                    return Self::NotFound { reference: reference.whole() };
                }
                Self::Refused { registry, why }
            }
            OciDistributionError::ServerError { code: 404, .. }
            | OciDistributionError::ImageManifestNotFoundError(_) => {
                Self::NotFound { reference: reference.whole() }
            }
            OciDistributionError::ServerError { code, .. } => {
                Self::Refused { registry, why: format!("it answers {code}") }
            }
            other => Self::Refused { registry, why: other.to_string() },
        }
    }

    /// Nobody answered `error`'s request.
    pub(super) fn unreachable(registry: String, error: &reqwest::Error) -> Self {
        let mut why = error as &dyn std::error::Error;
        // The innermost one says what the system said.
        while let Some(source) = why.source() {
            why = source;
        }
        let why = if error.is_timeout() { "it does not answer in time".to_owned() } else { why.to_string() };
        let tls = why.contains("corrupt message") || why.contains("InvalidContentType");
        let hint = if tls { "; it seems to speak plain HTTP: use --insecure" } else { "" };
        Self::Unreachable { registry, why, hint }
    }

    /// The error as the reason of a condition (interfaces §3).
    pub(crate) fn problem(&self) -> Problem {
        let reason = match self {
            Self::Denied { .. } | Self::Credentials(_) => Reason::RegistryDenied,
            Self::NotFound { .. } => Reason::TagNotFound,
            Self::Unreachable { .. } | Self::Refused { .. } => Reason::RegistryUnreachable,
        };
        Problem::new(reason, self.to_string())
    }
}
