//! In: roots. Out: the folders that may hold plugins, sorted.

use std::path::{Path, PathBuf};
use std::{fs, io};

use davit_plugin::manifest::FILE_NAMES;

use super::PluginFolder;

/// More folders than this below one root are not looked at.
const MAX_FOLDERS: usize = 10_000;

/// Where plugins are looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Root {
    /// A plugin's folder itself.
    Plugin(PathBuf),
    /// A folder of plugins: `dir/<name>/` and `dir/@scope/<name>/`.
    Directory(PathBuf),
}

impl Root {
    /// Takes a path as a person gives it: a folder with a manifest is a plugin,
    /// any other one a folder of plugins.
    pub fn of(path: &Path) -> Self {
        if has_manifest(path) { Self::Plugin(path.to_owned()) } else { Self::Directory(path.to_owned()) }
    }

    /// The path.
    pub fn path(&self) -> &Path {
        match self {
            Self::Plugin(path) | Self::Directory(path) => path,
        }
    }
}

/// Whether a folder has a manifest.
pub(super) fn has_manifest(folder: &Path) -> bool {
    FILE_NAMES.iter().any(|name| folder.join(name).is_file())
}

/// Lists the folders below all roots. A directory that cannot be read is an
/// error: nobody knows whether its plugins are gone.
pub(super) fn list(roots: &[Root]) -> io::Result<Vec<PluginFolder>> {
    let mut all = Vec::new();
    for (root, at) in roots.iter().enumerate() {
        match at {
            Root::Plugin(path) => {
                let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
                let relative = name.unwrap_or_else(|| ".".to_owned());
                all.push(PluginFolder { root, path: path.clone(), relative, built_in: false });
            }
            Root::Directory(path) => all.extend(below(path)?.into_iter().map(|relative| PluginFolder {
                root,
                path: path.join(&relative),
                relative,
                built_in: root == 0 && roots.len() > 1,
            })),
        }
    }
    Ok(all)
}

fn below(directory: &Path) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    for name in names(directory)? {
        if name.starts_with('@') {
            found.extend(names(&directory.join(&name))?.into_iter().map(|own| format!("{name}/{own}")));
        } else {
            found.push(name);
        }
    }
    found.truncate(MAX_FOLDERS);
    Ok(found)
}

/// The names of the folders in a folder, sorted, without dot entries and
/// `node_modules`.
fn names(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let is_plugin = !name.starts_with('.') && name != "node_modules" && entry.path().is_dir();
        names.extend(is_plugin.then_some(name));
    }
    names.sort_unstable();
    Ok(names)
}
