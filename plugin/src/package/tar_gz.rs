//! Gzip'd tar: the archive's bytes in, entries out, as a stream.

use std::io::{self, BufReader, Read};
use std::mem;

use flate2::bufread::MultiGzDecoder;
use tar::{Archive, EntryType};

use super::format::archive_unreadable;
use super::limits::Limits;
use super::metered::{Meter, Metered};
use super::shown;
use super::tar_extensions::Extensions;
use super::unpack::{Content, Unpacking};
use super::unpack_error::UnpackError;
use super::violation::Violation;

/// The most bytes of one extended header. Honest ones hold two paths and some attributes.
const EXTENSION: u64 = 64 << 10;

/// Bytes of headers and padding that an entry of honest tools may add to its content.
const OVERHEAD: u64 = 8 << 10;

/// What went wrong when a read failed.
struct Meters {
    packed: Meter,
    unpacked: Meter,
    limit: u64,
}

impl Meters {
    fn broken(&self, error: &io::Error) -> UnpackError {
        match self.packed.failure() {
            Some(failure) => archive_unreadable(failure),
            None if self.unpacked.exceeded() => {
                Violation::PackageTooLarge { form: "unpacked", limit: self.limit }.into()
            }
            None => UnpackError::invalid(error.to_string()),
        }
    }
}

/// Reads `archive` to its end and gives each entry to `unpacking`.
pub(super) fn read(
    archive: impl Read,
    limits: &Limits,
    unpacking: &mut Unpacking<'_>,
) -> Result<(), UnpackError> {
    let (packed, packed_meter) = Metered::new(archive, u64::MAX - 1);
    let most = limits.unpacked.saturating_add(OVERHEAD.saturating_mul(limits.entries as u64));
    let (stream, unpacked) = Metered::new(MultiGzDecoder::new(BufReader::new(packed)), most);
    let meters = Meters { packed: packed_meter, unpacked, limit: limits.unpacked };

    let mut archive = Archive::new(stream);
    let mut extensions = Extensions::default();
    // Raw: the crate's own reading of extended headers has no bound.
    for entry in archive.entries().map_err(|error| meters.broken(&error))?.raw(true) {
        let mut entry = entry.map_err(|error| meters.broken(&error))?;
        match entry.header().entry_type() {
            EntryType::XGlobalHeader => {}
            EntryType::XHeader => extensions.pax(&extension(&mut entry, &meters)?)?,
            EntryType::GNULongName => extensions.long_name(extension(&mut entry, &meters)?)?,
            EntryType::GNULongLink => extensions.long_link(extension(&mut entry, &meters)?)?,
            _ => read_entry(&mut entry, mem::take(&mut extensions), &meters, unpacking)?,
        }
    }
    extensions.must_be_used()?;
    check_nothing_follows(archive.into_inner(), &meters)
}

/// The whole of an extended header.
fn extension(entry: &mut tar::Entry<'_, impl Read>, meters: &Meters) -> Result<Vec<u8>, UnpackError> {
    let size = entry.size();
    if size > EXTENSION {
        return Err(Violation::HeaderTooLarge { limit: EXTENSION }.into());
    }
    let mut data = Vec::new();
    entry.read_to_end(&mut data).map_err(|error| meters.broken(&error))?;
    if data.len() as u64 == size { Ok(data) } else { Err(UnpackError::invalid("it ends within a header")) }
}

fn read_entry(
    entry: &mut tar::Entry<'_, impl Read>,
    extensions: Extensions,
    meters: &Meters,
    unpacking: &mut Unpacking<'_>,
) -> Result<(), UnpackError> {
    let size = entry.size();
    let mode = entry.header().mode().map_err(|error| UnpackError::invalid(error.to_string()))?;
    let (path, link) = extensions.apply(entry.path_bytes(), entry.link_name_bytes(), size)?;
    let refused = |what| Violation::UnsupportedEntry { path: shown::name(&path), what };
    let empty = || match size {
        0 => Ok(()),
        _ => Err(UnpackError::invalid(format!("`{}` has content but is no file", shown::name(&path)))),
    };
    match entry.header().entry_type() {
        // Before POSIX a folder was a file whose name ends with a slash.
        EntryType::Regular | EntryType::Continuous if path.ends_with(b"/") => {
            empty()?;
            unpacking.take(&path, Content::Folder)
        }
        EntryType::Regular | EntryType::Continuous => {
            let next = &mut |buffer: &mut [u8]| entry.read(buffer).map_err(|error| meters.broken(&error));
            unpacking.take(&path, Content::File { executable: mode & 0o111 != 0, size, next })
        }
        EntryType::Directory => {
            empty()?;
            unpacking.take(&path, Content::Folder)
        }
        EntryType::Symlink => {
            empty()?;
            unpacking.take(&path, Content::Link { target: &link })
        }
        EntryType::Link => Err(refused("a hard link (tar has --hard-dereference)").into()),
        EntryType::GNUSparse => Err(refused("a sparse file").into()),
        EntryType::Char | EntryType::Block => Err(refused("a device").into()),
        EntryType::Fifo => Err(refused("a named pipe").into()),
        _ => Err(refused("of an unknown kind").into()),
    }
}

/// Reads on to the end, which also checks gzip's sum. After a tar's end come zeros only.
fn check_nothing_follows(mut rest: impl Read, meters: &Meters) -> Result<(), UnpackError> {
    let mut buffer = vec![0; 64 << 10];
    loop {
        match rest.read(&mut buffer).map_err(|error| meters.broken(&error))? {
            0 => return Ok(()),
            read if buffer[..read].iter().all(|byte| *byte == 0) => {}
            _ => return Err(UnpackError::invalid("there is data after the end of the tar")),
        }
    }
}
