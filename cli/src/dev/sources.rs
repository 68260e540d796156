//! The files that a build reads, by content: what it makes itself, `node_modules`
//! and dot entries are left out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::{fs, io};

use davit_plugin::Digest;

/// A folder's files with their digests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sources(BTreeMap<String, Digest>);

impl Sources {
    /// Reads all files of `folder`. Blocks on the disk.
    pub(super) fn read(folder: &Path) -> io::Result<Self> {
        let mut files = BTreeMap::new();
        let mut open = vec![(folder.to_owned(), String::new())];
        while let Some((at, prefix)) = open.pop() {
            for entry in fs::read_dir(at)? {
                let path = entry?.path();
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                if name.starts_with('.') || name == "node_modules" {
                    continue;
                }
                let relative = format!("{prefix}{name}");
                if path.is_dir() && !path.is_symlink() {
                    open.push((path, format!("{relative}/")));
                } else if let Ok(bytes) = fs::read(&path) {
                    files.insert(relative, Digest::of(&bytes));
                }
            }
        }
        Ok(Self(files))
    }

    /// The files outside of the build's `outputs`, which are first segments.
    pub(super) fn without(mut self, outputs: &BTreeSet<String>) -> Self {
        self.0.retain(|path, _| !path.split('/').next().is_some_and(|first| outputs.contains(first)));
        self
    }
}
