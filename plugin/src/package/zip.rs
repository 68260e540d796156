//! Zip: the archive's bytes in, entries out, in the order of its directory.

use std::io::{self, BufReader, Read, Seek, SeekFrom};

use ::zip::read::{ArchiveOffset, Config, ZipFileEntry};
use ::zip::result::ZipError;
use ::zip::{CompressionMethod, ZipArchive};

use super::format::archive_unreadable;
use super::limits::Limits;
use super::metered::{Meter, Metered};
use super::shown;
use super::unpack::{Content, Unpacking};
use super::unpack_error::UnpackError;
use super::violation::Violation;

/// Bytes of the directory that are read for each allowed entry; typical is 150.
const DIRECTORY_ENTRY: u64 = 512;

/// Bytes read to find the directory, whose end record may have a comment of 64 KiB.
const SEARCH: u64 = 256 << 10;

/// Bytes of the end record without its comment (APPNOTE 4.3.16).
const END_RECORD: u64 = 22;

type Archive<R> = ZipArchive<Metered<BufReader<R>>>;

/// What the directory says that an entry is.
enum Listed {
    Folder,
    File { executable: bool },
    Link,
}

/// Reads `archive` of `length` bytes and gives each entry to `unpacking`.
pub(super) fn read<R: Read + Seek>(
    archive: R,
    length: u64,
    limits: &Limits,
    unpacking: &mut Unpacking<'_>,
) -> Result<(), UnpackError> {
    let (source, meter) = Metered::new(BufReader::new(archive), 0);
    let mut archive = open(source, &meter, limits)?;
    // Headers agree with the directory, nothing overlaps, nothing is hidden in between.
    // Honest ones are read once; nested ones would be read again and again.
    meter.allow(2 * length + SEARCH);
    archive.validate_header_consistency().map_err(|error| broken(&meter, error.into()))?;
    meter.allow(u64::MAX - 1);
    for index in 0..archive.len() {
        read_entry(&mut archive, index, &meter, limits, unpacking)?;
    }
    check_nothing_follows(archive, &meter, length)
}

fn open<R: Read + Seek>(
    source: Metered<BufReader<R>>,
    meter: &Meter,
    limits: &Limits,
) -> Result<Archive<R>, UnpackError> {
    let too_many = || Violation::TooManyEntries { limit: limits.entries };
    meter.allow(DIRECTORY_ENTRY.saturating_mul(limits.entries as u64).saturating_add(SEARCH));
    let archive = ZipArchive::with_config(Config { archive_offset: ArchiveOffset::Known(0) }, source);
    let archive = archive
        .map_err(|error| if meter.exceeded() { too_many().into() } else { broken(meter, error.into()) })?;
    if archive.has_duplicate_names() {
        return Err(Violation::DuplicateEntry { path: "a name in the zip's directory".into() }.into());
    }
    if archive.len() > limits.entries {
        return Err(too_many().into());
    }
    Ok(archive)
}

fn read_entry<R: Read + Seek>(
    archive: &mut Archive<R>,
    index: usize,
    meter: &Meter,
    limits: &Limits,
    unpacking: &mut Unpacking<'_>,
) -> Result<(), UnpackError> {
    let listed = archive.by_index_data(index).map_err(|error| broken(meter, error.into()))?;
    let (name, size) = (listed.name_raw().to_vec(), listed.size());
    let kind = kind(&listed)?;
    let mut file = archive.by_index(index).map_err(|error| broken(meter, error.into()))?;
    let next = &mut |buffer: &mut [u8]| file.read(buffer).map_err(|error| broken(meter, error));
    match kind {
        Listed::Folder => unpacking.take(&name, Content::Folder),
        Listed::File { executable } => unpacking.take(&name, Content::File { executable, size, next }),
        Listed::Link => {
            let mut target = Vec::new();
            let read = file.by_ref().take(limits.path as u64 + 1).read_to_end(&mut target);
            read.map_err(|error| broken(meter, error))?;
            unpacking.take(&name, Content::Link { target: &target })
        }
    }
}

/// The kind of an entry by its name, and by its Unix mode where it has one.
fn kind(listed: &ZipFileEntry<'_>) -> Result<Listed, UnpackError> {
    let path = || shown::name(listed.name_raw());
    let refused = |what| Err(Violation::UnsupportedEntry { path: path(), what }.into());
    if listed.encrypted() {
        return refused("encrypted");
    }
    if !matches!(listed.compression(), CompressionMethod::Stored | CompressionMethod::Deflated) {
        return refused("compressed in a way other than deflate");
    }
    let mode = listed.unix_mode().unwrap_or(0);
    // The file types of POSIX' stat.h: 4 folder, 10 file, 12 link; 0 says nothing.
    // A backslash is refused with the rest of the name's rules.
    let is_folder = matches!(listed.name_raw(), [.., b'/' | b'\\']);
    match (mode >> 12, is_folder) {
        (0 | 0o4 | 0o10, true) if listed.size() == 0 => Ok(Listed::Folder),
        (0 | 0o10, false) => Ok(Listed::File { executable: mode & 0o111 != 0 }),
        (0o12, false) => Ok(Listed::Link),
        (0 | 0o4 | 0o10 | 0o12, _) => {
            Err(UnpackError::invalid(format!("`{}` is both a folder and none", path())))
        }
        _ => refused("a device, a named pipe or a socket"),
    }
}

/// The end record, with its comment, is the last thing in the file, and it is the one
/// whose directory was read: the crate goes on searching if the last one's is no good.
fn check_nothing_follows<R: Read + Seek>(
    archive: Archive<R>,
    meter: &Meter,
    length: u64,
) -> Result<(), UnpackError> {
    let end = END_RECORD + archive.comment().len() as u64;
    let directory = archive.central_directory_start();
    let mut source = archive.into_inner();
    let mut record = [0; 20];
    source
        .seek(SeekFrom::Start(length.saturating_sub(end)))
        .and_then(|_| source.read_exact(&mut record))
        .map_err(|error| broken(meter, error))?;
    let [b'P', b'K', 5, 6, .., a, b, c, d] = record else {
        return Err(UnpackError::invalid("there is data after the end of the zip"));
    };
    match u32::from_le_bytes([a, b, c, d]) {
        // The zip64 record has it.
        u32::MAX => Ok(()),
        start if u64::from(start) == directory => Ok(()),
        _ => Err(UnpackError::invalid("there is another zip after the end of the zip")),
    }
}

/// The disk's fault, or the archive's.
fn broken(meter: &Meter, error: io::Error) -> UnpackError {
    match meter.failure() {
        Some(failure) => archive_unreadable(failure),
        None => UnpackError::invalid(
            error.downcast::<ZipError>().map_or_else(|e| e.to_string(), |e| e.to_string()),
        ),
    }
}
