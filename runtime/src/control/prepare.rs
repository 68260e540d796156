//! In: a plan and its place. Out: its groups, started beside those that serve.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use davit_plugin::Digest;
use davit_plugin::control::{Agreed, PrepareRequest, Refusal};
use davit_plugin::plan::Plan;
use tokio::time::Instant;

use super::driver::Driver;
use super::refusals::packages_missing;
use super::standing::{Build, Proposal, digests};

/// No prepare is waited for longer than this, whatever it asks for.
const LONGEST: Duration = Duration::from_hours(1);

/// A prepare that was read and found to be one.
pub(super) struct Wish {
    pub(super) place: Agreed,
    pub(super) plan: Arc<Plan>,
    pub(super) tag: String,
    pub(super) warm: Vec<Arc<Plan>>,
    pub(super) times: Times,
}

/// How long a prepare may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    pub(super) deadline: Duration,
    pub(super) settle: Duration,
}

impl Wish {
    pub(super) fn of(request: PrepareRequest) -> Self {
        let PrepareRequest { fence, deadline, settle, plan, tag, warm } = request;
        let millis = |millis| Duration::from_millis(millis).min(LONGEST);
        Self {
            place: Agreed { fence, plan: plan.digest() },
            plan: Arc::new(plan),
            tag,
            warm: warm.into_iter().map(Arc::new).collect(),
            times: Times { deadline: millis(deadline), settle: millis(settle) },
        }
    }

    fn packages(&self) -> Vec<Digest> {
        let plans = [&self.plan].into_iter().chain(&self.warm);
        let all: BTreeSet<Digest> = plans.flat_map(|plan| digests(plan)).collect();
        all.into_iter().collect()
    }
}

impl Driver {
    /// Starts what is not there yet. Groups that run, or are starting, with the
    /// same inputs are taken as they are, so the same call never builds twice; one
    /// that has failed is tried again when its time has come.
    pub(super) async fn prepare(&mut self, wish: Wish) -> Result<(), Refusal> {
        let Agreed { fence, plan: digest } = wish.place;
        let seen = self.standing.borrow().seen.propose(fence, digest)?;
        self.standing.send_if_modified(|standing| std::mem::replace(&mut standing.seen, seen) != seen);
        self.expires = Some(Instant::now() + wish.times.deadline * 2);
        if self.is_under_way(&wish) {
            return Ok(());
        }
        let missing = self.provide(wish.packages()).await?;
        if !missing.is_empty() {
            return Err(packages_missing(missing));
        }
        let serves = self.standing.borrow().serves(&digest);
        let build = if serves {
            self.assembler.heal().await;
            Build::Serving
        } else {
            Build::Beside(self.assembler.start(wish.plan).await)
        };
        let mut warm = Vec::with_capacity(wish.warm.len());
        for plan in wish.warm {
            warm.push(self.assembler.start(plan).await);
        }
        let proposal = Proposal { fence, digest, tag: wish.tag, build };
        self.standing.send_modify(|standing| {
            standing.proposal = Some(proposal);
            standing.warm = warm;
        });
        self.retire_the_rest();
        Ok(())
    }

    /// Whether this was asked before and nothing of it has failed since.
    fn is_under_way(&self, wish: &Wish) -> bool {
        let standing = self.standing.borrow();
        let Some(proposal) = standing.proposal(wish.place.fence, wish.place.plan) else { return false };
        let same_warm =
            standing.warm.iter().map(|warm| &**warm.plan()).eq(wish.warm.iter().map(|plan| &**plan));
        let mut built = proposal.prepared().into_iter().chain(&standing.warm);
        same_warm && proposal.tag == wish.tag && !built.any(crate::assemble::Prepared::has_failed)
    }
}
