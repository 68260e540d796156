//! The folder whose folders are the packages that resources name.

use std::path::{Path, PathBuf};
use std::{fs, io};

use davit_plugin::{Digest, PluginName};
use rustix::fs::{CWD, RenameFlags, renameat_with};
use tempfile::TempDir;

/// Packages from resources, each in a folder of its plugin's name.
#[derive(Debug)]
pub(super) struct Place {
    root: PathBuf,
    /// Where packages are made ready, on the same file system.
    staging: PathBuf,
}

/// What lies in a plugin's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Placed {
    /// Files that came one by one.
    Files,
    /// An unpacked package.
    Package(Digest),
}

impl Place {
    /// The place in this folder.
    pub(super) fn in_folder(folder: &Path) -> io::Result<Self> {
        let place = Self { root: folder.join("sources"), staging: folder.join("staging") };
        fs::create_dir_all(&place.root)?;
        fs::create_dir_all(&place.staging)?;
        Ok(place)
    }

    /// The folder of plugins.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// A folder to put a package's files into: `package` in it is not there yet.
    pub(super) fn stage(&self) -> io::Result<TempDir> {
        tempfile::Builder::new().prefix("package-").tempdir_in(&self.staging)
    }

    /// Makes a staged package the plugin's, at one moment.
    pub(super) fn put(&self, name: &PluginName, package: &Path) -> io::Result<()> {
        let folder = self.folder(name);
        if let Some(scope) = folder.parent() {
            fs::create_dir_all(scope)?;
        }
        match folder.exists() {
            // The older one lies in the staging folder then, and goes with it.
            true => Ok(renameat_with(CWD, package, CWD, &folder, RenameFlags::EXCHANGE)?),
            false => fs::rename(package, &folder),
        }
    }

    /// Removes the plugin's package, if there is one.
    pub(super) fn remove(&self, name: &PluginName) -> io::Result<()> {
        let folder = self.folder(name);
        if !folder.exists() {
            return Ok(());
        }
        // At one moment too: half of a package is never seen.
        let away = self.stage()?;
        fs::rename(folder, away.path().join("package"))
    }

    fn folder(&self, name: &PluginName) -> PathBuf {
        self.root.join(name.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_replaced_whole_and_nothing_is_left_of_the_older_one() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::in_folder(folder.path()).unwrap();
        let name = "@acme/hello".parse().unwrap();
        for (file, text) in [("a", "1"), ("b", "2")] {
            let stage = place.stage().unwrap();
            let package = stage.path().join("package");
            fs::create_dir(&package).unwrap();
            fs::write(package.join(file), text).unwrap();
            place.put(&name, &package).unwrap();
        }
        let there = place.root().join("@acme/hello");
        assert!(!there.join("a").exists() && there.join("b").exists());
        place.remove(&name).unwrap();
        place.remove(&name).unwrap();
        assert!(!there.exists());
        assert_eq!(fs::read_dir(folder.path().join("staging")).unwrap().count(), 0);
    }
}
