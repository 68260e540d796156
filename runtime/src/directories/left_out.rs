//! In: folders that are no plugins. Out: a warning for each that holds something, since
//! its manifest may be a level deeper, or forgotten.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The folders that were told of.
#[derive(Debug, Default)]
pub(super) struct LeftOut(BTreeSet<PathBuf>);

impl LeftOut {
    /// Warns of those that are new. Looks at the disk.
    pub(super) fn tell(&mut self, folders: impl Iterator<Item = PathBuf>) {
        for folder in self.new_ones(folders) {
            tracing::warn!("{} has no manifest.yaml at its top: it is left out", folder.display());
        }
    }

    /// The folders that hold something and did not the last time. Those that are gone
    /// are forgotten.
    fn new_ones(&mut self, folders: impl Iterator<Item = PathBuf>) -> Vec<PathBuf> {
        let now: BTreeSet<PathBuf> = folders.filter(|folder| holds_something(folder)).collect();
        let new = now.difference(&self.0).cloned().collect();
        self.0 = now;
        new
    }
}

/// A folder that nobody may look into, as `lost+found`, is no plugin that somebody meant.
fn holds_something(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_told_of_once_and_an_empty_one_only_when_something_comes() {
        let root = tempfile::tempdir().unwrap();
        let folders = ["full", "empty"].map(|name| root.path().join(name));
        folders.iter().for_each(|folder| fs::create_dir(folder).unwrap());
        let [full, empty] = &folders;
        fs::write(full.join("index.html"), "x").unwrap();
        let mut left_out = LeftOut::default();
        let mut told = || left_out.new_ones(folders.iter().cloned());
        assert_eq!(told(), std::slice::from_ref(full));
        assert_eq!(told(), Vec::<PathBuf>::new());
        fs::write(empty.join("index.html"), "x").unwrap();
        assert_eq!(told(), std::slice::from_ref(empty));
    }
}
