//! What went wrong on a plugin's way, and what comes next. One place turns it
//! into status: [`crate::status`].

use davit_crds::ConditionType;
use davit_plugin::reason::{Problem, Reason};

/// What can be done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Time or another object may cure it: it is tried again, with backoff.
    Retry,
    /// Only a person can: nothing happens until the resource changes.
    Stall,
}

/// A stage that failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct Trouble {
    /// The condition that tells of it.
    pub stage: ConditionType,
    /// The reason, and what to do.
    pub problem: Problem,
    /// What comes next.
    pub next: Next,
}

impl Trouble {
    /// Trouble that time or another object may cure.
    pub fn retry(stage: ConditionType, reason: Reason, message: impl Into<String>) -> Self {
        Self { stage, problem: Problem::new(reason, message), next: Next::Retry }
    }

    /// Trouble that only a person can cure.
    pub fn stall(stage: ConditionType, reason: Reason, message: impl Into<String>) -> Self {
        Self { stage, problem: Problem::new(reason, message), next: Next::Stall }
    }
}
