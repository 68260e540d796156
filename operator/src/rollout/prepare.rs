//! In: a plan whose packages are on the volumes. Out: how far it has come on all
//! replicas that answer, and what comes next.

use davit_plugin::control::{MAX_WARM, PluginReport, PrepareRequest, RefusalCode};
use davit_plugin::plan::{CandidateId, GroupKey, Plan, Verdict, judge};
use futures::future::join_all;

use super::RolloutError;
use super::combine::combine;
use super::gather::Reached;
use super::pass::{Pass, RolloutTimes};
use super::tag::tag;
use crate::replicas::ReplicaError;

/// What a replica said to a prepare.
enum Answer {
    Reports(Vec<PluginReport>),
    /// It takes no part in this pass.
    Out(String),
    Fenced(String),
}

impl Pass<'_> {
    /// Prepares `plan` on the replicas in step, with the groups of `warm` beside
    /// it, and judges what they say. Replicas that do not answer are left out of
    /// the pass.
    pub(super) async fn prepare(
        &mut self,
        plan: &Plan,
        warm: &[Plan],
        times: RolloutTimes,
    ) -> Result<Verdict<GroupKey>, RolloutError> {
        let warm = &warm[warm.len().saturating_sub(MAX_WARM)..];
        let request = PrepareRequest {
            fence: self.propose(plan, warm).await?,
            deadline: millis(times.prepare_timeout),
            settle: millis(times.settle),
            plan: plan.clone(),
            tag: tag(&self.fleet.credentials, &self.uid, plan),
            warm: warm.to_vec(),
        };
        let answers = join_all(self.in_step.iter().map(|reached| ask(reached, &request))).await;
        let (mut reports, mut still_in) = (Vec::new(), Vec::new());
        for (reached, answer) in std::mem::take(&mut self.in_step).into_iter().zip(answers) {
            match answer {
                Answer::Reports(list) => {
                    reports.push(list);
                    still_in.push(reached);
                }
                Answer::Out(why) => {
                    tracing::warn!(
                        pod = reached.replica.pod_name(),
                        why,
                        "a replica is left out of a rollout"
                    );
                }
                Answer::Fenced(why) => return Err(RolloutError::Fenced(why)),
            }
        }
        self.in_step = still_in;
        if self.in_step.is_empty() {
            return Err(RolloutError::NoReplica);
        }
        let serve = self.agreed().plugins.iter().map(CandidateId::of).collect();
        Ok(judge(&combine(plan, &reports), &serve))
    }
}

async fn ask(reached: &Reached, request: &PrepareRequest) -> Answer {
    match reached.replica.prepare(request).await {
        Ok(prepared) => Answer::Reports(prepared.plugins),
        Err(ReplicaError::Refused(refusal)) if refusal.code == RefusalCode::StaleFence => {
            Answer::Fenced(refusal.error)
        }
        Err(error) => Answer::Out(error.to_string()),
    }
}

pub(super) fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
