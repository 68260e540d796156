//! A temporary folder beside the target. All writes of unpacking happen here; dropping
//! it removes it, publishing it is one rename.

use std::fs::{self, DirBuilder, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

use super::MODIFIED;
use super::entry_path::EntryPath;
use super::link::LinkTarget;
use super::unpack_error::UnpackError;

/// What the names of temporary folders beside a target start with. Only a killed process
/// leaves one: whoever owns the folder around it removes it at the next start.
pub const STAGING_PREFIX: &str = ".davit-unpack-";

/// A tree in the making.
#[derive(Debug)]
pub(super) struct Staging {
    /// Removes itself when dropped. Mode 0700: nobody else can put a link in the way of a write.
    _folder: TempDir,
    top: PathBuf,
    into: PathBuf,
}

impl Staging {
    /// A new one beside `into`, which must not exist.
    pub(super) fn beside(into: &Path) -> Result<Self, UnpackError> {
        if into.symlink_metadata().is_ok() {
            return Err(UnpackError::TargetExists { path: into.to_owned() });
        }
        let parent = into.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let folder = tempfile::Builder::new()
            .prefix(STAGING_PREFIX)
            .permissions(Permissions::from_mode(0o700))
            .tempdir_in(parent)
            .map_err(failed("write into", parent))?;
        let top = folder.path().join("tree");
        make_folder(&top)?;
        Ok(Self { _folder: folder, top, into: into.to_owned() })
    }

    /// Makes a folder, mode 0755; the one above it is there.
    pub(super) fn make_folder(&self, path: &EntryPath) -> Result<(), UnpackError> {
        make_folder(&path.on_disk(&self.top))
    }

    /// Makes a file, mode 0644 or 0755, with what `next` yields until it yields nothing.
    pub(super) fn write_file(
        &self,
        path: &EntryPath,
        executable: bool,
        mut next: impl FnMut(&mut [u8]) -> Result<usize, UnpackError>,
    ) -> Result<(), UnpackError> {
        let path = path.on_disk(&self.top);
        let mode = if executable { 0o755 } else { 0o644 };
        let mut file = File::options()
            .write(true)
            .create_new(true)
            .mode(mode)
            .open(&path)
            .map_err(failed("create", &path))?;
        let mut buffer = vec![0; 64 << 10];
        loop {
            match next(&mut buffer)? {
                0 => break,
                read => file.write_all(&buffer[..read]).map_err(failed("write", &path))?,
            }
        }
        let modified = SystemTime::UNIX_EPOCH + Duration::from_secs(MODIFIED);
        // The mode again: the process' umask may have taken bits from it.
        file.set_permissions(Permissions::from_mode(mode))
            .and_then(|()| file.set_modified(modified))
            .map_err(failed("write", &path))
    }

    /// Makes a link. Only after all files, so that nothing is written through it.
    pub(super) fn make_link(&self, path: &EntryPath, target: &LinkTarget) -> Result<(), UnpackError> {
        let path = path.on_disk(&self.top);
        symlink(target.text(), &path).map_err(failed("create the link", &path))
    }

    /// Moves the tree at `root` (`None`: the top) to the target and removes the rest.
    pub(super) fn publish(self, root: Option<&EntryPath>) -> Result<PathBuf, UnpackError> {
        let from = root.map_or_else(|| self.top.clone(), |root| root.on_disk(&self.top));
        fs::rename(&from, &self.into).map_err(failed("rename the unpacked tree to", &self.into))?;
        Ok(self.into)
    }
}

fn make_folder(path: &Path) -> Result<(), UnpackError> {
    DirBuilder::new()
        .mode(0o755)
        .create(path)
        .and_then(|()| fs::set_permissions(path, Permissions::from_mode(0o755)))
        .map_err(failed("create", path))
}

fn failed(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> UnpackError {
    let path = path.to_owned();
    move |source| UnpackError::Io { doing, path, source }
}
