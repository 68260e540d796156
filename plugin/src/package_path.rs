//! The path of a file in a package, as manifests and plans name it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::shown::shown;

/// The longest path, in bytes.
pub const MAX_LENGTH: usize = 1024;

/// A path below a package's root: segments joined by `/`, none of them empty,
/// `.` or `..`. A `./` at the beginning is taken off.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PackagePath(String);

/// The text is not a path below a package's root.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a path in the package: write one relative to the manifest, e.g. `dist/plugin.js`")]
pub struct InvalidPath(String);

impl PackagePath {
    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The folder that the file lies in; empty for the package's root.
    pub fn folder(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// The first segment: a folder, or the file itself if it lies in the root.
    pub fn first_segment(&self) -> &str {
        self.0.split('/').next().unwrap_or(&self.0)
    }

    /// Where the file is if the package was unpacked at `root`.
    pub fn on_disk(&self, root: &Path) -> PathBuf {
        root.join(&self.0)
    }
}

impl FromStr for PackagePath {
    type Err = InvalidPath;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let path = text.trim_start_matches("./");
        let plain = |segment: &str| !matches!(segment, "" | "." | "..");
        let bad = |c: char| c.is_control() || c == '\\' || c == ':';
        if text.len() > MAX_LENGTH || path.contains(bad) || !path.split('/').all(plain) {
            return Err(InvalidPath(shown(text)));
        }
        Ok(Self(path.to_owned()))
    }
}

impl TryFrom<String> for PackagePath {
    type Error = InvalidPath;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<PackagePath> for String {
    fn from(path: PackagePath) -> Self {
        path.0
    }
}

impl fmt::Display for PackagePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stays_in_the_package() {
        let path = |text: &str| text.parse::<PackagePath>().map(|path| path.0);
        assert_eq!(path("./dist/plugin.js").unwrap(), "dist/plugin.js");
        for text in ["", "/etc/passwd", "..", "a/../b", "a//b", "a/", "./", "C:a", "a\\b", "a\0"] {
            assert!(path(text).is_err(), "{text:?}");
        }
    }
}
