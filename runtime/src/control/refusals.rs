//! Refusals that several calls share, and with what status each comes.

use axum::Json;
use axum::response::{IntoResponse, Response};
use davit_plugin::Digest;
use davit_plugin::control::{Refusal, RefusalCode};
use http::StatusCode;

use crate::volume::VolumeError;

/// A refusal as an answer.
#[derive(Debug)]
pub(super) struct Refused(pub(super) Refusal);

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self(refusal)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = status(self.0.code);
        if status.is_server_error() {
            tracing::warn!(code = ?self.0.code, "{}", self.0.error);
        }
        (status, Json(self.0)).into_response()
    }
}

fn status(code: RefusalCode) -> StatusCode {
    match code {
        RefusalCode::BadRequest | RefusalCode::DigestMismatch | RefusalCode::PackageInvalid => {
            StatusCode::BAD_REQUEST
        }
        RefusalCode::NotFound => StatusCode::NOT_FOUND,
        RefusalCode::StaleFence | RefusalCode::NotPrepared | RefusalCode::NotReady => StatusCode::CONFLICT,
        RefusalCode::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        RefusalCode::PlanFormat => StatusCode::UNPROCESSABLE_ENTITY,
        RefusalCode::PackagesMissing => StatusCode::FAILED_DEPENDENCY,
        RefusalCode::VolumeFailed => StatusCode::INTERNAL_SERVER_ERROR,
        RefusalCode::Stopping => StatusCode::SERVICE_UNAVAILABLE,
        RefusalCode::VolumeFull => StatusCode::INSUFFICIENT_STORAGE,
    }
}

/// The process is ending.
pub(super) fn stopping() -> Refusal {
    Refusal::new(RefusalCode::Stopping, "this replica is ending: leave it out")
}

/// Packages of a plan are not on the volume.
pub(super) fn packages_missing(missing: Vec<Digest>) -> Refusal {
    let message = format!("{} packages of the plan are not on the volume: put them there", missing.len());
    Refusal { missing, ..Refusal::new(RefusalCode::PackagesMissing, message) }
}

/// The volume did not take something.
pub(super) fn of_volume(error: &VolumeError) -> Refusal {
    let code = match error {
        error if error.is_full() => RefusalCode::VolumeFull,
        VolumeError::DigestMismatch { .. } => RefusalCode::DigestMismatch,
        VolumeError::Unpack(error) if error.is_packages_fault() => RefusalCode::PackageInvalid,
        _ => RefusalCode::VolumeFailed,
    };
    Refusal::new(code, error.to_string())
}

/// A task of ours has panicked: nothing that the caller did.
pub(super) fn broken(error: &tokio::task::JoinError) -> Refusal {
    tracing::error!(%error, "a task of the control port has ended before its time");
    Refusal::new(RefusalCode::VolumeFailed, "this replica could not do its work: its log says why")
}
