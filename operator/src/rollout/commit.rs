//! In: a plan that is ready on all replicas in step. Out: the agreed plan.

use std::sync::Arc;

use davit_plugin::control::{Agreed, CommitRequest, Prepared};
use davit_plugin::plan::Plan;
use futures::future::join_all;

use super::RolloutError;
use super::agreed::AgreedPlan;
use super::gather::Reached;
use super::pass::Pass;
use super::tag::tag;
use crate::replicas::ReplicaError;

impl Pass<'_> {
    /// Commits `plan` on all replicas in step at once. It is agreed as soon as
    /// one has it: the others are brought to it one by one.
    pub(super) async fn commit(&mut self, plan: &Plan) -> Result<(), RolloutError> {
        let Some(fence) = self.memory.fence else { return Err(RolloutError::NoReplica) };
        let digest = plan.digest();
        let request = CommitRequest { fence, plan: digest, degraded: false };
        let answers = join_all(self.in_step.iter().map(|reached| reached.replica.commit(&request))).await;
        let done = answers.iter().filter(|answer| answer.is_ok()).count();
        for (reached, answer) in self.in_step.iter_mut().zip(answers) {
            take(reached, answer);
        }
        if done == 0 {
            return Err(RolloutError::NotCommitted);
        }
        let tag = tag(&self.fleet.credentials, &self.uid, plan);
        self.memory.agreed = Some(Arc::new(AgreedPlan { fence, digest, tag, plan: Arc::new(plan.clone()) }));
        self.ctx.metrics.committed();
        tracing::info!(plan = %digest, %fence, replicas = done, plugins = plan.plugins.len(), "a plan is live");
        Ok(())
    }
}

/// What a replica serves now.
fn take(reached: &mut Reached, answer: Result<Prepared, ReplicaError>) {
    match answer {
        Ok(prepared) => {
            let Prepared { fence, plan, plugins, .. } = prepared;
            reached.state.committed = Some(Agreed { fence, plan });
            reached.state.fence = fence;
            reached.state.confirmed = true;
            reached.state.plugins = plugins;
        }
        Err(error) => {
            tracing::warn!(pod = reached.replica.pod_name(), %error, "a replica has not committed");
        }
    }
}
