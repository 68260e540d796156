//! `POST /plugins/{name}/enable` and `/disable`: what an administrator turned on or
//! off stays so, also after a restart.

use axum::Json;
use axum::extract::State;
use davit_plugin::PluginName;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::listed::folders;
use super::named::Named;
use super::unready::Unready;
use super::{Admin, reload};
use crate::directories::SwitchError;
use crate::dispatch::Refusal;

/// The plugin is on or off.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Switched {
    /// Always true.
    success: bool,
    data: Switch,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Switch {
    enabled: bool,
    #[schema(value_type = String)]
    name: PluginName,
    /// Only of a plugin that is on and yet not ready.
    #[serde(flatten)]
    unready: Unready,
}

/// Turns a plugin on, whatever its manifest says.
///
/// The answer comes when the plugin serves, or when it is known that it does not: then
/// `state`, `reason` and `message` say why, as `GET /plugins` does. The word outlives the
/// process.
#[utoipa::path(
    post,
    path = "/plugins/{name}/enable",
    operation_id = "enablePlugin",
    tag = "plugins",
    params(Named),
    responses(
        (status = 200, description = "It is on", body = Switched,
            example = json!({"success": true, "data": {"enabled": true, "name": "@acme/hello"}})),
        (status = 400, description = "`INVALID_PLUGIN_NAME`: that is no name"),
        (status = 404, description = "`PLUGIN_NOT_FOUND`: there is no such plugin"),
        (status = 409, description = "`PLUGIN_DECLARED`, `NO_PLUGIN_DIRECTORY`: its resource or its manifest says whether it runs"),
        (status = 500, description = "`NOT_WRITTEN`: it could not be written down"),
        (status = 503, description = "`STOPPING`: the runtime is ending"),
    )
)]
pub(super) async fn enable(
    State(admin): State<Admin>,
    Named(name): Named,
) -> Result<Json<Switched>, Refusal> {
    turn(&admin, name, true).await
}

/// Turns a plugin off, whatever its manifest says.
///
/// The answer comes when the plugin has left. A folder of the same name in a later
/// directory takes its place. The word outlives the process.
#[utoipa::path(
    post,
    path = "/plugins/{name}/disable",
    operation_id = "disablePlugin",
    tag = "plugins",
    params(Named),
    responses(
        (status = 200, description = "It is off", body = Switched,
            example = json!({"success": true, "data": {"enabled": false, "name": "@acme/hello"}})),
        (status = 400, description = "`INVALID_PLUGIN_NAME`: that is no name"),
        (status = 404, description = "`PLUGIN_NOT_FOUND`: there is no such plugin"),
        (status = 409, description = "`PLUGIN_DECLARED`, `NO_PLUGIN_DIRECTORY`: its resource or its manifest says whether it runs"),
        (status = 500, description = "`NOT_WRITTEN`: it could not be written down"),
        (status = 503, description = "`STOPPING`: the runtime is ending"),
    )
)]
pub(super) async fn disable(
    State(admin): State<Admin>,
    Named(name): Named,
) -> Result<Json<Switched>, Refusal> {
    turn(&admin, name, false).await
}

async fn turn(admin: &Admin, name: PluginName, enabled: bool) -> Result<Json<Switched>, Refusal> {
    let directories = admin.directories()?;
    let unready = if enabled {
        let statuses = directories.enable(name.clone()).await.map_err(|error| refusal(&error))?;
        let listed = folders(&statuses, &admin.assembler.current());
        // Of several folders of the name it is the first that was turned on.
        listed.into_iter().find(|plugin| plugin.name == name.as_str()).map(Unready::from)
    } else {
        directories.disable(name.clone()).await.map_err(|error| refusal(&error))?;
        None
    };
    Ok(Json(Switched { success: true, data: Switch { enabled, name, unready: unready.unwrap_or_default() } }))
}

/// The log has the paths of the machine; an answer has none.
fn refusal(error: &SwitchError) -> Refusal {
    let (status, code) = match error {
        SwitchError::Later(error) => return reload::refusal(error),
        SwitchError::Unknown(_) => (StatusCode::NOT_FOUND, "PLUGIN_NOT_FOUND"),
        SwitchError::Declared(_) => (StatusCode::CONFLICT, "PLUGIN_DECLARED"),
        SwitchError::Nowhere => (StatusCode::CONFLICT, "NO_PLUGIN_DIRECTORY"),
        SwitchError::Unwritable { .. } | SwitchError::Unreadable(_) => {
            tracing::error!("{error}");
            let message = "it could not be written down: the log says why; nothing was changed";
            return Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "NOT_WRITTEN", message);
        }
    };
    Refusal::new(status, code, error.to_string())
}
