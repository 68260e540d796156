//! `POST /plugins/reload`: what is on disk goes live, every group anew.

use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use davit_plugin::{PluginName, Version};
use http::StatusCode;
use serde::Serialize;

use super::{Admin, Source, refuse};
use crate::directories::{PluginStatus, ReloadError};
use crate::dispatch::Refusal;

#[derive(Debug, Serialize)]
struct Reloaded {
    ok: bool,
    plugins: Vec<Plugin>,
}

#[derive(Debug, Serialize)]
struct Plugin {
    name: PluginName,
    version: Version,
}

/// Lists only the plugins that really serve after the reload.
pub(super) async fn reload(State(admin): State<Admin>, request: Request) -> Response {
    let Source::Directories(directories) = &admin.source else {
        return super::managed::fallback(State(admin), request).await;
    };
    match directories.reload().await {
        Ok(statuses) => {
            let plugins = statuses.iter().filter_map(serving).collect();
            Json(Reloaded { ok: true, plugins }).into_response()
        }
        Err(error) => {
            let (status, code) = match error {
                ReloadError::Stopped => (StatusCode::SERVICE_UNAVAILABLE, "STOPPING"),
                ReloadError::Unread => (StatusCode::INTERNAL_SERVER_ERROR, "PLUGIN_DIRECTORY_UNREADABLE"),
                ReloadError::Failed => (StatusCode::INTERNAL_SERVER_ERROR, "RELOAD_FAILED"),
            };
            refuse(Refusal::new(status, code, error.to_string()), &request)
        }
    }
}

fn serving(status: &PluginStatus) -> Option<Plugin> {
    let serving = status.serving.as_ref()?;
    Some(Plugin { name: status.name.clone()?, version: serving.version.clone() })
}
