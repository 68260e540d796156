//! The second phase of a reload: the prepared snapshot serves.

use serde::{Deserialize, Serialize};

use super::Fence;
use crate::Digest;
use crate::plan::Plan;

/// Swaps to the prepared plan, all of it at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitRequest {
    /// The plan's place.
    #[serde(flatten)]
    pub fence: Fence,
    /// The prepared plan.
    pub plan: Digest,
    /// Whether the replica shall serve the plan although some of its plugins do
    /// not run here: they are tried again by the replica itself. For a replica
    /// that joins the others; without it such a plan is refused.
    #[serde(default)]
    pub degraded: bool,
}

/// A plan that a replica serves, as it keeps it on its volume and hands it back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CommittedPlan {
    /// The plan's place.
    #[serde(flatten)]
    pub fence: Fence,
    /// The operator's seal on the plan.
    pub tag: String,
    /// The plan.
    pub plan: Plan,
}
