//! Packages by digest, on disk.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;
use davit_crds::ConditionType;
use davit_plugin::contents::{ContentsError, Listing};
use davit_plugin::package::{Limits, UnpackError, unpack_bytes};
use davit_plugin::{Digest, Reason};

use crate::trouble::Trouble;

/// Packages by digest, on disk.
#[derive(Debug)]
pub struct Keep {
    folder: PathBuf,
    known: RwLock<HashMap<Digest, Arc<Listing>>>,
}

/// A package cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// Other bytes.
    #[error("the bytes have the digest {found} and not {expected}: push the package again")]
    DigestMismatch {
        /// Asked for.
        expected: Digest,
        /// Found.
        found: Digest,
    },
    /// No package.
    #[error(transparent)]
    Unpack(#[from] UnpackError),
    /// No plugin.
    #[error(transparent)]
    Contents(#[from] ContentsError),
    /// Disk.
    #[error("cannot keep a package: {0}")]
    Io(#[from] std::io::Error),
}

impl KeepError {
    /// As trouble of an artifact.
    pub fn trouble(&self) -> Trouble {
        match self {
            Self::DigestMismatch { .. } => {
                Trouble::retry(ConditionType::Verified, Reason::DigestMismatch, self.to_string())
            }
            Self::Unpack(error) => {
                let reason = if error.to_string().contains("larger") {
                    Reason::PackageTooLarge
                } else {
                    Reason::PackageInvalid
                };
                Trouble::retry(ConditionType::SourceResolved, reason, error.to_string())
            }
            Self::Contents(error) => super::trouble(error),
            Self::Io(_) => {
                Trouble::retry(ConditionType::SourceResolved, Reason::PackageInvalid, self.to_string())
            }
        }
    }
}

impl Keep {
    /// Opens the keep.
    pub fn open(folder: &Path) -> std::io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        Ok(Self { folder: folder.to_owned(), known: RwLock::default() })
    }

    fn file(&self, digest: &Digest) -> PathBuf {
        self.folder.join(format!("{}.tgz", digest.hex()))
    }

    /// What a package holds.
    pub fn listing(&self, digest: &Digest) -> Option<Arc<Listing>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).get(digest).cloned()
    }

    /// A package's bytes.
    pub async fn bytes(&self, digest: &Digest) -> Option<Bytes> {
        let bytes = tokio::fs::read(self.file(digest)).await.ok()?;
        (Digest::of(&bytes) == *digest).then(|| bytes.into())
    }

    /// Verifies and keeps a package.
    pub async fn admit(&self, digest: Digest, bytes: Bytes) -> Result<Arc<Listing>, KeepError> {
        let found = Digest::of(&bytes);
        if found != digest {
            return Err(KeepError::DigestMismatch { expected: digest, found });
        }
        let file = self.file(&digest);
        let listing = tokio::task::spawn_blocking(move || {
            let scratch = tempfile::tempdir()?;
            let root = scratch.path().join("package");
            unpack_bytes(&bytes, &root, &Limits::default())?;
            let listing = Listing::read(&root, "package")?;
            std::fs::write(file, &bytes)?;
            Ok::<_, KeepError>(Arc::new(listing))
        })
        .await
        .map_err(std::io::Error::other)??;
        self.known.write().unwrap_or_else(PoisonError::into_inner).insert(digest, listing.clone());
        Ok(listing)
    }
}
