//! How one plugin fares, as `GET /plugins` says it.

use davit_engine::GroupStats;
use davit_plugin::Version;
use davit_plugin::plan::PlannedPlugin;
use davit_plugin::reason::{Problem, Reason};
use serde::Serialize;
use utoipa::ToSchema;

use super::relative::Relative;
use super::{Admin, Source};
use crate::assemble::Snapshot;
use crate::directories::{PluginStatus, State};

/// One folder of the plugin directories, or one plugin of a managed runtime's plan.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Plugin)]
pub(super) struct Listed {
    /// The name, or the folder of a plugin whose manifest cannot be read.
    pub(super) name: String,
    /// Where it is, relative to its plugin directory.
    path: String,
    /// Whether `DELETE /plugins/{name}` removes it.
    removable: bool,
    /// From where it came: `built-in` with the image, `uploaded` into a plugin directory,
    /// `managed` by an operator.
    #[schema(value_type = String, pattern = "^(built-in|uploaded|managed)$")]
    pub(super) source: &'static str,
    /// How it fares.
    pub(super) state: State,
    /// What serves of it; absent if nothing does.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    version: Option<Version>,
    /// Why it is not ready, in one word.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub(super) reason: Option<Reason>,
    /// Why, and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) message: Option<String>,
    /// How often the plugin's worker had to be replaced.
    #[serde(skip_serializing_if = "is_zero")]
    restarts: u64,
    /// How the last of them ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_restart: Option<String>,
}

/// Every plugin, whatever became of it.
pub(super) fn all(admin: &Admin) -> Vec<Listed> {
    let snapshot = admin.assembler.current();
    match &admin.source {
        Source::Directories(directories) => folders(&directories.statuses(), &snapshot),
        Source::Operator(_) => {
            snapshot.troubles().map(|(plugin, trouble)| Listed::managed(plugin, trouble, &snapshot)).collect()
        }
    }
}

/// What became of each folder at a pass.
pub(super) fn folders(statuses: &[PluginStatus], snapshot: &Snapshot) -> Vec<Listed> {
    let relative = Relative::to(statuses.iter().map(|status| &status.folder));
    statuses.iter().map(|status| Listed::folder(status, snapshot, &relative)).collect()
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl Listed {
    /// What became of a folder.
    fn folder(status: &PluginStatus, snapshot: &Snapshot, relative: &Relative) -> Self {
        let (state, problem) = status.now(snapshot);
        let worker = status.worker(snapshot).map(|running| running.group.stats()).unwrap_or_default();
        Self {
            name: status.label(),
            path: status.folder.relative.clone(),
            removable: status.folder.removable,
            source: if status.folder.built_in { "built-in" } else { "uploaded" },
            state,
            version: status.serving.as_ref().map(|serving| serving.version.clone()),
            reason: problem.as_ref().map(|problem| problem.reason),
            message: problem.map(|problem| relative.told(problem.message)),
            restarts: worker.restarts,
            last_restart: worker.last_end,
        }
    }

    /// Whether it should serve and does not, or not as what is on disk.
    pub(super) fn has_failed(&self) -> bool {
        !matches!(self.state, State::Ready | State::Disabled)
    }

    /// How a plugin of an operator's plan fares here.
    fn managed(plugin: &PlannedPlugin, trouble: Option<Problem>, snapshot: &Snapshot) -> Self {
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
fn state_of(trouble: Option<&Problem>) -> State {
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
