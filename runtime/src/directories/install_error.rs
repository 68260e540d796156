//! Why a package was not installed, or a plugin not removed.

use std::io;
use std::path::{Path, PathBuf};

use davit_plugin::PluginName;
use davit_plugin::package::UnpackError;
use tokio::task::JoinError;

use super::handle::ReloadError;
use super::scan::AdmitError;

/// A package was not installed. Unless it says otherwise, everything is as it was.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// There is no plugin directory, only a plugin.
    #[error(
        "there is no plugin directory to put it into, only a plugin's own folder: start with a folder of plugins"
    )]
    Nowhere,
    /// The directory is not there, and neither is the one around it.
    #[error("the plugin directory is not there: make it")]
    Missing,
    /// Too many packages come in.
    #[error("too many packages are on their way in: try again in a moment")]
    Busy,
    /// The archive cannot be unpacked.
    #[error(transparent)]
    Unpack(#[from] UnpackError),
    /// What it holds is no plugin that could be served.
    #[error(transparent)]
    Refused(#[from] AdmitError),
    /// The name means something else here.
    #[error("a plugin cannot be named {name}: {why}; rename it")]
    Reserved {
        /// The name.
        name: PluginName,
        /// What it means.
        why: &'static str,
    },
    /// There are as many as are looked at.
    #[error("the plugin directory holds {0} folders, and no more are looked at: remove plugins first")]
    Full(usize),
    /// It ships with the image.
    #[error("{0} ships with this runtime and is on: disable it first, or give yours another name")]
    BuiltIn(PluginName),
    /// A person works in its folder, or in one that is where it would go.
    #[error("{0} is a folder of yours that `davit dev` follows: change it there")]
    Followed(PluginName),
    /// Something else is where it would go.
    #[error(
        "the folder {folder} in the plugin directory is there and is not {name}'s: rename one of the two"
    )]
    Taken {
        /// The plugin.
        name: PluginName,
        /// The folder, relative to the directory.
        folder: String,
    },
    /// A link leads out of the directory on the way.
    #[error(
        "the folder {folder} lies outside of the plugin directory, where nothing is changed: replace the link to it by a folder"
    )]
    Outside {
        /// The folder, relative to the directory.
        folder: String,
    },
    /// The disk said no.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// The process ends, and nobody knows how far it came.
    #[error("the runtime is shutting down: ask the next one")]
    Stopped,
    /// It is installed, and counts from the next pass that succeeds.
    #[error("it is installed, but {0}")]
    Later(ReloadError),
}

/// A plugin was not removed. Unless it says otherwise, everything is as it was.
#[derive(Debug, thiserror::Error)]
pub enum RemoveError {
    /// There is none of this name.
    #[error("there is no plugin {0}: GET /plugins lists those there are")]
    Unknown(PluginName),
    /// It ships with the image.
    #[error("{0} ships with this runtime and cannot be removed: disable it")]
    BuiltIn(PluginName),
    /// A person works in its folder.
    #[error("{0} is a folder of yours that `davit dev` follows: delete it there")]
    Followed(PluginName),
    /// A link leads out of the directory on the way.
    #[error(
        "the folder {folder} lies outside of the plugin directory, where nothing is changed: remove it by hand"
    )]
    Outside {
        /// The folder, relative to the directory.
        folder: String,
    },
    /// The disk said no.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// The process ends, and nobody knows how far it came.
    #[error("the runtime is shutting down: ask the next one")]
    Stopped,
    /// It is removed, and leaves with the next pass that succeeds.
    #[error("it is removed, but {0}")]
    Later(ReloadError),
}

/// The disk said no. Names a path of the machine: for the log, and for nobody outside.
#[derive(Debug, thiserror::Error)]
#[error("cannot {doing} {}: {source}", path.display())]
pub struct DiskError {
    doing: &'static str,
    path: PathBuf,
    source: io::Error,
}

impl DiskError {
    pub(super) fn new(doing: &'static str, path: &Path, source: io::Error) -> Self {
        Self { doing, path: path.to_owned(), source }
    }

    /// Whether there is no room.
    pub fn is_full(&self) -> bool {
        matches!(self.source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
    }
}

impl InstallError {
    pub(super) fn disk(doing: &'static str, path: &Path, source: io::Error) -> Self {
        DiskError::new(doing, path, source).into()
    }
}

/// A task is cut off only with its process.
impl From<JoinError> for InstallError {
    fn from(_: JoinError) -> Self {
        Self::Stopped
    }
}

impl From<JoinError> for RemoveError {
    fn from(_: JoinError) -> Self {
        Self::Stopped
    }
}
