//! Packing: a plugin's folder in, its package out. Reads below the folder only.

use std::cmp::Reverse;
use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, Write};
use std::path::Path;

use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};
use tar::{Builder, EntryType, Header};

use super::limits::Limits;
use super::pack_error::PackError;
use super::tree::{Kind, Tree};
use super::walk::{Found, Item, Stamp, unreadable, walk};
use super::{MODIFIED, layout, link, shown};
use crate::digest::Digest;

/// Gzip's header byte for "operating system unknown" (RFC 1952, 2.3.1).
const UNKNOWN_SYSTEM: u8 = 255;

/// From level 7 on zlib-rs gives the same bytes however its input is cut into pieces,
/// below it does not.
const LEVEL: u32 = 9;

/// What to pack.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PackOptions {
    /// Whether `node_modules` go in. Default no: build scripts bundle what is needed.
    pub node_modules: bool,
    /// The package's bounds; an unpacking side with other ones may refuse it.
    pub limits: Limits,
}

/// A plugin's package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed {
    /// The gzip'd tar.
    pub bytes: Vec<u8>,
    /// The digest of `bytes`.
    pub digest: Digest,
    /// The number of files, folders and links in it.
    pub entries: usize,
    /// The bytes of all its files.
    pub unpacked: u64,
}

/// Packs `folder` as one gzip'd tar, flat, its manifest at the top. The same content
/// gives the same bytes everywhere: paths are sorted by their bytes, files dated
/// [`MODIFIED`], owners 0, modes 0755 (folders and executable files) or 0644.
///
/// Left out at any level: `node_modules` (see [`PackOptions`]) and dot entries, apart
/// from `.well-known` and from those inside `node_modules`. Links within the folder are
/// kept as links. What [`unpack`](super::unpack()) refuses is refused here already.
pub fn pack(folder: &Path, options: &PackOptions) -> Result<Packed, PackError> {
    let items = walk(folder, options)?;
    let tree = modelled(&items, &options.limits)?;
    if !layout::has_manifest(&tree, None) {
        return Err(PackError::NoManifest { folder: folder.to_owned() });
    }
    link::check(&tree, None, &options.limits)?;
    let (entries, unpacked) = tree.totals(None);
    if unpacked > options.limits.unpacked {
        return Err(too_large("unpacked", options.limits.unpacked, &items));
    }
    let bytes = written(folder, &items, options.limits.packed)?;
    Ok(Packed { digest: Digest::of(&bytes), bytes, entries, unpacked })
}

fn modelled(items: &[Item], limits: &Limits) -> Result<Tree, PackError> {
    let mut tree = Tree::new(limits);
    for Item { path, found } in items {
        let kind = match found {
            Found::Folder => Kind::Folder,
            Found::File(stamp) => Kind::File { size: stamp.size },
            Found::Link(target) => Kind::Link(target.clone()),
        };
        tree.add(path, kind)?;
    }
    Ok(tree)
}

fn written(folder: &Path, items: &[Item], limit: u64) -> Result<Vec<u8>, PackError> {
    let mut archive = Builder::new(BufWriter::with_capacity(64 << 10, gzip(limit)));
    for item in items {
        append(&mut archive, folder, item).map_err(|failed| match failed {
            Failed::Packing(error) => error,
            Failed::Writing => too_large("packed", limit, items),
        })?;
    }
    let ended = archive.into_inner().and_then(|buffer| Ok(buffer.into_inner()?)).and_then(GzEncoder::finish);
    ended.map(|out| out.bytes).map_err(|_| too_large("packed", limit, items))
}

fn gzip(limit: u64) -> GzEncoder<Bounded> {
    let out = Bounded { bytes: Vec::new(), limit };
    GzBuilder::new().mtime(0).operating_system(UNKNOWN_SYSTEM).write(out, Compression::new(LEVEL))
}

/// Why an item was not appended.
enum Failed {
    Packing(PackError),
    /// The output is full, which is its only way to fail.
    Writing,
}

fn append(archive: &mut Builder<impl Write>, folder: &Path, item: &Item) -> Result<(), Failed> {
    let Item { path, found } = item;
    let mut header = Header::new_gnu();
    header.set_mtime(MODIFIED);
    header.set_uid(0);
    header.set_gid(0);
    header.set_size(0);
    match found {
        Found::Folder => {
            header.set_entry_type(EntryType::Directory);
            header.set_mode(0o755);
            let name = format!("{}/", path.as_str());
            archive.append_data(&mut header, name, io::empty()).map_err(|_| Failed::Writing)
        }
        Found::Link(target) => {
            header.set_entry_type(EntryType::Symlink);
            header.set_mode(0o777);
            archive.append_link(&mut header, path.as_str(), target.text()).map_err(|_| Failed::Writing)
        }
        Found::File(stamp) => {
            header.set_entry_type(EntryType::Regular);
            header.set_mode(if stamp.executable { 0o755 } else { 0o644 });
            header.set_size(stamp.size);
            append_file(archive, folder, item, stamp, &mut header)
        }
    }
}

/// Appends a file if it is, before and after, the one that the walk saw.
fn append_file(
    archive: &mut Builder<impl Write>,
    folder: &Path,
    item: &Item,
    stamp: &Stamp,
    header: &mut Header,
) -> Result<(), Failed> {
    let on_disk = item.path.on_disk(folder);
    let failed = |error| Failed::Packing(unreadable(error, Some(&item.path), &on_disk));
    let changed = || Failed::Packing(PackError::Changed { path: item.path.shown() });
    let is_same = |file: &File| file.metadata().map(|now| Stamp::of(&now) == *stamp);
    let mut file = File::open(&on_disk).map_err(failed)?;
    if !is_same(&file).map_err(failed)? {
        return Err(changed());
    }
    let mut content = Source { file: (&file).take(stamp.size), failure: None };
    let appended = archive.append_data(header, item.path.as_str(), &mut content);
    if let Some(error) = content.failure {
        return Err(failed(error));
    }
    appended.map_err(|_| Failed::Writing)?;
    let whole = file.stream_position().map_err(failed)? == stamp.size;
    if whole && is_same(&file).map_err(failed)? { Ok(()) } else { Err(changed()) }
}

/// A file that remembers that reading it failed, so that it is told from a full output.
struct Source<'a> {
    file: io::Take<&'a File>,
    failure: Option<io::Error>,
}

impl Read for Source<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.file.read(into).map_err(|error| {
            let told = io::Error::from(error.kind());
            self.failure = (error.kind() != io::ErrorKind::Interrupted).then_some(error);
            told
        })
    }
}

/// Bytes in memory, up to a limit.
struct Bounded {
    bytes: Vec<u8>,
    limit: u64,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if (self.bytes.len() + bytes.len()) as u64 > self.limit {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn too_large(form: &'static str, limit: u64, items: &[Item]) -> PackError {
    let size = |item: &Item| match &item.found {
        Found::File(stamp) => stamp.size,
        Found::Folder | Found::Link(_) => 0,
    };
    let mut files: Vec<(u64, &Item)> = items.iter().map(|item| (size(item), item)).collect();
    files.sort_by_key(|(size, _)| Reverse(*size));
    let shown = |(size, item): &(u64, &Item)| format!("{} ({})", item.path.shown(), shown::size(*size));
    PackError::TooLarge { form, limit, largest: shown::first(files.iter().map(shown)) }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::*;

    /// Changes a file as soon as something is written.
    struct Meddler(PathBuf, &'static [u8]);

    impl Write for Meddler {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            fs::write(&self.0, self.1).map(|()| bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn notices_a_file_that_changes_while_it_is_read() {
        for after in [&b"shorter"[..], &[b'y'; 10_001]] {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("plugin.js");
            fs::write(&file, [b'x'; 10_000]).unwrap();
            let items = walk(folder.path(), &PackOptions::default()).unwrap();
            let mut archive = Builder::new(Meddler(file, after));
            let appended = append(&mut archive, folder.path(), &items[0]);
            let changed =
                matches!(appended, Err(Failed::Packing(PackError::Changed { path })) if path == "plugin.js");
            assert!(changed, "to {} bytes", after.len());
        }
    }

    #[test]
    fn bytes_do_not_depend_on_how_the_tar_arrives() {
        let next = |n: &u32| Some(n.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
        let noise = std::iter::successors(Some(1), next).map(|n| n.to_be_bytes()[0] >> 4);
        let tar: Vec<u8> = noise.take(600_000).collect();
        let packed = |chunk: usize| {
            let mut gzip = gzip(u64::MAX);
            tar.chunks(chunk).for_each(|chunk| gzip.write_all(chunk).unwrap());
            gzip.finish().unwrap().bytes
        };
        let whole = packed(tar.len());
        for chunk in [1, 77, 8_192, 65_536] {
            assert!(packed(chunk) == whole, "in pieces of {chunk} bytes");
        }
    }
}
