//! The folder that only the runtime's user can enter: the bridge lies there and
//! workers connect there. Each worker has a working directory of its own below
//! it, which is empty at first: nothing lies there that Bun would read by itself
//! (`.env`, `bunfig.toml`), and what a plugin writes by a relative path meets no
//! other worker.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use tempfile::{TempDir, TempPath};

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
        let home =
            Self { folder: tempfile::Builder::new().prefix("davit-").tempdir()?, sockets: AtomicU64::new(0) };
        fs::create_dir(home.workers())?;
        let mut bridge = OpenOptions::new().write(true).create_new(true).mode(0o400).open(home.bridge())?;
        bridge.write_all(BRIDGE.as_bytes())?;
        Ok(home)
    }

    /// The module that a worker runs; it cannot be written.
    pub(crate) fn bridge(&self) -> PathBuf {
        self.folder.path().join("bridge.js")
    }

    /// A path that no other worker gets; what lies there is removed when it is
    /// dropped. Short: a socket's path has about a hundred bytes.
    pub(crate) fn socket(&self) -> io::Result<TempPath> {
        let number = self.sockets.fetch_add(1, Ordering::Relaxed);
        TempPath::try_from_path(self.folder.path().join(format!("{number}.sock")))
    }

    /// An empty folder that no other worker gets; removed when it is dropped.
    pub(crate) fn folder_for_worker(&self) -> io::Result<TempDir> {
        tempfile::Builder::new().prefix("").tempdir_in(self.workers())
    }

    fn workers(&self) -> PathBuf {
        self.folder.path().join("workers")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_each_worker_an_empty_folder_of_its_own() {
        let home = Home::create().unwrap();
        let (one, other) = (home.folder_for_worker().unwrap(), home.folder_for_worker().unwrap());
        fs::write(one.path().join("data.json"), "{}").unwrap();
        assert_eq!(fs::read_dir(other.path()).unwrap().count(), 0);
        let gone = one.path().to_owned();
        drop(one);
        assert!(!gone.exists());
    }

    #[test]
    fn keeps_the_bridge_and_the_sockets_out_of_working_directories_and_unwritten() {
        let home = Home::create().unwrap();
        let folder = home.folder_for_worker().unwrap();
        assert!(!home.bridge().starts_with(home.workers()));
        assert!(!home.socket().unwrap().starts_with(folder.path()));
        assert!(fs::metadata(home.bridge()).unwrap().permissions().readonly());
        assert_eq!(fs::read_to_string(home.bridge()).unwrap(), BRIDGE);
    }
}
