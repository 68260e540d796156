//! In: paths that a person named. Out: the plugin folders there. Looks only
//! which files there are.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use davit_plugin::Manifest;
use davit_plugin::contents::ContentsError;
use davit_plugin::manifest::{FILE_NAMES, MAX_SIZE};

/// A folder with a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PluginFolder {
    path: PathBuf,
    manifest: PathBuf,
}

/// Why no plugin folder was found.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// There is none.
    #[error("there is no plugin in {}: it needs a manifest.yaml, in the folder itself or one level below; `davit new` makes one", path.display())]
    None {
        /// The path as it was named.
        path: PathBuf,
    },
    /// The path is not a folder, or cannot be read.
    #[error("cannot read the folder {}: {source}", path.display())]
    Io {
        /// The path.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
}

/// The plugin folders among `paths` and, where a path is none itself, in it:
/// `path/<name>/` and `path/@scope/<name>/` (Buntime contract §1). Dot entries
/// and `node_modules` are skipped. Sorted within a path; none twice.
pub fn find(paths: &[PathBuf]) -> Result<Vec<PluginFolder>, FolderError> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for path in paths {
        let mut folders = at(path)?;
        folders
            .retain(|folder| seen.insert(folder.path.canonicalize().unwrap_or_else(|_| folder.path.clone())));
        found.append(&mut folders);
    }
    Ok(found)
}

fn at(path: &Path) -> Result<Vec<PluginFolder>, FolderError> {
    if let Some(folder) = PluginFolder::at(path) {
        return Ok(vec![folder]);
    }
    let mut found = Vec::new();
    for below in subfolders(path)? {
        match PluginFolder::at(&below) {
            Some(folder) => found.push(folder),
            None if is_scope(&below) => {
                found.extend(subfolders(&below)?.iter().filter_map(|path| PluginFolder::at(path)));
            }
            None => {}
        }
    }
    if found.is_empty() { Err(FolderError::None { path: path.to_owned() }) } else { Ok(found) }
}

fn subfolders(path: &Path) -> Result<Vec<PathBuf>, FolderError> {
    let failed = |source| FolderError::Io { path: path.to_owned(), source };
    let mut folders = Vec::new();
    for entry in fs::read_dir(path).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if !name.starts_with('.') && name != "node_modules" && entry.path().is_dir() {
            folders.push(if path == Path::new(".") { name.as_ref().into() } else { entry.path() });
        }
    }
    folders.sort();
    Ok(folders)
}

fn is_scope(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('@'))
}

impl PluginFolder {
    /// `path`, if it is a folder with a manifest.
    pub fn at(path: &Path) -> Option<Self> {
        let manifest = FILE_NAMES.iter().map(|name| path.join(name)).find(|file| file.is_file())?;
        Some(Self { path: path.to_owned(), manifest })
    }

    /// The folder as it was named.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The manifest's file.
    pub fn manifest_file(&self) -> &Path {
        &self.manifest
    }

    /// Reads the manifest, and nothing of what it names.
    pub fn manifest(&self) -> Result<Manifest, ContentsError> {
        let mut text = String::new();
        let read = |file: File| file.take(MAX_SIZE as u64 + 1).read_to_string(&mut text);
        let read = File::open(&self.manifest).and_then(read);
        read.map_err(|source| ContentsError::Io { path: self.manifest.clone(), source })?;
        Ok(Manifest::parse(&self.manifest.display().to_string(), &text)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plugins(paths: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for path in paths {
            let file = folder.path().join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, "name: x\n").unwrap();
        }
        folder
    }

    fn found(root: &Path, paths: &[&str]) -> Vec<String> {
        let paths: Vec<PathBuf> = paths.iter().map(|path| root.join(path)).collect();
        let folders = find(&paths).unwrap();
        folders.iter().map(|folder| folder.path().strip_prefix(root).unwrap().display().to_string()).collect()
    }

    #[test]
    fn finds_a_plugin_or_a_folder_of_plugins() {
        let root = plugins(&[
            "b/manifest.yaml",
            "a/manifest.yml",
            "@s/c/manifest.yaml",
            "no/README.md",
            "deep/er/manifest.yaml",
            ".git/manifest.yaml",
            "node_modules/manifest.yaml",
        ]);
        assert_eq!(found(root.path(), &["."]), ["@s/c", "a", "b"]);
        assert_eq!(found(root.path(), &["b"]), ["b"]);
        assert_eq!(found(root.path(), &["b", "b/", "@s", "a"]), ["b", "@s/c", "a"]);
    }

    #[test]
    fn a_path_without_plugins_is_an_error() {
        let root = plugins(&["no/README.md"]);
        assert!(matches!(find(&[root.path().to_owned()]), Err(FolderError::None { .. })));
        for path in ["gone", "no/README.md"] {
            assert!(matches!(find(&[root.path().join(path)]), Err(FolderError::Io { .. })), "{path}");
        }
    }
}
