//! How the plugins of a group fare: one that is being tried, and one that serves.

use std::sync::Arc;

use davit_engine::{GroupState, PluginFailure};
use davit_plugin::PluginName;
use davit_plugin::plan::PluginState;
use davit_plugin::reason::{Problem, Reason};

use super::running::Running;
use crate::volume::VolumeError;

/// The group that runs a plugin's code, or why nothing does.
pub type Runs = Result<Arc<Running>, Unstarted>;

/// Why a group was not even started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unstarted {
    /// What concerns all of its plugins.
    All(Problem),
    /// What some of its plugins cannot be started with; the others are innocent.
    Some(Vec<PluginFailure>),
}

impl From<Problem> for Unstarted {
    fn from(problem: Problem) -> Self {
        Self::All(problem)
    }
}

/// How far a plugin of a group that is being tried has come.
pub(super) fn of(runs: &Runs, plugin: &PluginName) -> PluginState {
    let running = match runs {
        Ok(running) => running,
        Err(Unstarted::All(problem)) => return PluginState::Failed(problem.clone()),
        Err(Unstarted::Some(failures)) => return failed(failures, plugin),
    };
    match running.state() {
        GroupState::Starting => PluginState::Pending,
        // A group that was ready once stays in the plan while its worker is
        // replaced.
        GroupState::Ready | GroupState::Restarting { .. } | GroupState::CrashLooping { .. } => {
            PluginState::Ready
        }
        GroupState::Stopped => PluginState::Failed(stopped()),
        GroupState::Failed(failures) => failed(&failures, plugin),
    }
}

fn failed(failures: &[PluginFailure], plugin: &PluginName) -> PluginState {
    own(failures, plugin).map_or(PluginState::Ready, |problem| PluginState::Failed(problem.clone()))
}

/// Why a plugin of a plan that serves does not run; none if it does, also while
/// its worker is replaced for once.
pub(super) fn trouble(runs: &Runs, plugin: &PluginName) -> Option<Problem> {
    let running = match runs {
        Ok(running) => running,
        Err(Unstarted::All(problem)) => return Some(problem.clone()),
        Err(Unstarted::Some(failures)) => {
            return own(failures, plugin).cloned().or_else(|| anothers(failures));
        }
    };
    match running.state() {
        GroupState::Ready | GroupState::Restarting { .. } => None,
        GroupState::Starting => {
            Some(Problem::new(Reason::RolloutInProgress, "it is still starting on this replica"))
        }
        GroupState::CrashLooping { message } => Some(Problem::new(Reason::WorkerCrashLooping, message)),
        GroupState::Stopped => Some(stopped()),
        GroupState::Failed(failures) => own(&failures, plugin).cloned().or_else(|| anothers(&failures)),
    }
}

/// The package of a plan that serves is not on the volume.
pub(super) fn package_missing() -> Problem {
    Problem::new(
        Reason::ReplicasLagging,
        "its package is not on this replica's volume: the operator puts it there as soon as it can",
    )
}

/// A group that may only start once another one has ended.
pub(super) fn waits() -> Problem {
    Problem::new(Reason::RolloutInProgress, "it starts as soon as its other version has ended")
}

/// A plugin's own folder cannot be made.
pub(super) fn no_folder(error: &VolumeError) -> Problem {
    let reason = if error.is_full() { Reason::VolumeFull } else { Reason::LoadFailed };
    Problem::new(reason, format!("its folder for data cannot be made: {error}"))
}

fn stopped() -> Problem {
    Problem::new(Reason::LoadFailed, "its group was stopped: reload")
}

fn own<'a>(failures: &'a [PluginFailure], plugin: &PluginName) -> Option<&'a Problem> {
    failures.iter().find(|failure| failure.plugin == *plugin).map(|failure| &failure.problem)
}

fn anothers(failures: &[PluginFailure]) -> Option<Problem> {
    let PluginFailure { plugin, problem, .. } = failures.first()?;
    let message = format!("{plugin}, which is linked to it, fails: {}", problem.message);
    Some(Problem::new(Reason::DependencyNotReady, message))
}
