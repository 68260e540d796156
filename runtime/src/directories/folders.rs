//! In: roots. Out: the folders that may hold plugins, sorted.

use std::path::{Path, PathBuf};
use std::{fs, io};

use davit_plugin::manifest::FILE_NAMES;

use super::PluginFolder;
use super::davit_folder::first_is_built_in;

/// More folders than this below one root are not looked at.
pub(super) const MAX_FOLDERS: usize = 10_000;

/// Where plugins are looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Root {
    /// A folder of plugins: `dir/<name>/` and `dir/@scope/<name>/`.
    Directory(PathBuf),
    /// What a person named: a plugin's folder if it has a manifest, else a folder
    /// of plugins.
    Named(PathBuf),
}

impl Root {
    /// The path.
    pub fn path(&self) -> &Path {
        match self {
            Self::Directory(path) | Self::Named(path) => path,
        }
    }
}

/// A plugin directory, or a file of Davit's in one, that cannot be read. What is
/// known of it stays as it is: nobody knows whether its plugins are gone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot read {what}{path}: {why}; it is tried again, and what serves goes on")]
pub struct Unread {
    what: &'static str,
    path: String,
    why: String,
}

impl Unread {
    fn new(what: &'static str, path: &Path, why: String) -> Self {
        Self { what, path: path.display().to_string(), why }
    }

    fn directory(path: &Path, error: &io::Error) -> Self {
        let mut why = error.to_string();
        if error.kind() == io::ErrorKind::NotFound {
            why.push_str("; make it");
        }
        if path.to_string_lossy().contains(',') {
            why.push_str("; directories are separated by `:`, not by `,`");
        }
        Self::new("the plugin directory ", path, why)
    }

    /// A file of Davit's.
    pub(super) fn file(path: &Path, why: String) -> Self {
        Self::new("", path, why)
    }
}

/// Lists roots, and remembers each one's last listing.
pub(super) struct Lister {
    roots: Vec<(Root, Vec<String>)>,
    first_is_built_in: bool,
}

impl Lister {
    pub(super) fn new(roots: &[Root]) -> Self {
        let first_is_built_in = first_is_built_in(roots);
        Self { roots: roots.iter().map(|root| (root.clone(), Vec::new())).collect(), first_is_built_in }
    }

    /// The folders below all roots, and the roots that could not be read.
    pub(super) fn list(&mut self) -> (Vec<PluginFolder>, Vec<Unread>) {
        let (mut folders, mut unread) = (Vec::new(), Vec::new());
        for (number, (root, known)) in self.roots.iter_mut().enumerate() {
            match below(root, known) {
                Ok(found) => *known = found,
                Err(error) => {
                    unread.push(Unread::directory(root.path(), &error));
                }
            }
            let built_in = number == 0 && self.first_is_built_in;
            let folder = |relative: &String| PluginFolder {
                root: number,
                path: path(root.path(), relative),
                relative: shown(root.path(), relative),
                built_in,
                removable: !built_in && matches!(root, Root::Directory(_)),
            };
            folders.extend(known.iter().map(folder));
        }
        (folders, unread)
    }
}

/// Whether a folder has a manifest.
pub(super) fn has_manifest(folder: &Path) -> bool {
    FILE_NAMES.iter().any(|name| folder.join(name).is_file())
}

/// Nothing is joined to the path of the root itself, lest a slash comes to its end.
fn path(root: &Path, relative: &str) -> PathBuf {
    if relative.is_empty() { root.to_owned() } else { root.join(relative) }
}

/// The root itself is named by its own folder.
fn shown(root: &Path, relative: &str) -> String {
    match root.file_name() {
        Some(name) if relative.is_empty() => name.to_string_lossy().into_owned(),
        _ if relative.is_empty() => ".".to_owned(),
        _ => relative.to_owned(),
    }
}

/// The paths of a root's folders relative to it; the empty one is the root. What
/// was a plugin stays one while its manifest is away for a moment.
fn below(root: &Root, known: &[String]) -> io::Result<Vec<String>> {
    let was_plugin = known == [String::new()] && root.path().is_dir();
    if matches!(root, Root::Named(path) if has_manifest(path) || was_plugin) {
        return Ok(vec![String::new()]);
    }
    let mut found = Vec::new();
    for name in names(root.path())? {
        if name.starts_with('@') {
            let own = match names(&root.path().join(&name)) {
                // It was removed between the two looks.
                Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
                own => own?,
            };
            found.extend(own.into_iter().map(|own| format!("{name}/{own}")));
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

#[cfg(test)]
mod tests {
    use super::*;

    fn folders(lister: &mut Lister) -> (Vec<String>, usize) {
        let (folders, unread) = lister.list();
        (folders.into_iter().map(|folder| folder.relative).collect(), unread.len())
    }

    #[test]
    fn a_directory_that_cannot_be_read_keeps_what_was_known_of_it_and_harms_no_other() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let first = one.path().join("plugins");
        fs::create_dir_all(first.join("@s/a")).unwrap();
        fs::create_dir_all(two.path().join("b")).unwrap();
        let mut lister = Lister::new(&[Root::Directory(first.clone()), Root::Directory(two.path().into())]);
        assert_eq!(folders(&mut lister), (vec!["@s/a".into(), "b".into()], 0));
        fs::rename(&first, one.path().join("away")).unwrap();
        fs::create_dir_all(two.path().join("c")).unwrap();
        assert_eq!(folders(&mut lister), (vec!["@s/a".into(), "b".into(), "c".into()], 1));
    }

    #[test]
    fn of_a_directory_that_is_not_there_it_is_said_what_to_do() {
        let told = |path: &str| {
            let (_, unread) = Lister::new(&[Root::Directory(path.into())]).list();
            unread[0].to_string()
        };
        let missing = told("/nowhere/plugins");
        assert!(missing.contains("(os error 2); make it; it is tried again"), "{missing}");
        assert!(told("/nowhere/a,/nowhere/b").contains("; directories are separated by `:`, not by `,`"));
        let other = told("/dev/null");
        assert!(!other.contains("make it"), "{other}");
    }

    #[test]
    fn a_plugin_that_was_named_has_the_path_that_it_was_named_by() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("manifest.yaml"), "name: a\n").unwrap();
        let (folders, _) = Lister::new(&[Root::Named(root.path().into())]).list();
        assert_eq!(folders[0].path.as_os_str(), root.path().as_os_str());
    }

    #[test]
    fn a_named_folder_becomes_a_plugin_with_its_manifest_and_stays_one() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("below")).unwrap();
        let mut lister = Lister::new(&[Root::Named(root.path().into())]);
        assert_eq!(folders(&mut lister).0, ["below"]);
        let manifest = root.path().join("manifest.yaml");
        fs::write(&manifest, "name: a\n").unwrap();
        let own = root.path().file_name().unwrap().to_string_lossy().into_owned();
        assert_eq!(folders(&mut lister).0, std::slice::from_ref(&own));
        fs::remove_file(manifest).unwrap();
        assert_eq!(folders(&mut lister).0, [own]);
    }
}
