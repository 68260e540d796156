//! Which kind of archive it is, told by its first bytes and never by its name.

use std::io::{Read, Seek};

use super::unpack_error::UnpackError;

/// The kinds of archive that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// A gzip'd tar (RFC 1952: `1f 8b`, method 8).
    TarGz,
    /// A zip (APPNOTE 4.3.7: a local header first; 4.3.16: only the end record when empty).
    Zip,
}

impl Format {
    /// The format of `archive`, which is rewound before and after.
    pub(super) fn of(archive: &mut (impl Read + Seek)) -> Result<Self, UnpackError> {
        let mut magic = Vec::with_capacity(4);
        archive
            .rewind()
            .and_then(|()| archive.by_ref().take(4).read_to_end(&mut magic))
            .and_then(|_| archive.rewind())
            .map_err(archive_unreadable)?;
        match magic[..] {
            [0x1f, 0x8b, 8, _] => Ok(Self::TarGz),
            [b'P', b'K', 3, 4] | [b'P', b'K', 5, 6] => Ok(Self::Zip),
            _ => Err(UnpackError::InvalidFileType),
        }
    }
}

/// The disk, not the archive, is at fault.
pub(super) fn archive_unreadable(source: std::io::Error) -> UnpackError {
    UnpackError::Io { doing: "read", path: "the archive".into(), source }
}
