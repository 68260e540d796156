//! Which version of a file was read.

use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt as _;

/// Changes with every change of the file: also when another takes its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stamp(Option<Version>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Version {
    inode: u64,
    size: u64,
    /// When its contents changed, and
    written: (i64, i64),
    /// when it or its name did, in seconds and nanoseconds.
    changed: (i64, i64),
}

impl Stamp {
    /// Of an open file, or of none.
    pub(super) fn of(file: Option<&File>) -> io::Result<Self> {
        let version = |file: &File| {
            file.metadata().map(|file| Version {
                inode: file.ino(),
                size: file.size(),
                written: (file.mtime(), file.mtime_nsec()),
                changed: (file.ctime(), file.ctime_nsec()),
            })
        };
        file.map(version).transpose().map(Self)
    }
}
