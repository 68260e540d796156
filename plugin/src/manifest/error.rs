//! What is wrong with a manifest, with its file, line and column.

use std::fmt;

use crate::reason::{Problem, Reason};

/// A place in the manifest; both numbers count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: u64,
    /// The column, in characters.
    pub column: u64,
}

impl Position {
    /// The first character of the file.
    pub const START: Self = Self { line: 1, column: 1 };

    pub(super) fn start() -> Self {
        Self::START
    }

    /// The place behind all of `text`.
    pub(super) fn behind(text: &str) -> Self {
        let last = text.rsplit('\n').next().unwrap_or_default();
        Self { line: 1 + text.matches('\n').count() as u64, column: 1 + last.chars().count() as u64 }
    }
}

impl From<serde_saphyr::Location> for Position {
    fn from(location: serde_saphyr::Location) -> Self {
        Self { line: location.line().max(1), column: location.column().max(1) }
    }
}

/// One fault or warning of a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where it stands.
    pub at: Position,
    /// The stable word for it.
    pub reason: Reason,
    /// What is wrong and what to write instead.
    pub message: String,
}

/// A manifest that cannot be used, with all that is wrong with it in the order
/// of the file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ManifestError {
    /// The file as the caller named it.
    pub file: String,
    /// At least one finding.
    pub findings: Vec<Finding>,
}

impl ManifestError {
    pub(super) fn of(file: &str, findings: Vec<Finding>) -> Self {
        Self { file: file.to_owned(), findings }
    }
}

impl fmt::Display for ManifestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = &self.file;
        for (index, Finding { at, message, .. }) in self.findings.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{file}:{}:{}: {message}", at.line, at.column)?;
        }
        Ok(())
    }
}

impl From<&ManifestError> for Problem {
    fn from(error: &ManifestError) -> Self {
        let reason = error.findings.first().map_or(Reason::ManifestInvalid, |finding| finding.reason);
        Self::new(reason, error.to_string())
    }
}
