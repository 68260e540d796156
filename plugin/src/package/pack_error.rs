//! Why a folder was not packed.

use std::io;
use std::path::PathBuf;

use super::shown;
use super::violation::Violation;

/// Why a folder was not packed.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// The content breaks a rule.
    #[error(transparent)]
    Violation(#[from] Violation),
    /// More bytes than allowed.
    #[error("the package is larger than {} {form}; the largest files are {largest}: leave out what the plugin does not need", shown::size(*limit))]
    TooLarge {
        /// `packed` or `unpacked`.
        form: &'static str,
        /// The most bytes allowed.
        limit: u64,
        /// The largest files with their sizes.
        largest: String,
    },
    /// More files and folders than allowed.
    #[error(
        "the package has more than {limit} files and folders; most of them in {largest}: bundle the code, or leave them out"
    )]
    TooManyEntries {
        /// The most allowed.
        limit: usize,
        /// The folders at the top with the most entries.
        largest: String,
    },
    /// No manifest at the top of the folder.
    #[error("`{}` has no manifest.yaml: write one, or name the folder that has it", folder.display())]
    NoManifest {
        /// The folder.
        folder: PathBuf,
    },
    /// Somebody wrote to the folder meanwhile.
    #[error("`{path}` changed while it was being packed: try again when the build is done")]
    Changed {
        /// The path below the folder.
        path: String,
    },
    /// The disk said no.
    #[error("cannot read `{}`: {source}", path.display())]
    Io {
        /// With which file.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
}

impl PackError {
    /// The stable word for clients, in upper snake case; the same as for unpacking.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Violation(violation) => violation.code(),
            Self::TooLarge { .. } => "PACKAGE_TOO_LARGE",
            Self::TooManyEntries { .. } => "TOO_MANY_ENTRIES",
            Self::NoManifest { .. } => "NO_MANIFEST",
            Self::Changed { .. } => "PACKAGE_CHANGED",
            Self::Io { .. } => "IO",
        }
    }

    /// Whether trying again, with nothing changed by a person, may help.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Changed { .. } => true,
            Self::Violation(_)
            | Self::TooLarge { .. }
            | Self::TooManyEntries { .. }
            | Self::NoManifest { .. }
            | Self::Io { .. } => false,
        }
    }
}
