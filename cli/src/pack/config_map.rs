//! In: an unpacked package. Out: its files as a ConfigMap can hold them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::size;

/// What the files of a ConfigMap may have together. The API server takes 1 MiB;
/// the rest is for names and what others add.
const MAX_SIZE: u64 = (1 << 20) - (32 << 10);
/// As many files may be named one by one (`spec.source.configMap.items`).
const MAX_FILES: usize = 256;

/// The files of a package by their paths in it. Links to files are files.
#[derive(Debug, Default)]
pub(super) struct Files(pub(super) BTreeMap<String, Vec<u8>>);

/// A package that no ConfigMap can hold.
#[derive(Debug, thiserror::Error)]
pub enum ConfigMapError {
    /// It is too large.
    #[error(
        "the plugin's files are larger than the {} that fit into a ConfigMap: push it to a registry instead: davit push REFERENCE",
        size::shown(MAX_SIZE)
    )]
    TooLarge,
    /// It has too many files.
    #[error(
        "the plugin has more than {MAX_FILES} files, and a ConfigMap has no folders: push it to a registry instead: davit push REFERENCE"
    )]
    TooMany,
    /// A link to a folder.
    #[error(
        "{0} is a link to a folder, which a ConfigMap cannot hold: push it to a registry instead: davit push REFERENCE"
    )]
    Link(String),
    /// A file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
}

impl Files {
    /// Reads all files below `root`, as far as they fit.
    pub(super) fn read(root: &Path) -> Result<Self, ConfigMapError> {
        let (mut files, mut size) = (Self::default(), 0);
        let mut open = vec![(root.to_owned(), String::new())];
        while let Some((at, prefix)) = open.pop() {
            let failed = |source| ConfigMapError::Io { path: at.clone(), source };
            for entry in fs::read_dir(&at).map_err(failed)? {
                let path = entry.map_err(failed)?.path();
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                let relative = format!("{prefix}{name}");
                let failed = |source| ConfigMapError::Io { path: path.clone(), source };
                let metadata = fs::metadata(&path).map_err(failed)?;
                if metadata.is_dir() && path.is_symlink() {
                    return Err(ConfigMapError::Link(relative));
                }
                if metadata.is_dir() {
                    open.push((path, format!("{relative}/")));
                    continue;
                }
                size += metadata.len();
                if size > MAX_SIZE {
                    return Err(ConfigMapError::TooLarge);
                }
                files.0.insert(relative, fs::read(&path).map_err(failed)?);
            }
        }
        let nested = files.0.keys().any(|path| path.contains('/'));
        if nested && files.0.len() > MAX_FILES { Err(ConfigMapError::TooMany) } else { Ok(files) }
    }
}

/// The bytes as text, if `data` keeps them as they are: control characters and
/// what YAML takes for the end of a line do not all come back.
pub(super) fn text(bytes: &[u8]) -> Option<&str> {
    let strange = |c: char| {
        (c.is_control() && !matches!(c, '\n' | '\t'))
            || matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
    };
    std::str::from_utf8(bytes).ok().filter(|text| !text.contains(strange))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_refused_with_the_command_to_use_instead() {
        let folder = tempfile::tempdir().unwrap();
        let half = vec![b'x'; usize::try_from(MAX_SIZE / 2).unwrap()];
        fs::create_dir(folder.path().join("a")).unwrap();
        for file in ["a/one", "two"] {
            fs::write(folder.path().join(file), &half).unwrap();
        }
        assert_eq!(Files::read(folder.path()).unwrap().0.len(), 2);
        fs::write(folder.path().join("three"), "xx").unwrap();
        let error = Files::read(folder.path()).unwrap_err().to_string();
        assert!(error.ends_with("push it to a registry instead: davit push REFERENCE"), "{error}");
    }

    #[test]
    fn only_what_comes_back_from_yaml_is_text() {
        assert_eq!(text("a\n\tb ü".as_bytes()), Some("a\n\tb ü"));
        for bytes in [&b"\xff"[..], b"a\r\n", b"\0", "\u{2028}".as_bytes(), "\u{feff}a".as_bytes()] {
            assert_eq!(text(bytes), None, "{bytes:?}");
        }
    }
}
