//! Plugins on disk, as their authors write them.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// A temporary plugin directory.
#[derive(Debug)]
pub struct Plugins(TempDir);

/// One plugin's folder. It goes with its directory.
#[derive(Debug, Clone)]
pub struct Folder(PathBuf);

impl Default for Plugins {
    fn default() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }
}

impl Plugins {
    /// An empty plugin directory.
    pub fn new() -> Self {
        Self::default()
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// A folder in it, made if need be.
    pub fn folder(&self, name: &str) -> Folder {
        let path = self.path().join(name);
        fs::create_dir_all(&path).expect("the folder can be made");
        Folder(path)
    }

    /// A plugin of this name, served under its name; `more` are further lines
    /// of the manifest, `code` is `plugin.ts`.
    pub fn plugin(&self, name: &str, more: &str, code: &str) -> Folder {
        self.folder(name).manifest(&format!("name: {name}\nbase: /{name}\n{more}")).file("plugin.ts", code)
    }
}

impl Folder {
    /// Its path.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Writes the manifest.
    #[must_use = "chain the next file, or drop the folder"]
    pub fn manifest(self, text: &str) -> Self {
        self.file("manifest.yaml", text)
    }

    /// Writes a file, and the folders it needs.
    #[must_use = "chain the next file, or drop the folder"]
    pub fn file(self, path: &str, text: &str) -> Self {
        self.write(path, text);
        self
    }

    /// Saves a file, as an editor does.
    pub fn write(&self, path: &str, text: &str) {
        let file = self.0.join(path);
        fs::create_dir_all(file.parent().expect("a file has a folder")).expect("the folder can be made");
        fs::write(file, text).expect("the file can be written");
    }

    /// Removes a file.
    pub fn remove(&self, path: &str) {
        fs::remove_file(self.0.join(path)).expect("the file is there");
    }
}
