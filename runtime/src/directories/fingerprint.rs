//! Tells whether a folder has changed since it was packed, without reading its
//! files.

use std::fmt::Write;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, SystemTime};
use std::{fs, io};

use davit_plugin::Digest;

/// File times are as coarse as this on some systems: what changed so recently
/// may change again without showing.
const COARSE: Duration = Duration::from_millis(50);
/// A folder with more entries is never taken for unchanged; packing refuses it.
const MAX_ENTRIES: usize = 100_000;

/// The names, sizes, times and inodes of a folder's files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fingerprint(Digest);

impl Fingerprint {
    /// The folder's fingerprint; none if it changed too recently to tell.
    pub(super) fn of(folder: &Path, node_modules: bool) -> io::Result<Option<Self>> {
        let now = SystemTime::now();
        let (mut seen, mut open, mut entries) = (String::new(), vec![folder.to_owned()], 0);
        while let Some(at) = open.pop() {
            let mut paths: Vec<_> =
                fs::read_dir(&at)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
            paths.sort_unstable();
            for path in paths {
                if !node_modules && path.file_name().is_some_and(|name| name == "node_modules") {
                    continue;
                }
                let metadata = fs::symlink_metadata(&path)?;
                let age = metadata.modified().ok().and_then(|modified| now.duration_since(modified).ok());
                entries += 1;
                if age.is_none_or(|age| age < COARSE) || entries > MAX_ENTRIES {
                    return Ok(None);
                }
                let (size, inode) = (metadata.size(), metadata.ino());
                let (changed, nanos) = (metadata.ctime(), metadata.ctime_nsec());
                let _infallible = writeln!(seen, "{} {size} {inode} {changed}.{nanos}", path.display());
                if metadata.is_dir() {
                    open.push(path);
                }
            }
        }
        Ok(Some(Self(Digest::of(seen.as_bytes()))))
    }
}
