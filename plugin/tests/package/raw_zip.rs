//! Zip archives byte by byte, also those that no honest tool writes.

use std::io::Write;

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};

/// An entry, with what local header and directory say about it.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) name: Vec<u8>,
    pub(crate) local_name: Vec<u8>,
    pub(crate) mode: u32,
    pub(crate) made_by: u16,
    pub(crate) flags: u16,
    pub(crate) method: u16,
    pub(crate) crc: u32,
    pub(crate) size: u32,
    pub(crate) packed_size: u32,
    pub(crate) data: Vec<u8>,
    pub(crate) extra: Vec<u8>,
    /// Where the directory says that the local header is; where it is if `None`.
    pub(crate) at: Option<u32>,
    /// Whether the directory has it.
    pub(crate) listed: bool,
}

impl Entry {
    /// A stored entry with a Unix mode.
    pub(crate) fn new(name: impl AsRef<[u8]>, mode: u32, content: &[u8]) -> Self {
        let size = u32::try_from(content.len()).unwrap();
        Self {
            name: name.as_ref().to_owned(),
            local_name: name.as_ref().to_owned(),
            mode,
            made_by: 0x0314,
            flags: 0x800,
            method: 0,
            crc: crc(content),
            size,
            packed_size: size,
            data: content.to_owned(),
            extra: Vec::new(),
            at: None,
            listed: true,
        }
    }

    pub(crate) fn file(name: impl AsRef<[u8]>, content: &[u8]) -> Self {
        Self::new(name, 0o100_644, content)
    }

    pub(crate) fn deflated(name: impl AsRef<[u8]>, content: &[u8]) -> Self {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(content).unwrap();
        let data = encoder.finish().unwrap();
        let packed_size = u32::try_from(data.len()).unwrap();
        Self { method: 8, packed_size, data, ..Self::file(name, content) }
    }

    pub(crate) fn folder(name: impl AsRef<[u8]>) -> Self {
        Self::new(name, 0o040_755, b"")
    }

    pub(crate) fn link(name: impl AsRef<[u8]>, target: impl AsRef<[u8]>) -> Self {
        Self::new(name, 0o120_777, target.as_ref())
    }

    pub(crate) fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// The fields that both headers share, from flags to sizes.
    fn shared(&self) -> Vec<u8> {
        let mut out = [self.flags, self.method, 0, 0x5021].map(u16::to_le_bytes).concat();
        out.extend([self.crc, self.packed_size, self.size].map(u32::to_le_bytes).concat());
        out
    }

    fn local(&self) -> Vec<u8> {
        let lengths = [&self.local_name, &self.extra].map(|field| le16(field.len())).concat();
        [b"PK\x03\x04\x14\0", &self.shared()[..], &lengths, &self.local_name, &self.extra, &self.data]
            .concat()
    }

    fn central(&self, at: u32) -> Vec<u8> {
        let made_by = self.made_by.to_le_bytes();
        let lengths = [&self.name, &self.extra].map(|field| le16(field.len())).concat();
        let rest = [&[0; 6][..], &(self.mode << 16).to_le_bytes(), &at.to_le_bytes()].concat();
        [b"PK\x01\x02", &made_by[..], &[20, 0], &self.shared(), &lengths, &rest, &self.name, &self.extra]
            .concat()
    }
}

/// The archive's frame and where it lies.
pub(crate) struct Zip {
    pub(crate) entries: Vec<Entry>,
    pub(crate) comment: Vec<u8>,
    /// What the end record says instead of the number of entries.
    pub(crate) count: Option<u16>,
}

impl Zip {
    /// A zip with a manifest at the top and these entries.
    pub(crate) fn plugin(entries: impl IntoIterator<Item = Entry>) -> Self {
        let manifest = Entry::file("manifest.yaml", b"name: hostile\n");
        Self::of([manifest].into_iter().chain(entries))
    }

    pub(crate) fn of(entries: impl IntoIterator<Item = Entry>) -> Self {
        Self { entries: entries.into_iter().collect(), comment: Vec::new(), count: None }
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let (mut out, mut directory) = (Vec::new(), Vec::new());
        for entry in &self.entries {
            let at = u32::try_from(out.len()).unwrap();
            out.extend(entry.local());
            if entry.listed {
                directory.extend(entry.central(entry.at.unwrap_or(at)));
            }
        }
        let listed = self.entries.iter().filter(|entry| entry.listed).count();
        let count = self.count.unwrap_or(u16::try_from(listed).unwrap()).to_le_bytes();
        let frame = [directory.len(), out.len()].map(|n| u32::try_from(n).unwrap().to_le_bytes()).concat();
        out.extend(directory);
        out.extend([b"PK\x05\x06\0\0\0\0", &count[..], &count, &frame].concat());
        out.extend(le16(self.comment.len()));
        out.extend(&self.comment);
        out
    }
}

fn le16(length: usize) -> [u8; 2] {
    u16::try_from(length).unwrap().to_le_bytes()
}

pub(crate) fn crc(content: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(content);
    crc.sum()
}
