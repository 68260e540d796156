//! One unpacked package.

use std::path::{Path, PathBuf};

use davit_plugin::Digest;

/// A verified, unpacked package. Whoever uses its files holds this; when nobody
/// does any more, the files are removed.
#[derive(Debug)]
pub struct Tree {
    digest: Digest,
    root: PathBuf,
}

impl Tree {
    pub(super) fn new(digest: Digest, root: PathBuf) -> Self {
        Self { digest, root }
    }

    /// The package.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The folder with the manifest.
    pub fn root(&self) -> &Path {
        &self.root
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.root)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(%error, path = %self.root.display(), "cannot remove an unpacked package");
        }
    }
}
