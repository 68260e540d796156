//! The runtime's volume: packages by digest, verified and unpacked.
//!
//! ```text
//! <volume>/packages/<digest>-<n>/      one unpacked package, never changed
//! ```

mod tree;

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::{fs, io};

use davit_plugin::Digest;
use davit_plugin::package::{Limits, STAGING_PREFIX, UnpackError, unpack_bytes};

pub use tree::Tree;

/// The volume. Trees are made by this process only: what an earlier one left is
/// removed at the start, so nothing is served that was not verified.
#[derive(Debug)]
pub struct Volume {
    packages: PathBuf,
    _lock: File,
    unpacked: AtomicU64,
    trees: Mutex<BTreeMap<Digest, Weak<Tree>>>,
}

/// A package could not be put on the volume.
#[derive(Debug, thiserror::Error)]
pub enum VolumeError {
    /// The bytes are not those that the digest names.
    #[error("the package's bytes have the digest {found}, not {expected}: fetch it again")]
    DigestMismatch {
        /// The digest that was asked for.
        expected: Digest,
        /// The digest of the bytes.
        found: Digest,
    },
    /// The bytes are no package.
    #[error(transparent)]
    Unpack(#[from] UnpackError),
    /// Another runtime has the volume.
    #[error("the volume at {path} is in use by another runtime: give each its own")]
    InUse {
        /// The volume.
        path: PathBuf,
    },
    /// The folder is somebody else's.
    #[error("{path} is not Davit's, so its folder is no volume: give the runtime a folder of its own")]
    NotAVolume {
        /// What lies there.
        path: PathBuf,
    },
    /// The volume cannot be used.
    #[error("cannot use the volume at {path}: {source}; check that it exists and is writable")]
    Io {
        /// The folder.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

impl Volume {
    /// Opens the volume at `root`, making it if need be, without packages.
    pub fn open(root: &Path) -> Result<Self, VolumeError> {
        let lock = lock(root)?;
        let failed = |source| VolumeError::Io { path: root.to_owned(), source };
        // Absolute, since workers have another working directory.
        let packages = root.canonicalize().map_err(failed)?.join("packages");
        fs::create_dir_all(&packages).map_err(failed)?;
        forget(&packages)?;
        Ok(Self { packages, _lock: lock, unpacked: AtomicU64::new(0), trees: Mutex::default() })
    }

    fn trees(&self) -> MutexGuard<'_, BTreeMap<Digest, Weak<Tree>>> {
        self.trees.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The unpacked package, if the volume holds it.
    pub fn tree(&self, digest: &Digest) -> Option<Arc<Tree>> {
        self.trees().get(digest)?.upgrade()
    }

    /// Verifies and unpacks a package; one that is held already is not unpacked
    /// again. Blocks on the disk.
    pub fn admit(&self, digest: Digest, bytes: &[u8]) -> Result<Arc<Tree>, VolumeError> {
        let found = Digest::of(bytes);
        if found != digest {
            return Err(VolumeError::DigestMismatch { expected: digest, found });
        }
        if let Some(tree) = self.tree(&digest) {
            return Ok(tree);
        }
        // Each unpacking has a folder of its own: an older one of the same
        // package may be on its way out.
        let number = self.unpacked.fetch_add(1, Ordering::Relaxed);
        let into = self.packages.join(format!("{}-{number}", digest.hex()));
        unpack_bytes(bytes, &into, &Limits::default())?;
        let tree = Arc::new(Tree::new(digest, into));
        let mut trees = self.trees();
        trees.retain(|_, tree| tree.strong_count() > 0);
        trees.insert(digest, Arc::downgrade(&tree));
        Ok(tree)
    }
}

/// Removes what an earlier process unpacked, and nothing else: a folder that
/// holds anything of somebody else's is not a volume.
fn forget(packages: &Path) -> Result<(), VolumeError> {
    let failed = |source| VolumeError::Io { path: packages.to_owned(), source };
    let entries: Vec<_> =
        fs::read_dir(packages).map_err(failed)?.collect::<Result<_, _>>().map_err(failed)?;
    if let Some(foreign) = entries.iter().find(|entry| !is_ours(&entry.file_name().to_string_lossy())) {
        return Err(VolumeError::NotAVolume { path: foreign.path() });
    }
    entries.iter().try_for_each(|entry| fs::remove_dir_all(entry.path())).map_err(failed)
}

/// `<digest>-<n>`, or what was left of an unpacking.
fn is_ours(name: &str) -> bool {
    let digest = |hex: &str| hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    let unpacked =
        name.split_once('-').is_some_and(|(hex, number)| digest(hex) && number.parse::<u64>().is_ok());
    unpacked || name.starts_with(STAGING_PREFIX)
}

/// Held as long as the process lives: the packages of a running runtime are
/// nobody else's to remove.
fn lock(root: &Path) -> Result<File, VolumeError> {
    let path = root.to_owned();
    let failed = |source| VolumeError::Io { path: path.clone(), source };
    fs::create_dir_all(root).map_err(failed)?;
    let open = File::options().create(true).write(true).truncate(false).open(root.join("lock"));
    let file = open.map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(VolumeError::InUse { path }),
        Err(TryLockError::Error(source)) => Err(VolumeError::Io { path, source }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use davit_plugin::package::{PackOptions, pack};

    fn package(name: &str) -> (Digest, Vec<u8>) {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("manifest.yaml"), format!("name: {name}\n")).unwrap();
        let packed = pack(folder.path(), &PackOptions::default()).unwrap();
        (packed.digest, packed.bytes)
    }

    #[test]
    fn takes_no_bytes_but_those_that_the_digest_names() {
        let root = tempfile::tempdir().unwrap();
        let volume = Volume::open(root.path()).unwrap();
        let ((digest, _), (_, other)) = (package("one"), package("other"));
        assert!(matches!(volume.admit(digest, &other), Err(VolumeError::DigestMismatch { .. })));
        assert!(volume.tree(&digest).is_none());
    }

    #[test]
    fn keeps_a_package_as_long_as_something_uses_it() {
        let root = tempfile::tempdir().unwrap();
        let volume = Volume::open(root.path()).unwrap();
        let (digest, bytes) = package("one");
        let tree = volume.admit(digest, &bytes).unwrap();
        assert!(Arc::ptr_eq(&tree, &volume.admit(digest, &bytes).unwrap()));
        let files = tree.root().to_owned();
        drop(tree);
        assert!(volume.tree(&digest).is_none() && !files.exists());
        assert!(volume.admit(digest, &bytes).unwrap().root().join("manifest.yaml").is_file());
    }

    #[test]
    fn takes_no_folder_that_holds_something_of_somebody_elses() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("packages/react")).unwrap();
        assert!(matches!(Volume::open(root.path()), Err(VolumeError::NotAVolume { .. })));
        assert!(root.path().join("packages/react").exists());
    }

    #[test]
    fn belongs_to_one_runtime_and_forgets_what_an_earlier_one_left() {
        let root = tempfile::tempdir().unwrap();
        let volume = Volume::open(root.path()).unwrap();
        assert!(matches!(Volume::open(root.path()), Err(VolumeError::InUse { .. })));
        drop(volume);
        let left = root.path().join("packages").join(format!("{}-3", Digest::of(b"").hex()));
        fs::create_dir_all(&left).unwrap();
        Volume::open(root.path()).unwrap();
        assert!(!left.exists());
    }
}
