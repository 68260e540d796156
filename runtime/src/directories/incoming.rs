//! Packages on their way in: an archive is unpacked beside the plugins and checked
//! as a pass would, before anything of them is touched.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use davit_plugin::package::{Limits, unpack_file};
use davit_plugin::{PluginName, Version};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::Root;
use super::davit_folder::{DavitFolder, Workplace};
use super::install_error::InstallError;
use super::scan::{Package, Packing};

/// Packages that come in at the same time; others wait.
const AT_ONCE: usize = 4;
/// So many may wait,
const WAITING: usize = 64;
/// and so long.
const QUEUE: Duration = Duration::from_secs(30);

/// The folder's name of whatever is in a package, in messages.
const SHOWN: &str = "package";

/// Takes packages in.
pub(super) struct Reception {
    roots: Vec<Root>,
    packing: Packing,
    places: Arc<Semaphore>,
    queue: Semaphore,
    /// A package is held in memory while it is packed.
    checking: Mutex<()>,
}

/// A place for a package that comes in. What is in it is removed when this is dropped.
pub struct Incoming {
    reception: Arc<Reception>,
    workplace: Workplace,
    place: OwnedSemaphorePermit,
}

/// A package that is unpacked in the plugins' file system and that a pass would take.
pub struct Staged {
    pub(super) name: PluginName,
    pub(super) version: Version,
    pub(super) tree: PathBuf,
    pub(super) package: Package,
    _workplace: Workplace,
    _place: OwnedSemaphorePermit,
}

impl Reception {
    pub(super) fn new(roots: Vec<Root>, packing: Packing) -> Self {
        Self {
            roots,
            packing,
            places: Arc::new(Semaphore::new(AT_ONCE)),
            queue: Semaphore::new(WAITING),
            checking: Mutex::new(()),
        }
    }

    /// A place for a package, as soon as there is one.
    pub(super) async fn receive(self: &Arc<Self>) -> Result<Incoming, InstallError> {
        let _queued = self.queue.try_acquire().map_err(|_| InstallError::Busy)?;
        let place = timeout(QUEUE, self.places.clone().acquire_owned()).await;
        let place = place.map_err(|_| InstallError::Busy)?.map_err(|_| InstallError::Busy)?;
        let reception = self.clone();
        off(move || {
            let davit = DavitFolder::of(&reception.roots).ok_or(InstallError::Nowhere)?;
            let workplace = davit.make_directory().and_then(|()| davit.incoming()).map_err(|source| {
                match source.kind() {
                    io::ErrorKind::NotFound => InstallError::Missing,
                    _ => InstallError::disk("make a folder in", davit.directory(), source),
                }
            })?;
            Ok(Incoming { reception, workplace, place })
        })
        .await
    }
}

impl Incoming {
    /// The file that the archive is to be written to, new.
    pub fn file(&self) -> Result<File, InstallError> {
        let path = self.archive();
        let file = File::options().write(true).create_new(true).open(&path);
        file.map_err(|source| InstallError::disk("make", &path, source))
    }

    /// The disk did not take a part of the archive.
    pub fn failed(&self, source: io::Error) -> InstallError {
        InstallError::disk("write", &self.archive(), source)
    }

    /// Unpacks what was written, of at most `limit` bytes, and checks it.
    pub async fn stage(self, limit: u64) -> Result<Staged, InstallError> {
        off(move || self.unpack(limit)).await
    }

    fn unpack(self, limit: u64) -> Result<Staged, InstallError> {
        let (archive, tree) = (self.archive(), self.workplace.path().join("tree"));
        let unpacked = unpack_file(&archive, &tree, &Limits { packed: limit, ..Limits::default() })?;
        fs::remove_file(&archive).map_err(|source| InstallError::disk("remove", &archive, source))?;
        let package = {
            let _one_at_a_time = self.reception.checking.lock().unwrap_or_else(PoisonError::into_inner);
            self.reception.packing.admit(&tree, SHOWN)?
        };
        sync(&tree, unpacked.entries).map_err(|source| InstallError::disk("write", &tree, source))?;
        let manifest = &package.candidate.contents.manifest;
        Ok(Staged {
            name: manifest.name.clone(),
            version: manifest.version.clone(),
            tree,
            package,
            _workplace: self.workplace,
            _place: self.place,
        })
    }

    fn archive(&self) -> PathBuf {
        self.workplace.path().join("archive")
    }
}

/// Does what blocks on the disk.
pub(super) async fn off<T: Send + 'static, E: From<tokio::task::JoinError> + Send + 'static>(
    work: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, E> {
    tokio::task::spawn_blocking(work).await?
}

/// Up to so many files are synced one by one, more with all else that the file system
/// has to write.
const FEW: usize = 256;

/// Brings a tree to the disk: it takes the place of one that was there for long.
fn sync(tree: &Path, entries: usize) -> io::Result<()> {
    if entries > FEW {
        return Ok(rustix::fs::syncfs(File::open(tree)?)?);
    }
    for entry in fs::read_dir(tree)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            sync(&entry.path(), 0)?;
        } else if kind.is_file() {
            File::open(entry.path())?.sync_all()?;
        }
    }
    File::open(tree)?.sync_all()
}
