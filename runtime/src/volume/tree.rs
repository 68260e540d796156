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
    /// The last holder may be a request: the disk is not its business.
    fn drop(&mut self) {
        let root = std::mem::take(&mut self.root);
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn_blocking(move || remove(&root))),
            Err(_) => remove(&root),
        }
    }
}

fn remove(root: &Path) {
    if let Err(error) = std::fs::remove_dir_all(root)
        && error.kind() != std::io::ErrorKind::NotFound
    {
        tracing::warn!(%error, path = %root.display(), "cannot remove an unpacked package");
    }
}
