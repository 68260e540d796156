//! In: a prepared plan. Out: it is on the disk, and then it serves.

use std::sync::Arc;

use davit_plugin::control::{CommitRequest, CommittedPlan, PluginReport, Refusal, RefusalCode};
use davit_plugin::plan::PluginState;

use super::driver::Driver;
use super::fence::{self, Step};
use super::refusals::{broken, of_volume};
use super::reports;
use super::standing::{Build, Committed, Proposal};
use crate::assemble::{Prepared, Ready};

impl Driver {
    /// Swaps to the prepared plan, or confirms the one that serves. The disk comes
    /// first: what serves is always what would serve after a restart.
    pub(super) async fn commit(&mut self, request: CommitRequest) -> Result<(), Refusal> {
        let standing = self.standing();
        match fence::commit(&standing, &request)? {
            Step::Confirm => self.confirm(&request).await,
            Step::Swap => match standing.proposal {
                Some(Proposal { build: Build::Beside(prepared), tag, .. }) => {
                    self.take_over(&request, prepared, tag).await
                }
                // Such a plan serves, and is confirmed.
                Some(Proposal { build: Build::Serving, .. }) | None => Ok(()),
            },
        }
    }

    async fn confirm(&mut self, request: &CommitRequest) -> Result<(), Refusal> {
        let standing = self.standing();
        let Some(committed) = standing.committed.clone() else { return Ok(()) };
        let proposal = standing.proposal(request.fence, request.plan);
        let tag = proposal.map_or_else(|| committed.whole.tag.clone(), |proposal| proposal.tag.clone());
        let seen = standing.seen.propose(request.fence, request.plan).unwrap_or(standing.seen);
        let mut whole = committed.whole.clone();
        if (request.fence, &tag) != (whole.fence, &whole.tag) {
            whole = Arc::new(CommittedPlan { fence: request.fence, tag, plan: whole.plan.clone() });
            self.write(whole.clone()).await?;
        }
        let done = proposal.is_some();
        self.standing.send_modify(|standing| {
            standing.seen = seen;
            standing.committed = Some(Committed { whole, ..committed });
            standing.confirmed = true;
            if done {
                standing.proposal = None;
            }
        });
        self.assembler.heal().await;
        Ok(())
    }

    async fn take_over(
        &mut self,
        request: &CommitRequest,
        prepared: Prepared,
        tag: String,
    ) -> Result<(), Refusal> {
        let ready = self.ready(request, prepared)?;
        let (fence, digest, plan) = (request.fence, request.plan, (**ready.plan()).clone());
        let whole = Arc::new(CommittedPlan { fence, tag, plan });
        // What changes places can fail, and is tried before the plan is kept.
        let ready = match self.assembler.exchange(ready).await {
            Ok(ready) => ready,
            Err(failed) => {
                self.stay(failed);
                return Ok(());
            }
        };
        if let Err(refusal) = self.write(whole.clone()).await {
            let undone = self.assembler.undo(ready).await;
            self.stay(undone);
            return Err(refusal);
        }
        self.assembler.swap(ready);
        self.keys.take_managed(&whole.plan.keys);
        self.standing.send_modify(|standing| {
            standing.committed = Some(Committed { digest, whole });
            standing.confirmed = true;
            standing.proposal = None;
        });
        self.retire_the_rest();
        let plugins = self.assembler.current().plan().plugins.len();
        tracing::info!(plan = %digest, %fence, plugins, "a plan is live");
        Ok(())
    }

    /// A plan that may be committed. One that serves already in part, with what does
    /// not run of that, is ready too.
    fn ready(&self, request: &CommitRequest, prepared: Prepared) -> Result<Ready, Refusal> {
        if request.degraded {
            return Ok(prepared.degraded());
        }
        all_ready(&reports::of_prepared(&prepared, &self.assembler.current()))?;
        Ok(prepared.whole())
    }

    /// What serves goes on. The plan stays proposed, with what it fails for.
    fn stay(&self, failed: Prepared) {
        self.standing.send_modify(|standing| {
            if let Some(proposal) = &mut standing.proposal {
                proposal.build = Build::Beside(failed);
            }
        });
        self.retire_the_rest();
    }

    async fn write(&self, plan: Arc<CommittedPlan>) -> Result<(), Refusal> {
        let packages = self.packages.clone();
        let written = tokio::task::spawn_blocking(move || packages.write_plan(&plan)).await;
        written.map_err(|error| broken(&error))?.map_err(|error| of_volume(&error))
    }
}

fn all_ready(reports: &[PluginReport]) -> Result<(), Refusal> {
    let hinders =
        |report: &&PluginReport| matches!(report.state, PluginState::Pending | PluginState::Failed(_));
    let names: Vec<&str> = reports.iter().filter(hinders).map(|report| report.name.as_str()).collect();
    if names.is_empty() {
        return Ok(());
    }
    let message = format!("not ready: {}; prepare again, or a plan without them", names.join(", "));
    Err(Refusal::new(RefusalCode::NotReady, message))
}
