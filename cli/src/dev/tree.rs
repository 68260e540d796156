//! The folders below those that a person named, and around the files, each with a
//! watch of its own.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use notify::{RecommendedWatcher, RecursiveMode, Watcher};

use super::given::Given;
use crate::folders::PluginFolder;

/// Device, inode and birth: a folder that was removed and made again often gets
/// the inode that has just become free.
type Identity = (u64, u64, SystemTime);

/// The watched folders.
pub(super) struct Tree {
    watcher: RecommendedWatcher,
    given: Given,
    /// By real path, so that none is watched twice. Where the file system keeps
    /// no births there is no identity, and the folder is watched anew each time.
    folders: BTreeMap<PathBuf, Option<Identity>>,
}

impl Tree {
    /// Watches nothing yet.
    pub(super) fn new(watcher: RecommendedWatcher, given: Given) -> Self {
        Self { watcher, given, folders: BTreeMap::new() }
    }

    /// Watches the folders that are new and forgets those that are gone.
    pub(super) fn refresh(&mut self) {
        // A watch follows its folder to another name: those that no longer are
        // what they were end before any begins.
        self.forget(|path, was| was.is_none() || identity(path) != *was);
        let mut there = BTreeMap::new();
        for root in self.given.folders.clone() {
            let path = real(&root);
            // Links to plugins stand in a folder of plugins or in one of its scopes.
            let links = if PluginFolder::at(&path).is_some() { Links::Left } else { Links::Followed };
            self.visit(&path, links, &mut there);
        }
        for folder in self.given.around_files() {
            let folder = real(&folder);
            if !there.contains_key(&folder) {
                self.watch(&folder, &mut there);
            }
        }
        self.forget(|path, _| !there.contains_key(path));
        self.folders = there;
    }

    fn forget(&mut self, gone: impl Fn(&Path, &Option<Identity>) -> bool) {
        let Self { watcher, folders, .. } = self;
        folders.retain(|path, was| {
            let gone = gone(path, was);
            if gone {
                let _gone_with_its_folder = watcher.unwatch(path);
            }
            !gone
        });
    }

    /// Watches a folder, then looks into it: what comes later is an event.
    fn visit(&mut self, folder: &Path, links: Links, there: &mut BTreeMap<PathBuf, Option<Identity>>) {
        if there.contains_key(folder) || !self.watch(folder, there) {
            return;
        }
        let Ok(entries) = fs::read_dir(folder) else { return };
        for entry in entries.filter_map(Result::ok) {
            let (name, path) = (entry.file_name(), entry.path());
            let name = name.to_string_lossy();
            if name == "node_modules" || name.starts_with('.') || !path.is_dir() {
                continue;
            }
            match links {
                _ if !path.is_symlink() => {
                    let scope = links == Links::Followed && name.starts_with('@');
                    self.visit(&path, if scope { Links::Followed } else { Links::Left }, there);
                }
                Links::Followed => self.visit_linked(&real(&path), there),
                Links::Left => {}
            }
        }
    }

    /// A link may lead anywhere: all of its target is watched only if that is a
    /// plugin, else the manifest to come is.
    fn visit_linked(&mut self, target: &Path, there: &mut BTreeMap<PathBuf, Option<Identity>>) {
        match PluginFolder::at(target) {
            Some(_) => self.visit(target, Links::Left, there),
            None if !there.contains_key(target) => {
                self.watch(target, there);
            }
            None => {}
        }
    }

    /// Watches one folder unless it is; false if that cannot be done.
    fn watch(&mut self, folder: &Path, there: &mut BTreeMap<PathBuf, Option<Identity>>) -> bool {
        let identity = identity(folder);
        if !self.folders.contains_key(folder)
            && let Err(error) = self.watcher.watch(folder, RecursiveMode::NonRecursive)
        {
            if folder.is_dir() {
                tracing::warn!(%error, folder = %folder.display(), "cannot watch a folder: changes in it are not seen");
            }
            return false;
        }
        there.insert(folder.to_owned(), identity);
        true
    }
}

/// Whether folders are watched that links lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Links {
    Followed,
    Left,
}

fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

fn identity(path: &Path) -> Option<Identity> {
    let metadata = fs::symlink_metadata(path).ok()?;
    Some((metadata.dev(), metadata.ino(), metadata.created().ok()?))
}
