//! Why a source did not give what it was asked for.

use std::time::Duration;

use davit_plugin::reason::{Problem, Reason};

/// A source did not give what it was asked for. [`crate::artifact`] knows what
/// follows from it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct SourceError {
    /// The reason, and what to do.
    pub problem: Problem,
    /// How long the source wants to be left alone, if it says so.
    pub retry_after: Option<Duration>,
}

impl SourceError {
    /// An error after which the source may be asked again at any time.
    pub fn new(reason: Reason, message: impl Into<String>) -> Self {
        Self { problem: Problem::new(reason, message), retry_after: None }
    }
}
