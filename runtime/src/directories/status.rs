//! How each plugin fares, for `/plugins`, the log and `davit dev`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use davit_engine::GroupState;
use davit_plugin::plan::Outcome;
use davit_plugin::reason::{Problem, Reason};
use davit_plugin::{Base, Digest, PluginName, Version};
use serde::Serialize;

use super::PluginFolder;
use super::wanted::{self, Sorted};
use crate::assemble::{Running, Snapshot};

/// How a plugin fares, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum State {
    /// What is on disk serves.
    Ready,
    /// An older package serves; the reason says why not the newest.
    LastGood,
    /// Nothing serves yet.
    Starting,
    /// It serves, but its worker is being replaced.
    Restarting,
    /// Turned off.
    Disabled,
    /// Nothing serves; the reason says why.
    Failed,
}

/// How the plugin of one folder fares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PluginStatus {
    /// Its name, once its manifest could be read.
    pub name: Option<PluginName>,
    /// Its folder.
    pub folder: PluginFolder,
    /// What serves of it.
    pub serving: Option<Serving>,
    /// Why the newest package does not serve.
    pub problem: Option<Problem>,
}

/// What serves of a plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Serving {
    /// The package's version.
    pub version: Version,
    /// The package.
    pub digest: Digest,
    /// The path segment it is served under.
    pub base: Option<Base>,
    /// What counts the reloads by hand.
    pub reload: Option<String>,
}

pub(super) fn of(sorted: Sorted, outcomes: Vec<Outcome>) -> Vec<PluginStatus> {
    let Sorted { wanted, folders, turned_off, aside } = sorted;
    let told = |folder: &PluginFolder, problem: Problem| match problem.reason {
        Reason::Disabled if turned_off.contains(&folder.path) => wanted::turned_off(),
        _ => located(folder, problem),
    };
    let running =
        wanted.into_iter().zip(folders).zip(outcomes).map(|((wanted, folder), outcome)| PluginStatus {
            name: Some(wanted.name),
            serving: outcome.runs.map(|candidate| Serving {
                version: candidate.contents.manifest.version.clone(),
                digest: candidate.digest,
                base: candidate.contents.manifest.base.clone(),
                reload: candidate.reload,
            }),
            problem: outcome.problem.map(|problem| told(&folder, problem)),
            folder,
        });
    let aside = aside.into_iter().map(|(folder, name, problem)| PluginStatus {
        name,
        folder,
        serving: None,
        problem: Some(problem),
    });
    let mut all: Vec<PluginStatus> = running.chain(aside).collect();
    all.sort_by(|a, b| a.folder.cmp(&b.folder));
    all
}

/// A worker knows places only in the package (`plugin.js:3:1: …`); the author
/// knows them in the folder. A pass names the folder already (`./manifest.yaml:1: …`).
fn located(folder: &PluginFolder, problem: Problem) -> Problem {
    let file = Path::new(problem.message.split(':').next().unwrap_or_default());
    let is_located = file.is_absolute() || (file.starts_with(&folder.path) && file.is_file());
    let known = !file.as_os_str().is_empty() && !is_located && folder.path.join(file).is_file();
    match known {
        true => Problem::new(problem.reason, format!("{}/{}", folder.path.display(), problem.message)),
        false => problem,
    }
}

impl PluginStatus {
    /// The name, or the folder while there is none.
    pub fn label(&self) -> String {
        self.name.as_ref().map_or_else(|| self.folder.relative.clone(), ToString::to_string)
    }

    /// Logs what is not as it was before.
    pub(super) fn log_changes(&self, before: Option<&Self>) {
        let (label, path) = (self.label(), self.path().display());
        match &self.serving {
            Some(serving) if before.and_then(|before| before.serving.as_ref()) != Some(serving) => {
                tracing::info!(version = %serving.version, "[PluginLoader] Loaded: {label} ({path})");
            }
            _ => {}
        }
        match &self.problem {
            Some(problem) if before.and_then(|before| before.problem.as_ref()) != Some(problem) => {
                let (reason, serving) = (problem.reason, self.serving.is_some());
                tracing::warn!(plugin = label, %reason, serving, "{}", problem.message);
            }
            _ => {}
        }
    }

    /// The folder's path.
    pub fn path(&self) -> &PathBuf {
        &self.folder.path
    }

    /// The state and the reason for it, with what its worker is doing now.
    pub fn now(&self, snapshot: &Snapshot) -> (State, Option<Problem>) {
        let reason = self.problem.as_ref().map(|problem| problem.reason);
        let state = match (&self.serving, reason) {
            (Some(_), None) => State::Ready,
            (Some(_), Some(_)) => State::LastGood,
            (None, Some(Reason::RolloutInProgress)) => State::Starting,
            (None, Some(Reason::Disabled)) => State::Disabled,
            (None, _) => State::Failed,
        };
        match self.worker_problem(snapshot) {
            Some(problem) => (State::Restarting, Some(problem)),
            None => (state, self.problem.clone()),
        }
    }

    /// Whether it is turned off, by whomever.
    pub(super) fn is_off(&self) -> bool {
        self.problem.as_ref().is_some_and(|problem| problem.reason == Reason::Disabled)
    }

    /// The group that runs its code.
    pub fn worker<'a>(&self, snapshot: &'a Snapshot) -> Option<&'a Arc<Running>> {
        self.serving.as_ref()?;
        let (_, served) = snapshot.plugin(self.name.as_ref()?)?;
        served.code.as_ref()?.runs.as_ref().ok()
    }

    fn worker_problem(&self, snapshot: &Snapshot) -> Option<Problem> {
        match self.worker(snapshot)?.state() {
            GroupState::Restarting { message } | GroupState::CrashLooping { message } => {
                Some(Problem::new(Reason::WorkerCrashLooping, message))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_told_in_its_folder_and_not_twice() {
        let path = PathBuf::from(".");
        let folder = PluginFolder { root: 0, path, relative: ".".into(), built_in: false, removable: false };
        let told = |message: &str| located(&folder, Problem::new(Reason::LoadFailed, message)).message;
        assert_eq!(told("Cargo.toml:1:22: no"), "./Cargo.toml:1:22: no");
        for same in ["./Cargo.toml:1:22: no", "/dev/null:1: no", "gone.ts:1:1: no", "no: no", ""] {
            assert_eq!(told(same), same);
        }
    }
}
