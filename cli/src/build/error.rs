//! Why a plugin folder was not built.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use davit_engine_bun::LocateError;

use super::diagnosis::{Diagnosis, diagnose};

/// A place in a source file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file: below the plugin's folder, or absolute if it lies elsewhere.
    pub path: String,
    /// The line, counted from 1.
    pub line: u64,
    /// The column, counted from 1.
    pub column: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.path, self.line, self.column)
    }
}

/// Why a plugin folder was not built. Each message is one line; [`BuildError::output`]
/// has the rest.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// package.json cannot be read as JSON.
    #[error("{}:{line}:{column}: not valid JSON: {why}", path.display())]
    PackageJson {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// The column, counted from 1.
        column: usize,
        /// What is wrong.
        why: String,
    },
    /// The disk said no.
    #[error("cannot read {}: {source}", path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// There is no Bun to run the script.
    #[error("{}: cannot run the build script: {source}", folder.display())]
    NoBun {
        /// The plugin's folder.
        folder: PathBuf,
        /// Where it was looked for.
        source: LocateError,
    },
    /// The script could not be started.
    #[error("{}: cannot run the build script with {}: {source}", folder.display(), bun.display())]
    Start {
        /// The plugin's folder.
        folder: PathBuf,
        /// The Bun that was tried.
        bun: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// The script failed and said where.
    #[error("{}: {message}", shown(folder, place))]
    At {
        /// The plugin's folder.
        folder: PathBuf,
        /// Where the first error stands.
        place: Place,
        /// What is wrong there.
        message: String,
        /// All that the script printed.
        output: String,
    },
    /// The script failed and did not say where.
    #[error("{}: the build script failed ({status}): {message}; run it there to see all that it prints", folder.display())]
    Failed {
        /// The plugin's folder.
        folder: PathBuf,
        /// How the script ended.
        status: ExitStatus,
        /// Its first error, or its last words.
        message: String,
        /// All that the script printed.
        output: String,
    },
    /// The script took too long and was ended.
    #[error("{}: the build script did not end within {limit:?}: `{script}`; a script that watches or serves is no build, and a slow one needs a longer limit", folder.display())]
    TimedOut {
        /// The plugin's folder.
        folder: PathBuf,
        /// The script's text.
        script: String,
        /// How long it had.
        limit: Duration,
        /// All that the script printed.
        output: String,
    },
}

impl BuildError {
    pub(super) fn start(folder: &Path, bun: &Path, source: io::Error) -> Self {
        Self::Start { folder: folder.to_owned(), bun: bun.to_owned(), source }
    }

    pub(super) fn failed(folder: &Path, status: ExitStatus, output: String) -> Self {
        let absolute = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        let Diagnosis { place, message } = diagnose(&output, &absolute);
        let folder = folder.to_owned();
        match place {
            Some(place) => Self::At { folder, place, message, output },
            None => Self::Failed { folder, status, message, output },
        }
    }

    pub(super) fn timed_out(folder: &Path, script: &str, limit: Duration, output: String) -> Self {
        let script = script.chars().filter(|c| !c.is_control()).take(200).collect();
        Self::TimedOut { folder: folder.to_owned(), script, limit, output }
    }

    /// Where the first error stands, if the tool said it.
    pub fn place(&self) -> Option<&Place> {
        match self {
            Self::At { place, .. } => Some(place),
            Self::PackageJson { .. }
            | Self::Io { .. }
            | Self::NoBun { .. }
            | Self::Start { .. }
            | Self::Failed { .. }
            | Self::TimedOut { .. } => None,
        }
    }

    /// All that the script printed, if it ran.
    pub fn output(&self) -> Option<&str> {
        match self {
            Self::At { output, .. } | Self::Failed { output, .. } | Self::TimedOut { output, .. } => {
                Some(output)
            }
            Self::PackageJson { .. } | Self::Io { .. } | Self::NoBun { .. } | Self::Start { .. } => None,
        }
    }
}

/// The place as seen from where `folder` was named.
fn shown(folder: &Path, place: &Place) -> String {
    let path = folder.join(&place.path);
    let path = path.strip_prefix(".").unwrap_or(&path);
    Place { path: path.display().to_string(), ..*place }.to_string()
}
