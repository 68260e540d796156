//! Runs a folder's build script when its sources have changed since the last
//! time, and only then: what the build itself writes starts no other one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use davit_plugin::reason::{Problem, Reason};
use davit_runtime::directories::Build;
use tokio::sync::Mutex;

use super::sources::Sources;
use crate::build::{BuildArgs, Entries, has_script};
use crate::folders::PluginFolder;

/// Builds folders, and remembers what they were built from.
pub(super) struct Builder {
    args: BuildArgs,
    // Held across a build on purpose: builds run one after the other.
    built: Mutex<BTreeMap<PathBuf, LastBuild>>,
}

struct LastBuild {
    sources: Sources,
    outputs: BTreeSet<String>,
    result: Result<(), Problem>,
}

impl Builder {
    pub(super) fn new(args: BuildArgs) -> Self {
        Self { args, built: Mutex::default() }
    }

    async fn build_anew(
        &self,
        folder: &PluginFolder,
        outputs: &BTreeSet<String>,
        sources: Sources,
    ) -> LastBuild {
        // Without a manifest that can be read there are no entries to look for,
        // and the manifest's own fault is told by whoever reads it next.
        let entries = folder.manifest().ok().map(|manifest| Entries::of(folder.path(), &manifest));
        let built = self.args.build(folder.path()).await;
        let written = entries.map(|entries| entries.written()).unwrap_or_default();
        let outputs: BTreeSet<String> = outputs.union(&written).cloned().collect();
        let result = built.map(drop).map_err(|error| Problem::new(Reason::LoadFailed, error.to_string()));
        LastBuild { sources: sources.without(&outputs), outputs, result }
    }
}

#[async_trait]
impl Build for Builder {
    async fn build(&self, path: &Path) -> Result<(), Problem> {
        let Some(folder) = PluginFolder::at(path) else { return Ok(()) };
        let failed = |message: String| Problem::new(Reason::LoadFailed, message);
        if self.args.no_build || !has_script(path).map_err(|error| failed(error.to_string()))? {
            return Ok(());
        }
        let owned = path.to_owned();
        let read = tokio::task::spawn_blocking(move || Sources::read(&owned)).await;
        let sources = read
            .map_err(|error| failed(error.to_string()))?
            .map_err(|error| failed(format!("cannot read {}: {error}", path.display())))?;
        let mut built = self.built.lock().await;
        let outputs = built.get(path).map(|last| last.outputs.clone()).unwrap_or_default();
        let same = |last: &&LastBuild| last.sources == sources.clone().without(&last.outputs);
        if let Some(last) = built.get(path).filter(same) {
            return last.result.clone();
        }
        let last = self.build_anew(&folder, &outputs, sources).await;
        let result = last.result.clone();
        built.insert(path.to_owned(), last);
        result
    }
}
