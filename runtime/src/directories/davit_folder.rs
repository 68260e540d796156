//! The folder `.davit` in a plugin directory: what Davit writes there, and no scan
//! sees.
//!
//! ```text
//! <directory>/.davit/enabled.json      what was turned on or off
//! <directory>/.davit/keys.json         keys that were made here
//! <directory>/.davit/keys.lock         locked by whoever writes what is of keys
//! <directory>/.davit/session.key       what sessions are signed with
//! <directory>/.davit/incoming/<n>/     a package on its way in
//! <directory>/.davit/outgoing/<n>/     a plugin on its way out
//! ```

use std::fs::{self, DirBuilder, File, TryLockError};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf, absolute};

use tempfile::TempDir;

use super::folders::{Root, has_manifest};
use crate::volume::durable;

const NAME: &str = ".davit";
const INCOMING: &str = "incoming";
const OUTGOING: &str = "outgoing";

/// `.davit` in one plugin directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DavitFolder {
    directory: PathBuf,
}

/// A folder of one upload or removal. What is in it is gone when this is dropped,
/// which blocks on the disk. It is locked, so that no other process takes it for a
/// leftover.
#[derive(Debug)]
pub(super) struct Workplace {
    folder: TempDir,
    _lock: File,
}

impl DavitFolder {
    /// In the first directory that Davit may write to: the first of several ships with
    /// the image and is never written to. None if there are only plugins.
    pub fn of(roots: &[Root]) -> Option<Self> {
        let is_directory = |root: &&Root| match root {
            Root::Directory(_) => true,
            Root::Named(path) => !has_manifest(path),
        };
        let mut own = roots.iter().skip(usize::from(first_is_built_in(roots)));
        Self::within(own.find(is_directory)?.path())
    }

    /// In this directory.
    pub(super) fn within(directory: &Path) -> Option<Self> {
        absolute(directory).ok().map(|directory| Self { directory })
    }

    /// The plugin directory.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The folder, which may not be there yet.
    pub fn path(&self) -> PathBuf {
        self.directory.join(NAME)
    }

    /// Makes the plugin directory, unless it is there, but nothing around it. Blocks on
    /// the disk.
    pub(super) fn make_directory(&self) -> io::Result<()> {
        if !self.directory.is_dir() {
            fs::create_dir(&self.directory)?;
            self.directory.parent().map_or(Ok(()), durable::sync)?;
        }
        Ok(())
    }

    /// Makes the folder, unless it is there, but not the directory around it. Blocks on
    /// the disk.
    pub fn make(&self) -> io::Result<PathBuf> {
        let folder = self.path();
        if !folder.is_dir() {
            fs::create_dir(&folder)?;
            durable::sync(&self.directory)?;
        }
        Ok(folder)
    }

    /// Writes a file in it whole, mode 0600; it is on the disk when this returns.
    pub fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        durable::write(bytes, &self.make()?, name)
    }

    /// A place for a package on its way in, in the plugins' own file system.
    pub(super) fn incoming(&self) -> io::Result<Workplace> {
        self.workplace(INCOMING)
    }

    /// A place for a plugin on its way out.
    pub(super) fn outgoing(&self) -> io::Result<Workplace> {
        self.workplace(OUTGOING)
    }

    /// Mode 0700, as is the place itself: nobody else can put a link in the way of a write.
    fn workplace(&self, kind: &str) -> io::Result<Workplace> {
        let around = self.make()?.join(kind);
        match DirBuilder::new().mode(0o700).create(&around) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        let folder = tempfile::Builder::new().prefix("").tempdir_in(&around)?;
        let lock = File::open(folder.path())?;
        match lock.try_lock() {
            Ok(()) => Ok(Workplace { folder, _lock: lock }),
            Err(error) => Err(error.into()),
        }
    }

    /// Removes what a process that was killed left behind. Blocks on the disk.
    pub(super) fn sweep(&self) {
        for kind in [INCOMING, OUTGOING] {
            let folder = self.path().join(kind);
            if let Err(error) = sweep(&folder)
                && error.kind() != io::ErrorKind::NotFound
            {
                tracing::warn!(%error, folder = %folder.display(), "cannot remove what was left there");
            }
        }
    }
}

impl Workplace {
    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Whether the first of these roots ships with the image (Buntime contract §1).
pub(super) fn first_is_built_in(roots: &[Root]) -> bool {
    roots.len() > 1 && matches!(roots[0], Root::Directory(_))
}

/// A link to a folder is nobody's leftover.
fn sweep(folder: &Path) -> io::Result<()> {
    if !folder.symlink_metadata()?.is_dir() {
        return Ok(());
    }
    for left in fs::read_dir(folder)? {
        let left = left?;
        if !left.file_type()?.is_dir() {
            fs::remove_file(left.path())?;
        } else if !is_in_use(&left.path())? {
            fs::remove_dir_all(left.path())?;
        }
    }
    Ok(())
}

/// File systems without locks are no reason to keep it.
fn is_in_use(folder: &Path) -> io::Result<bool> {
    Ok(matches!(File::open(folder)?.try_lock(), Err(TryLockError::WouldBlock)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is left of a place whose process was killed.
    fn killed(workplace: Workplace) -> PathBuf {
        workplace.folder.keep()
    }

    #[test]
    fn what_a_killed_process_left_is_swept_away_and_what_is_in_use_is_not() {
        let directory = tempfile::tempdir().unwrap();
        let davit = DavitFolder::within(directory.path()).unwrap();
        davit.sweep();
        assert!(!davit.path().exists(), "looking makes nothing");
        let (used, outgoing) = (davit.incoming().unwrap(), davit.outgoing().unwrap());
        fs::write(used.path().join("archive"), "x").unwrap();
        let left = killed(outgoing);
        fs::create_dir(left.join("below")).unwrap();
        fs::write(davit.path().join("incoming/file"), "x").unwrap();
        davit.sweep();
        assert!(used.path().join("archive").exists());
        assert!(!left.exists() && !davit.path().join("incoming/file").exists());
        let path = used.path().to_owned();
        drop(used);
        assert!(!path.exists());
    }

    #[test]
    fn a_link_in_place_of_the_folder_is_not_followed() {
        let (directory, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::create_dir(other.path().join("precious")).unwrap();
        let davit = DavitFolder::within(directory.path()).unwrap();
        std::os::unix::fs::symlink(other.path(), davit.make().unwrap().join("incoming")).unwrap();
        davit.sweep();
        assert!(other.path().join("precious").exists());
    }
}
