//! Unpacking: an archive in, a new folder out, or an error and nothing. The format
//! stages yield entries; this one checks each against the tree, writes it into staging,
//! and at the end finds the root, checks and makes the links, and publishes.

use std::fs::File;
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::entry_path::EntryPath;
use super::format::{Format, archive_unreadable};
use super::limits::Limits;
use super::link::{self, LinkTarget};
use super::staging::Staging;
use super::tree::{Kind, Tree};
use super::unpack_error::UnpackError;
use super::violation::Violation;
use super::{layout, shown, tar_gz, zip};

/// A package on disk: mode 0755 for folders and executable files, 0644 for other files,
/// files dated [`MODIFIED`](super::MODIFIED), every link leading to something inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unpacked {
    /// The folder that holds the manifest: the `into` that was asked for.
    pub root: PathBuf,
    /// The files, folders and links below it.
    pub entries: usize,
    /// The bytes of all its files.
    pub bytes: u64,
}

/// Unpacks the gzip'd tar or zip file `archive` into the new folder `into`, see [`unpack`].
pub fn unpack_file(archive: &Path, into: &Path, limits: &Limits) -> Result<Unpacked, UnpackError> {
    let path = || archive.to_owned();
    let file =
        File::open(archive).map_err(|source| UnpackError::Io { doing: "open", path: path(), source })?;
    unpack(file, into, limits)
}

/// Unpacks a gzip'd tar or zip in memory into the new folder `into`, see [`unpack`].
pub fn unpack_bytes(archive: &[u8], into: &Path, limits: &Limits) -> Result<Unpacked, UnpackError> {
    unpack(Cursor::new(archive), into, limits)
}

/// Unpacks a gzip'd tar or a zip (told apart by their first bytes) into the folder
/// `into`, which must not exist while the one around it must. It appears complete or not
/// at all; nothing else is written but a temporary folder beside it. Contents stream
/// through a fixed buffer; only names are held in memory.
///
/// The tree is the same whether the archive is flat, starts with `./`, or has all in one
/// top folder (npm's `package/` or another). Bytes are counted as they come, headers are
/// not trusted. Hard links, sparse files, devices and encrypted entries are refused;
/// owners, times, set-user-id bits and extended attributes are dropped. A gzip of several
/// members is read as one; data after the archive's end is refused.
pub fn unpack(mut archive: impl Read + Seek, into: &Path, limits: &Limits) -> Result<Unpacked, UnpackError> {
    let length = archive.seek(SeekFrom::End(0)).map_err(archive_unreadable)?;
    if length > limits.packed {
        return Err(Violation::PackageTooLarge { form: "packed", limit: limits.packed }.into());
    }
    let format = Format::of(&mut archive)?;
    let mut unpacking = Unpacking::start(into, limits)?;
    match format {
        Format::TarGz => tar_gz::read(archive.take(length), limits, &mut unpacking)?,
        Format::Zip => zip::read(archive, length, limits, &mut unpacking)?,
    }
    unpacking.finish()
}

/// What an archive says about one entry.
pub(super) enum Content<'a> {
    Folder,
    File {
        executable: bool,
        /// As declared; what `next` yields must match.
        size: u64,
        /// Fills the start of a buffer; 0 is the end.
        next: &'a mut dyn FnMut(&mut [u8]) -> Result<usize, UnpackError>,
    },
    Link {
        target: &'a [u8],
    },
}

/// An archive on its way to disk.
pub(super) struct Unpacking<'a> {
    limits: &'a Limits,
    tree: Tree,
    staging: Staging,
    written: u64,
}

impl<'a> Unpacking<'a> {
    fn start(into: &Path, limits: &'a Limits) -> Result<Self, UnpackError> {
        Ok(Self { limits, tree: Tree::new(limits), staging: Staging::beside(into)?, written: 0 })
    }

    /// Checks the next entry of the archive and writes it, unless it is a link.
    pub(super) fn take(&mut self, name: &[u8], content: Content<'_>) -> Result<(), UnpackError> {
        let Some(path) = EntryPath::parse(name, self.limits)? else {
            return match content {
                Content::Folder => Ok(()),
                Content::File { .. } | Content::Link { .. } => {
                    Err(UnpackError::invalid(format!("`{}` is no name for a file", shown::name(name))))
                }
            };
        };
        match content {
            Content::Folder => self.place(&path, Kind::Folder),
            Content::Link { target } => {
                self.place(&path, Kind::Link(LinkTarget::parse(target, &path, self.limits)?))
            }
            Content::File { executable, size, next } => {
                self.place(&path, Kind::File { size })?;
                self.write(&path, executable, size, next)
            }
        }
    }

    fn place(&mut self, path: &EntryPath, kind: Kind) -> Result<(), UnpackError> {
        let folders = self.tree.add(path, kind)?;
        folders.iter().try_for_each(|folder| self.staging.make_folder(folder))
    }

    fn write(
        &mut self,
        path: &EntryPath,
        executable: bool,
        size: u64,
        next: &mut dyn FnMut(&mut [u8]) -> Result<usize, UnpackError>,
    ) -> Result<(), UnpackError> {
        let limit = self.limits.unpacked;
        // A declared size is believed only when it is bad news.
        if size > limit - self.written {
            return Err(Violation::PackageTooLarge { form: "unpacked", limit }.into());
        }
        let start = self.written;
        let end = start + size;
        self.staging.write_file(path, executable, |buffer| {
            let read = next(buffer)?;
            self.written += read as u64;
            if self.written > end || (read == 0 && self.written < end) {
                let (name, has) = (path.shown(), self.written - start);
                return Err(UnpackError::invalid(format!(
                    "`{name}` declares {size} bytes but has {has} or more"
                )));
            }
            Ok(read)
        })
    }

    fn finish(self) -> Result<Unpacked, UnpackError> {
        let found = layout::root(&self.tree)?;
        let root = found.as_ref();
        link::check(&self.tree, root, self.limits)?;
        self.tree.links(root).try_for_each(|(path, target)| self.staging.make_link(path, target))?;
        let (entries, bytes) = self.tree.totals(root);
        Ok(Unpacked { root: self.staging.publish(root)?, entries, bytes })
    }
}
