//! Why an archive was not unpacked.

use std::io;
use std::path::PathBuf;

use super::violation::Violation;

/// Why an archive was not unpacked. Nothing of it is left on disk.
#[derive(Debug, thiserror::Error)]
pub enum UnpackError {
    /// The content breaks a rule.
    #[error(transparent)]
    Violation(#[from] Violation),
    /// Neither a gzip'd tar nor a zip.
    #[error("the file is neither a gzip'd tar nor a zip archive: pack the folder with `davit pack`")]
    InvalidFileType,
    /// Truncated, altered, or contradicting itself.
    #[error("the archive is damaged or not well-formed ({why}): pack or fetch it again")]
    Invalid {
        /// What the reader stumbled over.
        why: String,
    },
    /// No manifest at the root.
    #[error("no manifest.yaml: {looked}; put it at the top of the package or of its one top folder")]
    NoManifest {
        /// Where it was looked for.
        looked: String,
    },
    /// The target is there already.
    #[error("`{}` exists already: unpack into a new folder", path.display())]
    TargetExists {
        /// The target.
        path: PathBuf,
    },
    /// The disk said no.
    #[error("cannot {doing} `{}`: {source}", path.display())]
    Io {
        /// What was tried.
        doing: &'static str,
        /// With which file.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
}

impl UnpackError {
    /// The stable word for clients, in upper snake case.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Violation(violation) => violation.code(),
            Self::InvalidFileType => "INVALID_FILE_TYPE",
            Self::Invalid { .. } => "PACKAGE_INVALID",
            Self::NoManifest { .. } => "NO_MANIFEST",
            Self::TargetExists { .. } => "TARGET_EXISTS",
            Self::Io { source, .. } => match source.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "VOLUME_FULL",
                _ => "IO",
            },
        }
    }

    /// Whether the package itself is at fault, so that trying again cannot help.
    pub fn is_packages_fault(&self) -> bool {
        match self {
            Self::Violation(_) | Self::InvalidFileType | Self::Invalid { .. } | Self::NoManifest { .. } => {
                true
            }
            Self::TargetExists { .. } | Self::Io { .. } => false,
        }
    }

    /// The archive contradicts itself.
    pub(super) fn invalid(why: impl Into<String>) -> Self {
        Self::Invalid { why: super::shown::name(why.into().as_bytes()) }
    }
}
