//! In: the path of a folder that a person named. Out: its package.

use std::path::{Path, PathBuf};

use crate::build::{BuildArgs, Built};
use crate::folders::PluginFolder;
use crate::package::{Package, PackageError, package};
use crate::say;

/// A plugin's folder and its package.
#[derive(Debug)]
pub struct Named {
    /// The folder.
    pub folder: PluginFolder,
    /// The package.
    pub package: Package,
}

/// Why there is no package.
#[derive(Debug, thiserror::Error)]
pub enum NamedError {
    /// The folder holds no manifest.
    #[error("there is no plugin in {}: name the folder that has its manifest.yaml", .0.display())]
    NoPlugin(PathBuf),
    /// The folder gives no package.
    #[error(transparent)]
    Package(#[from] PackageError),
}

impl Named {
    /// Builds, packs and proves.
    pub async fn make(path: &Path, args: &BuildArgs) -> Result<Self, NamedError> {
        let folder = PluginFolder::at(path).ok_or_else(|| NamedError::NoPlugin(path.to_owned()))?;
        let package = package(&folder, args).await?;
        if let (true, Built::Done { output, .. }) = (args.verbose, &package.built) {
            say::note(output.trim_end());
        }
        Ok(Self { folder, package })
    }
}

impl NamedError {
    /// Prints it, with all that a build printed if that is wanted.
    pub(crate) fn say(&self, verbose: bool) {
        let Self::Package(error) = self else { return say::error(self) };
        if let Some(output) = error.build_output().filter(|_| verbose) {
            say::note(output.trim_end());
        }
        error.lines().iter().for_each(say::error);
    }
}
