//! The file of the keys as this process knows it. Other processes may write it too, so
//! that every write starts from what is in it.

use std::fs::File;
use std::io;

use super::file::{self, Kept};
use super::lock::{self, Lock};
use super::ring::Ring;
use super::stamp::Stamp;
use crate::directories::DavitFolder;

/// Where keys are written down.
#[derive(Debug)]
pub(super) struct Shelf {
    folder: DavitFolder,
    /// The smallest number that the next key may have: numbers do not go back when
    /// somebody removes the file.
    next: u64,
    /// Which version of the file was read last; none if this process has written it since.
    seen: Option<Stamp>,
    /// What has been logged of a file that cannot be read.
    trouble: Option<String>,
}

impl Shelf {
    pub(super) fn new(folder: DavitFolder) -> Self {
        Self { folder, next: 1, seen: None, trouble: None }
    }

    /// The number of the next key.
    pub(super) fn next(&self) -> u64 {
        self.next
    }

    /// Whether the directory around it is there: if not, whoever lists its plugins tells.
    pub(super) fn has_place(&self) -> bool {
        self.folder.directory().is_dir()
    }

    /// Keeps other processes from writing. Blocks.
    pub(super) fn lock(&self) -> io::Result<Lock> {
        lock::take(&self.folder)
    }

    /// The keys of the file; what is known of their uses stays known. Why a file cannot be
    /// read is logged once. Blocks on the disk.
    pub(super) fn read(&mut self, before: &Ring) -> io::Result<Ring> {
        let read = file::open(&self.folder).and_then(|file| self.take(file, before));
        self.tell(read)
    }

    /// The same, or none if the file is the one that was read last.
    pub(super) fn read_if_changed(&mut self, before: &Ring) -> io::Result<Option<Ring>> {
        let read = file::open(&self.folder).and_then(|file| {
            let is_known = self.seen.as_ref() == Some(&Stamp::of(file.as_ref())?);
            if is_known { Ok(None) } else { self.take(file, before).map(Some) }
        });
        self.tell(read)
    }

    /// Writes the file; it is on the disk when this returns. The number of the next key is
    /// at least this one. Blocks.
    pub(super) fn write(&mut self, next: u64, ring: &Ring) -> io::Result<()> {
        self.seen = None;
        file::write(&self.folder, next, ring)?;
        self.next = next;
        Ok(())
    }

    fn take(&mut self, file: Option<File>, before: &Ring) -> io::Result<Ring> {
        let stamp = Stamp::of(file.as_ref())?;
        let Kept { next, ring } = file.map(file::read).transpose()?.unwrap_or_default();
        ring.keep_uses(before);
        self.next = self.next.max(next);
        self.seen = Some(stamp);
        Ok(ring)
    }

    fn tell<T>(&mut self, read: io::Result<T>) -> io::Result<T> {
        let trouble = read.as_ref().err().map(ToString::to_string);
        if let Some(error) = trouble.as_ref().filter(|_| trouble != self.trouble && self.has_place()) {
            let folder = self.folder.path();
            tracing::error!(%error, folder = %folder.display(), "cannot read keys.json: until it is mended or removed no key is made or revoked, and those count that counted before, none after a start");
        }
        self.trouble = trouble;
        read
    }
}
