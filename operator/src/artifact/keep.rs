//! Packages by digest, on disk: bounded, and good after a restart, for what is
//! found is hashed again before it counts.
//!
//! Packages stay on disk; in memory there is only what they hold.

mod shelf;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use davit_plugin::Digest;
use davit_plugin::contents::Listing;
use davit_plugin::reason::Problem;
use tempfile::NamedTempFile;
use tokio::sync::Semaphore;

use super::fetch::{FetchError, Fetched, blocking};
use super::verify::{Verified, VerifyError, verify};
use shelf::Shelf;

/// The names of what is under way begin with this.
pub(crate) const TEMPORARY: &str = ".under-way-";
/// What is under way for longer was left behind: a fetch ends before.
const LEFT_BEHIND: Duration = Duration::from_mins(15);
/// How many packages are unpacked at the same time.
const AT_ONCE: usize = 2;

/// Packages by digest, on disk.
#[derive(Debug)]
pub struct Keep {
    folder: PathBuf,
    shelf: Mutex<Shelf>,
    turns: Semaphore,
}

/// A package cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// Other bytes.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// No plugin's package.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// The operator's disk says no.
    #[error("the operator cannot keep the package: {0}; look at the disk of its cache")]
    Io(#[from] io::Error),
}

impl Keep {
    /// Opens the folder, which is made if need be. Its packages may take
    /// `max_bytes`; the largest one always has room.
    pub fn open(folder: &Path, max_bytes: u64) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        sweep(folder)?;
        let shelf = Mutex::new(Shelf::of(folder, max_bytes)?);
        Ok(Self { folder: folder.to_owned(), shelf, turns: Semaphore::new(AT_ONCE) })
    }

    /// What a package holds, if that is known already.
    pub fn listing(&self, digest: &Digest) -> Option<Arc<Listing>> {
        self.shelf().listing(digest)
    }

    /// What a package holds; one from before a restart is verified first.
    pub async fn load(&self, digest: &Digest) -> Option<Arc<Listing>> {
        if let Some(listing) = self.listing(digest) {
            return Some(listing);
        }
        let bytes = self.bytes(digest).await?;
        match self.admit(*digest, bytes).await {
            Ok(listing) => Some(listing),
            Err(error) => {
                tracing::warn!(%digest, %error, "a package in the cache is not used");
                None
            }
        }
    }

    /// A package's bytes, hashed again. What is not what it was is removed.
    pub async fn bytes(&self, digest: &Digest) -> Option<Bytes> {
        if !self.shelf().touch(digest) {
            return None;
        }
        let file = self.file(digest);
        let (expected, path) = (*digest, file.clone());
        let read = blocking(move || {
            let bytes = std::fs::read(path)?;
            Ok::<_, io::Error>((Digest::of(&bytes) == expected).then_some(bytes))
        });
        match read.await {
            Ok(Some(bytes)) => Some(bytes.into()),
            found => {
                tracing::warn!(%digest, error = ?found.err(), "a package in the cache is not what it was");
                self.shelf().remove(digest);
                let _it_is_gone_already = std::fs::remove_file(file);
                None
            }
        }
    }

    /// Verifies and keeps bytes that somebody else gives.
    pub async fn admit(&self, digest: Digest, bytes: Bytes) -> Result<Arc<Listing>, KeepError> {
        let incoming = self.incoming()?;
        let fetched = blocking(move || {
            std::fs::write(incoming.path(), &bytes)?;
            Fetched::prove(incoming, digest)
        });
        self.put(fetched.await?).await
    }

    /// Verifies and keeps what was fetched.
    pub(super) async fn put(&self, fetched: Fetched) -> Result<Arc<Listing>, KeepError> {
        let _turn = self.turns.acquire().await.map_err(io::Error::other)?;
        let (digest, scratch) = (fetched.digest, self.folder.clone());
        let verified = blocking(move || verify(fetched, &scratch)).await;
        if let Some(fault) = verified.as_ref().err().and_then(VerifyError::fault) {
            self.shelf().refuse(digest, fault);
        }
        Ok(self.store(verified?)?)
    }

    /// Why a package is none, if it was looked at before.
    pub(super) fn fault(&self, digest: &Digest) -> Option<Problem> {
        self.shelf().fault(digest)
    }

    /// Where files may lie for a while: the root of an image is read-only.
    pub(super) fn scratch(&self) -> &Path {
        &self.folder
    }

    /// A file for what comes in. It goes again unless it is kept.
    pub(super) fn incoming(&self) -> io::Result<NamedTempFile> {
        tempfile::Builder::new().prefix(TEMPORARY).tempfile_in(&self.folder)
    }

    fn store(&self, verified: Verified) -> io::Result<Arc<Listing>> {
        let Verified { fetched: Fetched { digest, size, file }, listing } = verified;
        // Under the lock, so that no file goes that was just put back.
        let mut packages = self.shelf();
        file.persist(self.file(&digest)).map_err(|error| error.error)?;
        for gone in packages.add(digest, size, listing.clone()) {
            let _it_is_gone_already = std::fs::remove_file(self.file(&gone));
        }
        Ok(listing)
    }

    fn file(&self, digest: &Digest) -> PathBuf {
        self.folder.join(shelf::file_name(digest))
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Removes what another run of the operator left behind in the middle of its work.
fn sweep(folder: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let old = entry.metadata()?.modified()?.elapsed().is_ok_and(|age| age > LEFT_BEHIND);
        if old && entry.file_name().to_string_lossy().starts_with(TEMPORARY) {
            let path = entry.path();
            if path.is_dir() { std::fs::remove_dir_all(path)? } else { std::fs::remove_file(path)? }
        }
    }
    Ok(())
}

impl KeepError {
    /// What is wrong, for a condition.
    pub(super) fn problem(&self) -> Problem {
        match self {
            Self::Fetch(error) => error.problem(),
            Self::Verify(error) => error.problem(),
            Self::Io(_) => VerifyError::Io(io::Error::other(self.to_string())).problem(),
        }
    }
}

#[cfg(test)]
mod tests;
