//! Archives made by hand, for what Davit's own packing would never write.

use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{Builder, EntryType, Header};

/// A gzip'd tar with these files, their names taken as they are: `../x` or `/x`
/// too.
pub fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (name, bytes) in files {
        let mut header = Header::new_gnu();
        header.set_entry_type(EntryType::Regular);
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        // The library's own setter refuses what tests want.
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_cksum();
        archive.append(&header, *bytes).expect("memory is writable");
    }
    archive.into_inner().and_then(GzEncoder::finish).expect("memory is writable")
}
