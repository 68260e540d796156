//! Runs a folder's build script when its files have changed since the last time,
//! and only then: what the build itself writes starts no other one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use davit_plugin::reason::{Problem, Reason};
use davit_runtime::directories::Build;
use tokio::sync::Mutex;

use super::made::{self, Made};
use super::sources::Sources;
use crate::build::{BuildArgs, has_script};
use crate::folders::PluginFolder;

/// Builds folders, and remembers what they were built from.
pub(super) struct Builder {
    args: BuildArgs,
    /// What lies here are packages: they hold all that they need.
    packages: PathBuf,
    // Held across a build on purpose: builds run one after the other.
    built: Mutex<BTreeMap<PathBuf, LastBuild>>,
}

struct LastBuild {
    /// The folder as it was built: one that equals it needs no other build.
    from: Sources,
    /// The folder as the build left it.
    after: Sources,
    made: Made,
    result: Result<(), Problem>,
}

impl Builder {
    /// Builds no folder below `packages`.
    pub(super) fn new(args: BuildArgs, packages: &Path) -> Self {
        Self { args, packages: packages.to_owned(), built: Mutex::default() }
    }

    async fn build_anew(
        &self,
        folder: &PluginFolder,
        mut made: Made,
        before: Sources,
    ) -> Result<LastBuild, Problem> {
        // Without a manifest that can be read there are no entries, and its
        // fault is told by whoever reads it next.
        let entries = folder.manifest().map(|manifest| made::entries(&manifest)).unwrap_or_default();
        let built = self.args.build(folder.path()).await;
        let after = read(folder.path()).await?;
        let from = made.built(&before, after.clone(), &entries);
        Ok(LastBuild { from, after, made, result: built.map(drop).map_err(failed) })
    }
}

#[async_trait]
impl Build for Builder {
    async fn build(&self, path: &Path) -> Result<(), Problem> {
        let Some(folder) = PluginFolder::at(path) else { return Ok(()) };
        if self.args.no_build || path.starts_with(&self.packages) || !has_script(path).map_err(failed)? {
            return Ok(());
        }
        let mut built = self.built.lock().await;
        let now = read(path).await?;
        let made = match built.get(path) {
            Some(last) if last.from == now => return last.result.clone(),
            Some(last) => last.made.clone().without(&last.after.differing(&now)),
            None => Made::default(),
        };
        let last = self.build_anew(&folder, made, now).await?;
        let result = last.result.clone();
        built.insert(path.to_owned(), last);
        result
    }
}

async fn read(path: &Path) -> Result<Sources, Problem> {
    let owned = path.to_owned();
    let read = tokio::task::spawn_blocking(move || Sources::read(&owned)).await.map_err(failed)?;
    read.map_err(|error| failed(format!("cannot read {}: {error}", path.display())))
}

#[allow(clippy::needless_pass_by_value, reason = "it stands where errors are mapped")]
fn failed(error: impl ToString) -> Problem {
    Problem::new(Reason::LoadFailed, error.to_string())
}
