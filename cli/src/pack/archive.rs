//! The file that a package is written to.

use std::fs::Permissions;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use davit_plugin::{PluginName, Version};

/// Why a package was not written.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// It would become a part of the next package.
    #[error("{} lies in the folder that is packed, so the next package would hold this one: name a place outside", file.display())]
    Inside {
        /// The file.
        file: PathBuf,
    },
    /// The disk said no.
    #[error("cannot write {}: {source}", file.display())]
    Io {
        /// The file.
        file: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
}

/// `<name>-<version>.tgz`, a scope joined by `-`, as npm names its archives:
/// `@acme/hello` 1.2.0 is `acme-hello-1.2.0.tgz`.
#[must_use]
pub fn file_name(name: &PluginName, version: &Version) -> String {
    let name = name.as_str().trim_start_matches('@').replace('/', "-");
    format!("{name}-{version}.tgz")
}

/// Where the package of `packed` goes if nobody says so: into the working
/// directory, or beside the folder if that is the folder or lies in it.
pub(super) fn usual_place(
    packed: &Path,
    name: &PluginName,
    version: &Version,
) -> Result<PathBuf, ArchiveError> {
    let file = PathBuf::from(file_name(name, version));
    let failed = |source| ArchiveError::Io { file: file.clone(), source };
    let working = Path::new(".").canonicalize().map_err(failed)?;
    let packed = packed.canonicalize().map_err(failed)?;
    let beside = packed.parent().filter(|_| working.starts_with(&packed));
    Ok(beside.map_or_else(|| file.clone(), |folder| folder.join(&file)))
}

/// Writes `bytes` to `file` by way of a temporary file beside it. `packed` is the
/// folder that was packed.
pub(super) fn write(file: &Path, packed: &Path, bytes: &[u8]) -> Result<(), ArchiveError> {
    let failed = |source| ArchiveError::Io { file: file.to_owned(), source };
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (folder, packed) = (folder.canonicalize().map_err(failed)?, packed.canonicalize().map_err(failed)?);
    if folder.starts_with(packed) {
        return Err(ArchiveError::Inside { file: file.to_owned() });
    }
    // The process' umask takes from this what it takes from any new file.
    let mode = Permissions::from_mode(0o666);
    let temporary = tempfile::Builder::new().prefix(".davit-pack-").permissions(mode).tempfile_in(&folder);
    let mut temporary = temporary.map_err(failed)?;
    temporary.write_all(bytes).and_then(|()| temporary.as_file().sync_all()).map_err(failed)?;
    temporary.persist(file).map_err(|error| failed(error.error))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_as_npm_makes_them() {
        let table = [
            ("hello", "1.2.0", "hello-1.2.0.tgz"),
            ("@acme/hello", "1.2.0", "acme-hello-1.2.0.tgz"),
            ("a.b", "0.0.1-beta.1", "a.b-0.0.1-beta.1.tgz"),
        ];
        for (name, version, expected) in table {
            assert_eq!(file_name(&name.parse().unwrap(), &version.parse().unwrap()), expected);
        }
    }

    proptest! {
        #[test]
        fn a_name_is_always_one_plain_file(name in "(@[a-z0-9_.~-]{1,8}/)?[A-Za-z0-9_.~-]{1,8}") {
            if let Ok(name) = name.parse() {
                let file = file_name(&name, &Version::default());
                prop_assert!(!file.contains('/') && !file.starts_with(['.', '-']), "{}", file);
            }
        }
    }

    #[test]
    fn replaces_an_older_archive_and_leaves_nothing_else() {
        let (folder, packed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let file = folder.path().join("hello-1.0.0.tgz");
        write(&file, packed.path(), b"old").unwrap();
        write(&file, packed.path(), b"new").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn refuses_a_place_that_would_be_packed_the_next_time() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("dist")).unwrap();
        for file in ["dist/hello.tgz", "hello.tgz"] {
            let written = write(&folder.path().join(file), folder.path(), b"x");
            assert!(matches!(written, Err(ArchiveError::Inside { .. })), "{file}");
        }
    }

    #[test]
    fn says_which_file_cannot_be_written() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("gone/hello.tgz");
        let error = write(&file, Path::new("."), b"x").unwrap_err().to_string();
        assert!(error.contains("gone/hello.tgz: No such file"), "{error}");
    }
}
