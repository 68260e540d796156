//! The runtime's volume: packages by digest, verified and unpacked; in a managed
//! runtime also packed, and with the plan that serves. Beside them the plugins' own
//! folders.
//!
//! ```text
//! <volume>/packages/<digest>-<n>/      one unpacked package, never changed
//! <volume>/packages/<digest>.tgz       one package as it came, kept to be read back
//! <volume>/packages/plan.json          the committed plan
//! <volume>/data/<plugin>/              one plugin's own folder
//! ```
//!
//! Packages that are packed and the plan are written whole or not at all, and are on the disk before
//! anybody is told. A runtime that is not managed neither uses nor removes them.

mod committed;
mod data;
pub(crate) mod durable;
mod entry;
mod error;
mod hash;
mod left;
mod packages;
mod tree;

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io::{Cursor, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use davit_plugin::Digest;
use davit_plugin::package::{Limits, unpack};

pub use data::{Data, DataFolder};
pub use error::VolumeError;
pub use hash::{Hasher, digest};
pub use packages::{Incoming, Kept, Packages};
pub use tree::Tree;

/// The volume. Trees are made by this process only: those that an earlier one
/// left are removed at the start, so nothing is served that was not verified.
#[derive(Debug)]
pub struct Volume {
    packages: PathBuf,
    data: Data,
    /// The packages that lay there as they came.
    packed: Vec<Digest>,
    _lock: File,
    unpacked: AtomicU64,
    trees: Mutex<BTreeMap<Digest, Weak<Tree>>>,
}

impl Volume {
    /// Opens the volume at `root`, making it if need be, without packages.
    pub fn open(root: &Path) -> Result<Self, VolumeError> {
        let lock = lock(root)?;
        let failed = |source| VolumeError::io(root, source);
        // Absolute, since workers have another working directory.
        let root = root.canonicalize().map_err(failed)?;
        let packages = root.join("packages");
        fs::create_dir_all(&packages).map_err(failed)?;
        let packed = entry::forget(&packages)?;
        let data = Data::open(root.join("data"))?;
        Ok(Self { packages, data, packed, _lock: lock, unpacked: AtomicU64::new(0), trees: Mutex::default() })
    }

    /// The plugins' own folders.
    pub fn data(&self) -> &Data {
        &self.data
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
        self.unpack(digest, Cursor::new(bytes))
    }

    /// Unpacks a package whose bytes have that digest, unless it is unpacked.
    fn unpack(&self, digest: Digest, archive: impl Read + Seek) -> Result<Arc<Tree>, VolumeError> {
        if let Some(tree) = self.tree(&digest) {
            return Ok(tree);
        }
        // Each unpacking has a folder of its own: an older one of the same
        // package may be on its way out.
        let number = self.unpacked.fetch_add(1, Ordering::Relaxed);
        let into = self.packages.join(entry::tree(&digest, number));
        unpack(archive, &into, &Limits::default())?;
        let tree = Arc::new(Tree::new(digest, into));
        let mut trees = self.trees();
        if let Some(sooner) = trees.get(&digest).and_then(Weak::upgrade) {
            return Ok(sooner);
        }
        trees.retain(|_, tree| tree.strong_count() > 0);
        trees.insert(digest, Arc::downgrade(&tree));
        Ok(tree)
    }
}

/// Held as long as the process lives: the packages of a running runtime are
/// nobody else's to remove.
fn lock(root: &Path) -> Result<File, VolumeError> {
    let path = root.to_owned();
    let failed = |source| VolumeError::io(root, source);
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
mod data_tests;
#[cfg(test)]
mod tests;
