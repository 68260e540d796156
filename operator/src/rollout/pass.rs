//! One pass: from what the resources say and the replicas serve to what they
//! shall serve.
//!
//! ```text
//! rekey → decide → distribute → prepare → judge ─ all ready → commit
//!            ▲                              ├──── some must wait → again soon │
//!            └── without what cannot run ───┴─────────────────────────────────┘
//! ```

use std::sync::Arc;
use std::time::Duration;

use davit_crds::{PluginRuntime, Rollout};
use davit_plugin::Digest;
use davit_plugin::control::Fence;
use davit_plugin::plan::{Barred, Plan, Verdict};
use davit_plugin::reason::Reason;

use super::decide::{Decision, decide};
use super::distribute::distribute;
use super::gather::{Gathered, Reached, highest_fence};
use super::memory::Memory;
use super::{RolloutError, reload_of};
use crate::context::Context;
use crate::failpoint::failpoint;
use crate::fleet::Fleet;
use crate::leader::next_epoch;

/// All that one pass works with.
pub(super) struct Pass<'a> {
    pub(super) ctx: &'a Arc<Context>,
    pub(super) runtime: Arc<PluginRuntime>,
    pub(super) uid: String,
    pub(super) fleet: &'a Fleet,
    pub(super) rollout: RolloutTimes,
    pub(super) memory: &'a mut Memory,
    pub(super) gathered: Gathered,
    /// The replicas that serve the agreed plan, and with it the next one.
    pub(super) in_step: Vec<Reached>,
}

/// `spec.rollout`, parsed.
#[derive(Debug, Clone, Copy)]
pub(super) struct RolloutTimes {
    pub(super) prepare_timeout: Duration,
    pub(super) settle: Duration,
}

/// What a pass came to.
#[derive(Debug)]
pub(super) struct Settled {
    /// What is decided last, and why something does not run as wanted.
    pub(super) decision: Decision,
    /// Something is still starting, so the next pass comes soon.
    pub(super) pending: bool,
    /// Something cannot run that could before long.
    pub(super) troubled: bool,
}

impl From<&Rollout> for RolloutTimes {
    fn from(rollout: &Rollout) -> Self {
        Self { prepare_timeout: rollout.prepare_timeout(), settle: rollout.settle() }
    }
}

impl Pass<'_> {
    /// The plan that the replicas serve.
    pub(super) fn agreed(&self) -> Arc<Plan> {
        let agreed = self.memory.agreed.as_ref();
        agreed.map_or_else(|| Arc::new(Plan::empty()), |agreed| agreed.plan.clone())
    }

    /// All replicas that answer, with what the pass has learnt of them.
    pub(super) fn reached(&self) -> Vec<Reached> {
        let known = |uid: &str| self.in_step.iter().find(|reached| reached.replica.pod_uid() == uid);
        let members = self.gathered.members.iter().filter_map(|member| member.reach.as_ref());
        members.map(|reached| known(reached.replica.pod_uid()).unwrap_or(reached).clone()).collect()
    }

    /// Brings the replicas in step to what shall run, as far as it can run.
    pub(super) async fn settle(&mut self) -> Result<Settled, RolloutError> {
        self.rekey().await?;
        let (mut barred, mut warm) = (Barred::new(), Vec::<Plan>::new());
        loop {
            let decision = self.decide(&barred);
            failpoint("decided");
            if self.in_step.is_empty() || self.is_agreed(&decision.plan) {
                return Ok(Settled::of(decision, &barred));
            }
            let unplaced = distribute(self.ctx, &decision.plan, &self.in_step, &self.reached()).await;
            failpoint("distributed");
            if !unplaced.is_empty() {
                barred.extend(unplaced);
                continue;
            }
            let verdict = self.prepare(&decision.plan, &warm, self.rollout).await?;
            failpoint("prepared");
            match verdict {
                Verdict::Commit => {
                    let more = self.commit(&decision.plan, false).await?;
                    failpoint("committed");
                    if more.is_empty() {
                        return Ok(Settled::of(decision, &barred));
                    }
                    barred.extend(more);
                    warm.push(decision.plan);
                }
                Verdict::Wait(_) => return Ok(Settled { decision, pending: true, troubled: true }),
                Verdict::Without(more) => {
                    barred.extend(more);
                    warm.push(decision.plan);
                }
            }
        }
    }

    /// What to report of a pass that did not come to its end.
    pub(super) fn undone(&self) -> Settled {
        Settled { decision: self.decide(&Barred::new()), pending: true, troubled: true }
    }

    /// What shall run without the `barred` versions.
    pub(super) fn decide(&self, barred: &Barred) -> Decision {
        let reload = reload_of(&self.runtime);
        let mut decision = decide(&self.gathered.subjects, &self.agreed(), reload.as_deref(), barred);
        decision.plan.keys.clone_from(&self.gathered.keys.planned);
        decision
    }

    /// Whether the replicas in step have agreed on the plan, and serve it: one may
    /// have gone on to a plan that another one could not take over to.
    fn is_agreed(&self, plan: &Plan) -> bool {
        let Some(agreed) = self.memory.agreed.as_deref() else { return false };
        *agreed.plan == *plan && self.in_step.iter().all(|reached| reached.serves(&agreed.digest))
    }

    /// The fence for a plan and what is held warm beside it: the same question
    /// has the same fence, so that no replica builds anything twice.
    pub(super) async fn propose(&mut self, plan: &Plan, warm: &[Plan]) -> Result<Fence, RolloutError> {
        let question = (plan.digest(), warm.iter().map(Plan::digest).collect::<Vec<Digest>>());
        if let Some((fence, plan, warm)) = &self.memory.proposed
            && (plan, warm) == (&question.0, &question.1)
            && self.memory.fence == Some(*fence)
        {
            return Ok(*fence);
        }
        let fence = self.next_fence().await?;
        self.memory.proposed = Some((fence, question.0, question.1));
        Ok(fence)
    }

    /// The next place among this leader's plans. Its first one begins an epoch
    /// above all that any replica has seen.
    pub(super) async fn next_fence(&mut self) -> Result<Fence, RolloutError> {
        let fence = if let Some(Fence { epoch, sequence }) = self.memory.fence {
            Fence { epoch, sequence: sequence + 1 }
        } else {
            let seen = highest_fence(&self.gathered.members).epoch;
            Fence { epoch: next_epoch(&self.ctx.client, &self.runtime, seen).await?, sequence: 1 }
        };
        self.memory.fence = Some(fence);
        Ok(fence)
    }
}

impl Settled {
    fn of(decision: Decision, barred: &Barred) -> Self {
        let pending = barred.values().any(|problem| problem.reason == Reason::RolloutInProgress);
        Self { decision, pending, troubled: !barred.is_empty() }
    }
}
