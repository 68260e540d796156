//! `GET /plugins` and `GET /plugins/loaded`.

use axum::Json;
use axum::extract::State;
use davit_plugin::manifest::Menu;
use davit_plugin::reason::Reason;
use davit_plugin::{Base, PluginName, Version};
use serde::Serialize;

use super::Admin;
use crate::directories::{PluginStatus, State as PluginState};

/// One folder of the plugin directories.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Listed {
    name: String,
    path: String,
    removable: bool,
    source: &'static str,
    state: PluginState,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<Version>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    /// How often the plugin's worker had to be replaced.
    #[serde(skip_serializing_if = "is_zero")]
    restarts: u64,
    /// How the last of them ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_restart: Option<String>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// One plugin that serves.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Loaded {
    name: PluginName,
    base: Option<Base>,
    dependencies: Vec<PluginName>,
    optional_dependencies: Vec<PluginName>,
    menus: Vec<Menu>,
}

/// Every folder, whatever became of it.
pub(super) async fn list(State(admin): State<Admin>) -> Json<Vec<Listed>> {
    let snapshot = admin.assembler.current();
    let listed = |status: &PluginStatus| {
        let (state, problem) = status.now(&snapshot);
        let worker = status.worker(&snapshot).map(|running| running.group.stats()).unwrap_or_default();
        Listed {
            name: status.label(),
            path: status.folder.relative.clone(),
            // No call removes a plugin yet.
            removable: false,
            source: if status.folder.built_in { "built-in" } else { "uploaded" },
            state,
            version: status.serving.as_ref().map(|serving| serving.version.clone()),
            reason: problem.as_ref().map(|problem| problem.reason),
            message: problem.map(|problem| problem.message),
            restarts: worker.restarts,
            last_restart: worker.last_end,
        }
    };
    Json(admin.directories.statuses().iter().map(listed).collect())
}

/// What serves, in start order.
pub(super) async fn loaded(State(admin): State<Admin>) -> Json<Vec<Loaded>> {
    let snapshot = admin.assembler.current();
    let loaded = snapshot.plan().plugins.iter().map(|plugin| {
        let links = |required: bool| {
            let links = plugin.dependencies.iter().filter(|link| link.required == required);
            links.map(|link| link.name.clone()).collect()
        };
        Loaded {
            name: plugin.name.clone(),
            base: plugin.base.clone(),
            dependencies: links(true),
            optional_dependencies: links(false),
            menus: plugin.menus.clone(),
        }
    });
    Json(loaded.collect())
}
