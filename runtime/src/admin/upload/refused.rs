//! Why a package was not installed, as a client sees it. Paths of the machine are for
//! the log alone.

use davit_plugin::package::UnpackError;
use davit_plugin::reason::Reason;
use http::StatusCode;

use crate::admin::reload;
use crate::directories::{AdmitError, DiskError, InstallError, ReloadError};
use crate::dispatch::Refusal;
use crate::volume::VolumeError;

/// The answer to an upload that was not installed.
pub(super) fn refusal(error: &InstallError) -> Refusal {
    let (status, code) = match error {
        InstallError::Unpack(error) => return not_unpacked(error),
        InstallError::Refused(error) => return not_admitted(error),
        InstallError::Disk(error) => return disk(error),
        InstallError::Later(error) => return reload::refusal(error),
        InstallError::Stopped => return reload::refusal(&ReloadError::Stopped),
        InstallError::Busy => (StatusCode::SERVICE_UNAVAILABLE, "TOO_MANY_UPLOADS"),
        InstallError::Nowhere | InstallError::Missing => (StatusCode::CONFLICT, "NO_PLUGIN_DIRECTORY"),
        InstallError::Followed(_) => (StatusCode::CONFLICT, "FOLDER_FOLLOWED"),
        InstallError::BuiltIn(_) => (StatusCode::CONFLICT, "BUILT_IN_PLUGIN_EXISTS"),
        InstallError::Taken { .. } => (StatusCode::CONFLICT, "FOLDER_TAKEN"),
        InstallError::Outside { .. } => (StatusCode::CONFLICT, "FOLDER_OUTSIDE"),
        InstallError::Reserved { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "NAME_RESERVED"),
        InstallError::Full(_) => (StatusCode::CONFLICT, "TOO_MANY_PLUGINS"),
    };
    Refusal::new(status, code, error.to_string())
}

fn not_unpacked(error: &UnpackError) -> Refusal {
    if !error.is_packages_fault() {
        let full = error.code() == "VOLUME_FULL";
        return machine(error, full);
    }
    let status = match error.code() {
        "INVALID_FILE_TYPE" | "PACKAGE_INVALID" | "PATH_TRAVERSAL" => StatusCode::BAD_REQUEST,
        "PACKAGE_TOO_LARGE" | "TOO_MANY_ENTRIES" => StatusCode::PAYLOAD_TOO_LARGE,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    Refusal::new(status, error.code(), error.to_string())
}

/// What a pass would not take either.
fn not_admitted(error: &AdmitError) -> Refusal {
    if !error.is_packages_fault() {
        return machine(error, matches!(error, AdmitError::Volume(VolumeError::Full { .. })));
    }
    let problem = error.problem();
    let code = match problem.reason {
        Reason::ManifestInvalid => "MANIFEST_INVALID",
        Reason::BaseReserved => "BASE_RESERVED",
        Reason::ConfigInvalid => "CONFIG_INVALID",
        Reason::RoutesWithoutBase => "ROUTES_WITHOUT_BASE",
        Reason::PackageTooLarge => "PACKAGE_TOO_LARGE",
        _ => "PACKAGE_INVALID",
    };
    Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, code, problem.message)
}

/// The disk's fault.
pub(in crate::admin) fn disk(error: &DiskError) -> Refusal {
    machine(error, error.is_full())
}

fn machine(error: &dyn std::error::Error, full: bool) -> Refusal {
    tracing::error!("{error}");
    if full {
        let message =
            "there is no room for it: make the volume or the plugin directory larger, or remove plugins";
        return Refusal::new(StatusCode::INSUFFICIENT_STORAGE, "VOLUME_FULL", message);
    }
    let message =
        "the plugin directory or the volume cannot be written: the log says why; nothing was changed";
    Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "NOT_WRITTEN", message)
}
