//! The packages of a managed runtime: as they came, so that others can be filled
//! from here, and unpacked as long as they are here.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use davit_plugin::Digest;
use tempfile::NamedTempFile;

use super::{Tree, Volume, VolumeError, durable, entry, hash};

/// The packages on a volume.
#[derive(Debug)]
pub struct Packages {
    volume: Arc<Volume>,
    held: Mutex<BTreeMap<Digest, Held>>,
}

/// One package.
#[derive(Debug)]
struct Held {
    /// When it came, or when this process found it.
    since: Instant,
    /// Its files, once this process has verified them.
    tree: Option<Arc<Tree>>,
}

/// A package on its way in. What is dropped before it is kept is gone.
#[derive(Debug)]
pub struct Incoming(NamedTempFile);

/// What became of a package that came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It is new here.
    New,
    /// It was here already.
    Already,
}

impl Incoming {
    /// Another handle on the file, to write it.
    pub fn writer(&self) -> io::Result<File> {
        self.0.as_file().try_clone()
    }

    /// What the system said when it was written.
    pub fn failed(&self, source: io::Error) -> VolumeError {
        VolumeError::io(self.0.path(), source)
    }
}

impl Packages {
    /// Those that lie on the volume. Each is verified before it is used.
    pub fn of(volume: Arc<Volume>) -> Self {
        let since = Instant::now();
        let held = volume.packed.iter().map(|digest| (*digest, Held { since, tree: None })).collect();
        Self { volume, held: Mutex::new(held) }
    }

    /// The packages that are held.
    pub fn list(&self) -> Vec<Digest> {
        self.held().keys().copied().collect()
    }

    /// Where a package lies, if it is held.
    pub fn file(&self, digest: &Digest) -> Option<PathBuf> {
        self.held().contains_key(digest).then(|| self.path(digest))
    }

    /// A place for a package that comes in. Blocks on the disk.
    pub fn receive(&self) -> Result<Incoming, VolumeError> {
        let folder = self.folder();
        durable::beside(folder).map(Incoming).map_err(|source| VolumeError::io(folder, source))
    }

    /// Keeps a package that has come in and whose bytes have the digest `found`.
    /// It is unpacked and on the disk when this returns. Blocks on it.
    pub fn keep(&self, incoming: Incoming, digest: Digest, found: Digest) -> Result<Kept, VolumeError> {
        if found != digest {
            return Err(VolumeError::DigestMismatch { expected: digest, found });
        }
        let path = self.path(&digest);
        let failed = |source| VolumeError::io(&path, source);
        let file = incoming.0.as_file();
        let tree = std::thread::scope(|scope| {
            // The disk works on it while it is unpacked.
            let synced = scope.spawn(|| file.sync_all());
            let tree = self.volume.unpack(digest, incoming.0.reopen().map_err(failed)?)?;
            synced.join().map_err(|_| failed(io::Error::other("syncing it panicked")))?.map_err(failed)?;
            Ok::<_, VolumeError>(tree)
        })?;
        durable::publish(incoming.0, self.folder(), &entry::packed(&digest)).map_err(failed)?;
        let came = Held { since: Instant::now(), tree: Some(tree) };
        match self.held().insert(digest, came) {
            None => Ok(Kept::New),
            Some(_) => Ok(Kept::Already),
        }
    }

    /// Makes sure that a package is verified and unpacked; whether it is held. One
    /// whose bytes are not what they were is removed. Blocks on the disk.
    pub fn provide(&self, digest: &Digest) -> Result<bool, VolumeError> {
        match self.held().get(digest) {
            None => return Ok(false),
            Some(Held { tree: Some(_), .. }) => return Ok(true),
            Some(Held { tree: None, .. }) => {}
        }
        match self.verify(digest) {
            Ok(tree) => {
                if let Some(held) = self.held().get_mut(digest) {
                    held.tree.get_or_insert(tree);
                }
                Ok(true)
            }
            Err(error) if is_packages_fault(&error) => {
                tracing::error!(%digest, %error, "a package on the volume cannot be used: it is removed");
                self.remove(&mut self.held(), digest);
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    fn verify(&self, digest: &Digest) -> Result<Arc<Tree>, VolumeError> {
        let path = self.path(digest);
        let failed = |source| VolumeError::io(&path, source);
        let found = hash::digest(File::open(&path).map_err(failed)?).map_err(failed)?;
        if found != *digest {
            return Err(VolumeError::DigestMismatch { expected: *digest, found });
        }
        self.volume.unpack(*digest, File::open(&path).map_err(failed)?)
    }

    /// Removes every package that is not `named` and has been here for `age`.
    /// Blocks on the disk.
    pub fn collect(&self, named: &BTreeSet<Digest>, age: Duration) {
        let mut all = self.held();
        let old = |(digest, held): &(&Digest, &Held)| !named.contains(digest) && held.since.elapsed() >= age;
        let gone: Vec<Digest> = all.iter().filter(old).map(|(digest, _)| *digest).collect();
        for digest in gone {
            self.remove(&mut all, &digest);
        }
    }

    /// Under the lock: nobody may keep it anew in between.
    fn remove(&self, held: &mut MutexGuard<'_, BTreeMap<Digest, Held>>, digest: &Digest) {
        held.remove(digest);
        let path = self.path(digest);
        if let Err(error) = fs::remove_file(&path)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, path = %path.display(), "cannot remove a package");
        }
    }

    /// The folder that all lies in.
    pub(super) fn folder(&self) -> &Path {
        &self.volume.packages
    }

    fn path(&self, digest: &Digest) -> PathBuf {
        self.folder().join(entry::packed(digest))
    }

    fn held(&self) -> MutexGuard<'_, BTreeMap<Digest, Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the package is damaged or gone, rather than the disk in trouble.
fn is_packages_fault(error: &VolumeError) -> bool {
    match error {
        VolumeError::DigestMismatch { .. } => true,
        VolumeError::Unpack(error) => error.is_packages_fault(),
        VolumeError::Io { source, .. } => source.kind() == io::ErrorKind::NotFound,
        VolumeError::Full { .. } | VolumeError::InUse { .. } | VolumeError::NotAVolume { .. } => false,
    }
}
