//! `POST /plugins/reload`: what is on disk goes live, every group anew.

use axum::Json;
use axum::extract::State;
use davit_plugin::{PluginName, Version};
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::Admin;
use super::fares::Detail;
use super::listed::{Listed, folders};
use crate::directories::{PluginStatus, ReloadError};
use crate::dispatch::Refusal;

/// What serves after a reload.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Reloaded {
    /// Always true.
    ok: bool,
    /// What serves, be it an older version.
    plugins: Vec<ReloadedPlugin>,
    /// What should serve and does not, or not as what is on disk; absent if there is none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    failed: Vec<Detail>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReloadedPlugin {
    #[schema(value_type = String)]
    name: PluginName,
    #[schema(value_type = String)]
    version: Version,
}

/// Makes what is on disk live and replaces every process.
///
/// Lists only the plugins that really serve after the reload, and in `failed` those that
/// do not run as what is on disk, with why; plugins that are turned off are in neither.
#[utoipa::path(
    post,
    path = "/plugins/reload",
    operation_id = "reloadPlugins",
    tag = "plugins",
    responses(
        (status = 200, description = "What serves now", body = Reloaded,
            example = json!({"ok": true, "plugins": [{"name": "@acme/hello", "version": "1.2.0"}],
                "failed": [{"name": "shop", "state": "failed", "reason": "BaseTaken", "message": "the base /shop is @acme/shop's: choose another one"}]})),
        (status = 500, description = "`PLUGIN_DIRECTORY_UNREADABLE`, `RELOAD_FAILED`: what served before goes on; the log says why"),
        (status = 503, description = "`STOPPING`: the runtime is ending"),
    )
)]
pub(super) async fn reload(State(admin): State<Admin>) -> Result<Json<Reloaded>, Refusal> {
    let statuses = admin.directories()?.reload().await.map_err(|error| refusal(&error))?;
    let plugins = statuses.iter().filter_map(serving).collect();
    let failed = folders(&statuses, &admin.assembler.current()).into_iter().filter(Listed::has_failed);
    Ok(Json(Reloaded { ok: true, plugins, failed: failed.map(Detail::from).collect() }))
}

/// Why what is on disk is not live.
pub(super) fn refusal(error: &ReloadError) -> Refusal {
    let (status, code) = match error {
        ReloadError::Stopped => (StatusCode::SERVICE_UNAVAILABLE, "STOPPING"),
        ReloadError::Unread => (StatusCode::INTERNAL_SERVER_ERROR, "PLUGIN_DIRECTORY_UNREADABLE"),
        ReloadError::Failed => (StatusCode::INTERNAL_SERVER_ERROR, "RELOAD_FAILED"),
    };
    Refusal::new(status, code, error.to_string())
}

fn serving(status: &PluginStatus) -> Option<ReloadedPlugin> {
    let serving = status.serving.as_ref()?;
    Some(ReloadedPlugin { name: status.name.clone()?, version: serving.version.clone() })
}
