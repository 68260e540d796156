//! A plugin folder's files by content, without `node_modules` and dot entries.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::{fs, io};

use davit_plugin::Digest;

/// A folder's files, by their paths relative to it, with their digests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sources(BTreeMap<String, Digest>);

impl Sources {
    /// Reads all files of `folder`; a folder in it that goes away meanwhile has
    /// none. Blocks on the disk.
    pub(super) fn read(folder: &Path) -> io::Result<Self> {
        let mut files = BTreeMap::new();
        let mut open = vec![(folder.to_owned(), String::new())];
        while let Some((at, prefix)) = open.pop() {
            let entries = match fs::read_dir(at) {
                Err(error) if error.kind() == io::ErrorKind::NotFound && !prefix.is_empty() => continue,
                entries => entries?,
            };
            for entry in entries {
                let path = entry?.path();
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                if name.starts_with('.') || name == "node_modules" {
                    continue;
                }
                let relative = format!("{prefix}{name}");
                if path.is_dir() && !path.is_symlink() {
                    open.push((path, format!("{relative}/")));
                } else if path.is_file()
                    && let Ok(bytes) = fs::read(&path)
                {
                    files.insert(relative, Digest::of(&bytes));
                }
            }
        }
        Ok(Self(files))
    }

    /// Whether there is such a file.
    pub(super) fn has(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }

    /// The files that are only here, only in `other`, or not the same in both.
    pub(super) fn differing(&self, other: &Self) -> BTreeSet<String> {
        let all = self.0.keys().chain(other.0.keys());
        all.filter(|path| self.0.get(*path) != other.0.get(*path)).cloned().collect()
    }

    /// These files, but those at `paths` as they are in `other`, or missing as
    /// they are there.
    pub(super) fn with(mut self, paths: &BTreeSet<String>, other: &Self) -> Self {
        for path in paths {
            match other.0.get(path) {
                Some(digest) => self.0.insert(path.clone(), *digest),
                None => self.0.remove(path),
            };
        }
        self
    }

    /// Files for tests: path and content.
    #[cfg(test)]
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        Self(files.iter().map(|(path, text)| ((*path).to_owned(), Digest::of(text.as_bytes()))).collect())
    }
}
