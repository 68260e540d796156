//! Which Bun the commands use.

use std::path::{Path, PathBuf};

use davit_engine_bun::{LocateError, locate};

/// The Bun that Davit finds by itself, else the one that is installed with the
/// plugin in `folder`, in it or above it.
pub fn near(folder: &Path) -> Result<PathBuf, LocateError> {
    locate().or_else(|error| {
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        let mut own = folder.ancestors().map(|folder| folder.join("node_modules/.bin/bun"));
        own.find(|bun| error == LocateError::NotFound && bun.is_file()).ok_or(error)
    })
}
