//! The plugins' own folders. One stays for a day after its plugin has left, and
//! the clock for that lies on the disk, so that no restart sets it back.
//!
//! ```text
//! <volume>/data/<plugin>/       one plugin's own, e.g. data/@scope/name
//! <volume>/data/.left.json      since when plugins that have a folder are gone
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use davit_plugin::PluginName;
use tempfile::TempDir;

use super::entry::INCOMING_PREFIX;
use super::left::Left;
use super::{VolumeError, left};

/// How long a folder stays after its plugin has left (interfaces §8).
const KEPT: Duration = Duration::from_hours(24);
/// The most folders that one look removes.
const AT_ONCE: usize = 64;
/// What the names of folders on their way out start with: no plugin's name does.
const GONE_PREFIX: &str = ".davit-gone-";

/// All folders.
#[derive(Debug)]
pub struct Data {
    root: PathBuf,
    used: Mutex<BTreeMap<PluginName, Weak<DataFolder>>>,
}

/// One plugin's own folder. Whoever lets a plugin write to it holds this: it is
/// not removed before that ends.
#[derive(Debug)]
pub struct DataFolder(PathBuf);

impl DataFolder {
    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Data {
    /// Those below `root`, which is made if need be. Blocks on the disk.
    pub(super) fn open(root: PathBuf) -> Result<Self, VolumeError> {
        let failed = |source| VolumeError::io(&root, source);
        make(&root).map_err(failed)?;
        for entry in fs::read_dir(&root).map_err(failed)? {
            forget(&entry.map_err(failed)?).map_err(failed)?;
        }
        Ok(Self { root, used: Mutex::default() })
    }

    /// A plugin's folder, which only the runtime's user can enter; made if it is
    /// not there. Blocks on the disk.
    pub fn folder(&self, plugin: &PluginName) -> Result<Arc<DataFolder>, VolumeError> {
        let mut used = self.used();
        if let Some(folder) = used.get(plugin).and_then(Weak::upgrade) {
            return Ok(folder);
        }
        let path = self.path(plugin);
        let scope = path.parent().filter(|scope| **scope != *self.root);
        for folder in scope.into_iter().chain([&*path]) {
            make(folder).map_err(|source| VolumeError::io(folder, source))?;
        }
        let folder = Arc::new(DataFolder(path));
        used.retain(|_, folder| folder.strong_count() > 0);
        used.insert(plugin.clone(), Arc::downgrade(&folder));
        Ok(folder)
    }

    /// Starts the clock of every folder whose plugin is not `present`, stops that of
    /// those who have come back, and takes out what has been gone for a day: it is
    /// removed when the answer is dropped. Blocks on the disk.
    pub fn look_over(
        &self,
        present: &BTreeSet<PluginName>,
        now: SystemTime,
    ) -> Result<Vec<TempDir>, VolumeError> {
        let now = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        // Held until they are out: nobody may be given one of them in between.
        let used = self.used();
        let is_used = |plugin: &PluginName| used.get(plugin).is_some_and(|folder| folder.strong_count() > 0);
        let failed = |source| VolumeError::io(&self.root, source);
        let before = left::read(&self.root);
        let (mut after, mut out) = (Left::new(), Vec::new());
        for plugin in self.list().map_err(failed)? {
            if present.contains(&plugin) {
                continue;
            }
            // A clock that was set back begins anew rather than never end.
            let since = before.get(&plugin).copied().unwrap_or(now).min(now);
            if now - since >= KEPT.as_secs() && !is_used(&plugin) && out.len() < AT_ONCE {
                out.push(self.take_out(&plugin).map_err(failed)?);
                tracing::info!(%plugin, "its data is removed: it has been gone for a day");
            } else {
                after.insert(plugin, since);
            }
        }
        if after != before {
            left::write(&self.root, &after).map_err(failed)?;
        }
        Ok(out)
    }

    /// The plugins that have a folder. What else lies there is not the runtime's.
    fn list(&self) -> io::Result<Vec<PluginName>> {
        let mut all = Vec::new();
        for name in folders(&self.root)? {
            if name.starts_with('@') {
                let own = folders(&self.root.join(&name))?;
                all.extend(own.iter().filter_map(|own| format!("{name}/{own}").parse().ok()));
            } else {
                all.extend(name.parse());
            }
        }
        Ok(all)
    }

    /// Takes a folder out of the way at once, however much there is to remove.
    fn take_out(&self, plugin: &PluginName) -> io::Result<TempDir> {
        let gone = tempfile::Builder::new().prefix(GONE_PREFIX).tempdir_in(&self.root)?;
        fs::rename(self.path(plugin), gone.path().join("data"))?;
        Ok(gone)
    }

    fn path(&self, plugin: &PluginName) -> PathBuf {
        self.root.join(plugin.as_str())
    }

    fn used(&self) -> MutexGuard<'_, BTreeMap<PluginName, Weak<DataFolder>>> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Removes what an earlier process did not come to remove, or left half-written.
fn forget(entry: &fs::DirEntry) -> io::Result<()> {
    let name = entry.file_name();
    match name.to_string_lossy() {
        name if name.starts_with(GONE_PREFIX) => fs::remove_dir_all(entry.path()),
        name if name.starts_with(INCOMING_PREFIX) => fs::remove_file(entry.path()),
        _ => Ok(()),
    }
}

/// Makes a folder for the runtime's user alone, if it is not there. A link in its
/// place is none.
fn make(path: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let there = fs::symlink_metadata(path)?.is_dir();
            if there { Ok(()) } else { Err(io::ErrorKind::NotADirectory.into()) }
        }
        made => made,
    }
}

/// The names of the folders in a folder; links are none.
fn folders(at: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(at)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            names.extend(entry.file_name().into_string());
        }
    }
    Ok(names)
}
