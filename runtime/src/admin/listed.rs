//! How one plugin fares, as `GET /plugins` says it.

use davit_engine::GroupStats;
use davit_plugin::Version;
use davit_plugin::plan::PlannedPlugin;
use davit_plugin::reason::{Problem, Reason};
use serde::Serialize;

use crate::assemble::Snapshot;
use crate::directories::{PluginStatus, State};

/// One folder of the plugin directories, or one plugin of a managed runtime's plan.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Listed {
    name: String,
    path: String,
    removable: bool,
    source: &'static str,
    state: State,
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

impl Listed {
    /// What became of a folder.
    pub(super) fn folder(status: &PluginStatus, snapshot: &Snapshot) -> Self {
        let (state, problem) = status.now(snapshot);
        let worker = status.worker(snapshot).map(|running| running.group.stats()).unwrap_or_default();
        Self {
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
    }

    /// How a plugin of an operator's plan fares here.
    pub(super) fn managed(plugin: &PlannedPlugin, trouble: Option<Problem>, snapshot: &Snapshot) -> Self {
        let worker = worker(plugin, snapshot).unwrap_or_default();
        Self {
            name: plugin.name.to_string(),
            path: format!("packages/{}.tgz", plugin.digest.hex()),
            removable: false,
            source: "managed",
            state: state_of(trouble.as_ref()),
            version: Some(plugin.version.clone()),
            reason: trouble.as_ref().map(|problem| problem.reason),
            message: trouble.map(|problem| problem.message),
            restarts: worker.restarts,
            last_restart: worker.last_end,
        }
    }
}

/// The state of a plugin of an operator's plan, by why it does not run.
pub(super) fn state_of(trouble: Option<&Problem>) -> State {
    match trouble.map(|problem| problem.reason) {
        None => State::Ready,
        Some(Reason::RolloutInProgress) => State::Starting,
        Some(Reason::WorkerCrashLooping) => State::Restarting,
        Some(_) => State::Failed,
    }
}

fn worker(plugin: &PlannedPlugin, snapshot: &Snapshot) -> Option<GroupStats> {
    let (_, served) = snapshot.plugin(&plugin.name)?;
    Some(served.code.as_ref()?.runs.as_ref().ok()?.group.stats())
}
