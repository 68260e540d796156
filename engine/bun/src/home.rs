//! The folder that only the runtime's user can enter: the bridge lies there,
//! workers connect there, and it is their working directory. It holds nothing
//! that Bun would read by itself (`.env`, `bunfig.toml`).

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use tempfile::TempDir;

/// The worker's half of the protocol, bundled from `engine/bun/bridge/src`.
const BRIDGE: &str = include_str!("../bridge/dist/bridge.js");

#[derive(Debug)]
pub(crate) struct Home {
    folder: TempDir,
    sockets: AtomicU64,
}

impl Home {
    /// Makes the folder and writes the bridge into it. Removed when dropped.
    pub(crate) fn create() -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("davit-").tempdir()?;
        std::fs::write(folder.path().join("bridge.js"), BRIDGE)?;
        Ok(Self { folder, sockets: AtomicU64::new(0) })
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn bridge(&self) -> PathBuf {
        self.folder.path().join("bridge.js")
    }

    /// A path that no other worker gets.
    pub(crate) fn socket(&self) -> PathBuf {
        let number = self.sockets.fetch_add(1, Ordering::Relaxed);
        self.folder.path().join(format!("{number}.sock"))
    }
}
