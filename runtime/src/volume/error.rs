//! What can go wrong with a volume.

use std::io;
use std::path::{Path, PathBuf};

use davit_plugin::Digest;
use davit_plugin::package::UnpackError;

/// Something could not be put on the volume, or read from it.
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
    /// There is no room left.
    #[error("the volume has no room for {path}: make it larger, or remove plugins ({source})")]
    Full {
        /// What was written.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
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

impl VolumeError {
    /// What the system said about `path`.
    pub(crate) fn io(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        if is_full(&source) { Self::Full { path, source } } else { Self::Io { path, source } }
    }

    /// Whether there is no room left.
    pub fn is_full(&self) -> bool {
        match self {
            Self::Full { .. } => true,
            Self::Unpack(UnpackError::Io { source, .. }) => is_full(source),
            _ => false,
        }
    }
}

/// No room on the disk, in the quota, or for a file of that size.
fn is_full(error: &io::Error) -> bool {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge)
}
