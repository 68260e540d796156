//! What orders plans.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The place of a plan among all plans of one runtime. A later leader of the
/// operator has a higher epoch; within an epoch each new plan has a higher
/// sequence. It is no part of the plan's digest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Fence {
    /// Counts the leaders.
    pub epoch: u64,
    /// Counts the plans of one leader.
    pub sequence: u64,
}

impl fmt::Display for Fence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.epoch, self.sequence)
    }
}
