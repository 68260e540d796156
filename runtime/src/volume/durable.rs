//! Files that are there whole or not at all, also after the power was cut: written
//! beside their place, synced, renamed, and their folder synced.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

use tempfile::NamedTempFile;

use super::entry::INCOMING_PREFIX;

/// A new file in `folder` that is removed unless it is published.
pub(super) fn beside(folder: &Path) -> io::Result<NamedTempFile> {
    tempfile::Builder::new().prefix(INCOMING_PREFIX).tempfile_in(folder)
}

/// Gives a file its name in `folder`. Its contents must have been synced.
pub(super) fn publish(file: NamedTempFile, folder: &Path, name: &str) -> io::Result<()> {
    file.persist(folder.join(name)).map_err(|error| error.error)?;
    sync(folder)
}

/// Brings to the disk which entries a folder has.
pub(crate) fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Writes a file whole, and returns when it is on the disk.
pub(crate) fn write(bytes: &[u8], folder: &Path, name: &str) -> io::Result<()> {
    let mut file = beside(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    publish(file, folder, name)
}
