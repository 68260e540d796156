//! The plan that the replicas of one PluginRuntime have agreed on.

use std::sync::Arc;

use davit_plugin::Digest;
use davit_plugin::control::{CommittedPlan, Fence};
use davit_plugin::plan::Plan;

/// A plan with its place, digest and tag.
#[derive(Debug, Clone, PartialEq)]
pub struct AgreedPlan {
    /// Its place among all plans of the runtime.
    pub fence: Fence,
    /// Its digest.
    pub digest: Digest,
    /// Its tag.
    pub tag: String,
    /// The plan itself.
    pub plan: Arc<Plan>,
}

impl From<CommittedPlan> for AgreedPlan {
    fn from(CommittedPlan { fence, tag, plan }: CommittedPlan) -> Self {
        Self { fence, digest: plan.digest(), tag, plan: Arc::new(plan) }
    }
}
