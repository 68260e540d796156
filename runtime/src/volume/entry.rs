//! What lies in a volume's folder of packages, by name.

use std::fs;
use std::path::Path;

use davit_plugin::Digest;
use davit_plugin::package::STAGING_PREFIX;

use super::VolumeError;

/// The committed plan.
pub(super) const PLAN: &str = "plan.json";
/// What the names of files in the making start with.
pub(super) const INCOMING_PREFIX: &str = ".davit-incoming-";
const PACKED: &str = ".tgz";

/// The name of an unpacked package.
pub(super) fn tree(digest: &Digest, number: u64) -> String {
    format!("{}-{number}", digest.hex())
}

/// The name of a package as it came.
pub(super) fn packed(digest: &Digest) -> String {
    format!("{}{PACKED}", digest.hex())
}

/// One entry.
#[derive(Debug, PartialEq, Eq)]
enum Entry {
    /// Something that an earlier process left and nobody may use.
    Left,
    Packed(Digest),
    Plan,
}

/// None if it is somebody else's.
fn entry(name: &str) -> Option<Entry> {
    let digest = |hex: &str| format!("sha256:{hex}").parse::<Digest>().ok();
    if name == PLAN {
        return Some(Entry::Plan);
    }
    if let Some(hex) = name.strip_suffix(PACKED) {
        return digest(hex).map(Entry::Packed);
    }
    let unpacked = name
        .split_once('-')
        .is_some_and(|(hex, number)| digest(hex).is_some() && number.parse::<u64>().is_ok());
    let left = unpacked || name.starts_with(STAGING_PREFIX) || name.starts_with(INCOMING_PREFIX);
    left.then_some(Entry::Left)
}

/// Removes what an earlier process unpacked or left half-written, and nothing
/// else: a folder that holds anything of somebody else's is not a volume. The
/// packages that lie there as they came.
pub(super) fn forget(packages: &Path) -> Result<Vec<Digest>, VolumeError> {
    let failed = |source| VolumeError::io(packages, source);
    let (mut left, mut packed) = (Vec::new(), Vec::new());
    for found in fs::read_dir(packages).map_err(failed)? {
        let found = found.map_err(failed)?;
        match entry(&found.file_name().to_string_lossy()) {
            None => return Err(VolumeError::NotAVolume { path: found.path() }),
            Some(Entry::Left) => left.push(found),
            Some(Entry::Packed(digest)) => packed.push(digest),
            Some(Entry::Plan) => {}
        }
    }
    let remove = |found: &fs::DirEntry| match found.file_type()?.is_dir() {
        true => fs::remove_dir_all(found.path()),
        false => fs::remove_file(found.path()),
    };
    left.iter().try_for_each(remove).map_err(failed)?;
    Ok(packed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_its_own_entries_from_those_of_others() {
        let digest = Digest::of(b"");
        let hex = digest.hex();
        let table = [
            (packed(&digest), Some(Entry::Packed(digest))),
            (tree(&digest, 3), Some(Entry::Left)),
            (format!("{STAGING_PREFIX}x"), Some(Entry::Left)),
            (format!("{INCOMING_PREFIX}x"), Some(Entry::Left)),
            ("plan.json".to_owned(), Some(Entry::Plan)),
            (format!("{hex}-x"), None),
            (hex.clone(), None),
            (format!("{}.tgz", &hex[1..]), None),
            (format!("{}.tgz", hex.to_uppercase()), None),
            ("plan.yaml".to_owned(), None),
            ("react".to_owned(), None),
        ];
        for (name, expected) in table {
            assert_eq!(entry(&name), expected, "{name}");
        }
    }
}
