//! In: a plan that is ready on all replicas in step. Out: the agreed plan, or the
//! versions that could not take over (interfaces §8, `replacement`).

use std::collections::BTreeSet;
use std::sync::Arc;

use davit_plugin::control::{Agreed, CommitRequest, PluginReport, Prepared};
use davit_plugin::plan::{Barred, CandidateId, Plan, Verdict, judge};
use futures::future::join_all;

use super::RolloutError;
use super::agreed::AgreedPlan;
use super::combine::combine;
use super::gather::Reached;
use super::pass::Pass;
use super::tag::tag;

impl Pass<'_> {
    /// Commits `plan` on all replicas in step at once. It is agreed as soon as
    /// one has it: the others are brought to it one by one. But if a version that
    /// starts only now fails on any of them, nothing is agreed: it is barred from
    /// the plan that comes next. A `degraded` plan is taken whatever fails of it.
    pub(super) async fn commit(&mut self, plan: &Plan, degraded: bool) -> Result<Barred, RolloutError> {
        let Some(fence) = self.memory.fence else { return Err(RolloutError::NoReplica) };
        let digest = plan.digest();
        let request = CommitRequest { fence, plan: digest, degraded };
        let answers =
            join_all(self.in_step.iter().map(|reached| reached.replica.commit(&request, plan))).await;
        let (mut done, mut failed) = (0, Vec::new());
        for (reached, answer) in self.in_step.iter_mut().zip(answers) {
            match answer {
                Ok(prepared) if prepared.committed => {
                    take(reached, prepared);
                    done += 1;
                }
                Ok(prepared) => failed.push(prepared.plugins),
                Err(error) => {
                    tracing::warn!(pod = reached.replica.pod_name(), %error, "a replica has not committed");
                }
            }
        }
        let barred = self.barred(plan, &failed);
        if !barred.is_empty() {
            return Ok(barred);
        }
        if done == 0 {
            return Err(RolloutError::NotCommitted);
        }
        let tag = tag(&self.fleet.credentials, &self.uid, plan);
        self.memory.agreed = Some(Arc::new(AgreedPlan { fence, digest, tag, plan: Arc::new(plan.clone()) }));
        self.ctx.metrics.committed();
        tracing::info!(plan = %digest, %fence, replicas = done, plugins = plan.plugins.len(), "a plan is live");
        Ok(barred)
    }

    /// The versions that replicas could not start in the place of those that they
    /// serve. One that is agreed already stays: it is degraded where it fails.
    fn barred(&self, plan: &Plan, failed: &[Vec<PluginReport>]) -> Barred {
        let serve: BTreeSet<CandidateId> = self.agreed().plugins.iter().map(CandidateId::of).collect();
        match judge(&combine(plan, failed), &serve) {
            Verdict::Without(barred) => barred.into_iter().filter(|(id, _)| !serve.contains(id)).collect(),
            Verdict::Commit | Verdict::Wait(_) => Barred::new(),
        }
    }
}

/// What a replica serves now.
fn take(reached: &mut Reached, prepared: Prepared) {
    let Prepared { fence, plan, plugins, .. } = prepared;
    reached.state.committed = Some(Agreed { fence, plan });
    reached.state.fence = fence;
    reached.state.confirmed = true;
    reached.state.plugins = plugins;
}
