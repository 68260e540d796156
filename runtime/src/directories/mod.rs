//! Plugin directories: folders on disk become the plan that serves, without a
//! cluster and without an operator.
//!
//! ```text
//! list folders → (build) → pack → keep on the volume → wanted → arrange → prepare → judge → commit → report
//! ```
//!
//! Each pass starts from what is on disk and what serves. A folder that cannot
//! be used keeps its last good package; one that is gone is removed. What was turned
//! on or off by hand is remembered beside the plugins. Packages that are installed and
//! plugins that are removed move between two passes:
//!
//! ```text
//! archive → receive → unpack → check as a pass would → exchange the folders → pass
//! ```

mod davit_folder;
mod declared;
mod fingerprint;
mod folders;
mod follow;
mod handle;
mod incoming;
mod install;
mod install_error;
mod left_out;
mod owners;
mod pass;
mod remove;
mod scan;
mod status;
mod switches;
mod wanted;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use davit_plugin::reason::Problem;

pub use davit_folder::DavitFolder;
pub use declared::{Declarations, Declared};
pub use folders::{Root, Unread};
pub use follow::follow;
pub use handle::{Handle, Installed, ReloadError};
pub use incoming::{Incoming, Staged};
pub use install_error::{DiskError, InstallError, RemoveError};
pub use scan::AdmitError;
pub use status::{PluginStatus, Serving, State};
pub use switches::SwitchError;

/// What is done in a folder before it is packed.
#[async_trait]
pub trait Build: Send + Sync + 'static {
    /// Makes the folder's files ready. Called at every pass: does nothing if
    /// nothing has changed.
    async fn build(&self, folder: &Path) -> Result<(), Problem>;
}

/// How directories are followed.
#[derive(Clone)]
pub struct Options {
    /// Where plugins are, in order of precedence.
    pub roots: Vec<Root>,
    /// Whether `node_modules` belong to packages.
    pub node_modules: bool,
    /// What is done in a folder before it is packed.
    pub build: Option<Arc<dyn Build>>,
    /// What resources declare about the plugins.
    pub declarations: Declarations,
    /// How long the first plan waits for groups that are still starting.
    pub first_settle: Duration,
    /// How long each later plan waits.
    pub settle: Duration,
}

/// A folder that may hold a plugin.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PluginFolder {
    /// Its place among the roots.
    pub root: usize,
    /// The folder.
    pub path: PathBuf,
    /// Its path relative to its root.
    pub relative: String,
    /// Whether it is in the first of several directories, which ships with the
    /// image and is not changed (Buntime contract §1).
    pub built_in: bool,
    /// Whether a call may replace or remove it: what ships with the image stays, and so
    /// does what is below a path that a person named, where its author works.
    pub removable: bool,
}

#[cfg(test)]
mod tests;
