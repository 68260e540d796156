//! `DELETE /plugins/{name}`: a plugin's folder leaves the plugin directory.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::named::Named;
use super::{Admin, reload, upload};
use crate::directories::{ReloadError, RemoveError};
use crate::dispatch::Refusal;

/// The plugin is removed.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Removed {
    /// Always true.
    success: bool,
}

/// Removes a plugin: its folder, and whether it was turned on or off.
///
/// The answer comes when it has left. A folder of the same name in a later directory
/// takes its place.
#[utoipa::path(
    delete,
    path = "/plugins/{name}",
    operation_id = "removePlugin",
    tag = "plugins",
    params(Named),
    responses(
        (status = 200, description = "It is removed", body = Removed, example = json!({"success": true})),
        (status = 400, description = "`INVALID_PLUGIN_NAME`: that is no name"),
        (status = 403, description = "`BUILT_IN_PLUGIN_REMOVE_FORBIDDEN`: it ships with this runtime"),
        (status = 404, description = "`PLUGIN_NOT_FOUND`: there is no such plugin"),
        (status = 409, description = "`FOLDER_FOLLOWED`, `FOLDER_OUTSIDE`: `davit dev` follows its folder, or it is not in the plugin directory"),
        (status = 500, description = "`NOT_WRITTEN`, `RELOAD_FAILED`: the machine's fault; the log says why"),
        (status = 503, description = "`STOPPING`: the runtime is ending"),
        (status = 507, description = "`VOLUME_FULL`: there is no room for the change"),
    )
)]
pub(super) async fn remove(State(admin): State<Admin>, Named(name): Named) -> Result<Json<Removed>, Refusal> {
    admin.directories()?.remove(name).await.map_err(|error| refusal(&error))?;
    Ok(Json(Removed { success: true }))
}

fn refusal(error: &RemoveError) -> Refusal {
    let (status, code) = match error {
        RemoveError::Disk(error) => return upload::disk_refusal(error),
        RemoveError::Later(error) => return reload::refusal(error),
        RemoveError::Stopped => return reload::refusal(&ReloadError::Stopped),
        RemoveError::Unknown(_) => (StatusCode::NOT_FOUND, "PLUGIN_NOT_FOUND"),
        RemoveError::BuiltIn(_) => (StatusCode::FORBIDDEN, "BUILT_IN_PLUGIN_REMOVE_FORBIDDEN"),
        RemoveError::Followed(_) => (StatusCode::CONFLICT, "FOLDER_FOLLOWED"),
        RemoveError::Outside { .. } => (StatusCode::CONFLICT, "FOLDER_OUTSIDE"),
    };
    Refusal::new(status, code, error.to_string())
}
