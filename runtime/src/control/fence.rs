//! Which calls a plan's place lets through: what is older than anything seen is
//! refused, and one place belongs to one plan.

use davit_plugin::Digest;
use davit_plugin::control::{CommitRequest, Fence, Refusal, RefusalCode};

use super::standing::Standing;

/// The newest place that was seen, and the plan it belongs to, if it is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) fence: Fence,
    pub(super) plan: Option<Digest>,
}

/// What a commit comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The plan serves already.
    Confirm,
    /// The prepared plan takes over.
    Swap,
}

impl Seen {
    /// What has been seen once this plan is proposed for this place.
    pub(super) fn propose(self, fence: Fence, plan: Digest) -> Result<Self, Refusal> {
        self.reach(fence)?;
        match self.plan {
            Some(other) if fence == self.fence && other != plan => Err(taken(fence, other)),
            _ => Ok(Self { fence, plan: Some(plan) }),
        }
    }

    /// What has been seen once somebody has named this place.
    pub(super) fn reach(self, fence: Fence) -> Result<Self, Refusal> {
        if fence < self.fence {
            let message = format!("{fence} is older than {}: another leader may be at work", self.fence);
            return Err(Refusal::new(RefusalCode::StaleFence, message));
        }
        Ok(if fence > self.fence { Self { fence, plan: None } } else { self })
    }
}

/// What a commit comes to, but for how the plan's plugins fare.
pub(super) fn commit(standing: &Standing, request: &CommitRequest) -> Result<Step, Refusal> {
    let CommitRequest { fence, plan, .. } = *request;
    let committed = standing.committed.as_ref().filter(|committed| committed.digest == plan);
    if committed.is_some_and(|committed| committed.whole.fence == fence) {
        return Ok(Step::Confirm);
    }
    standing.seen.propose(fence, plan)?;
    if committed.is_some() {
        return Ok(Step::Confirm);
    }
    standing.proposal(fence, plan).map(|_| Step::Swap).ok_or_else(|| {
        let message = format!("the plan {plan} is not prepared as {fence}: prepare it first");
        Refusal::new(RefusalCode::NotPrepared, message)
    })
}

fn taken(fence: Fence, other: Digest) -> Refusal {
    let message = format!("{fence} belongs to the plan {other}: take the next sequence");
    Refusal::new(RefusalCode::StaleFence, message)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use davit_plugin::control::CommittedPlan;
    use davit_plugin::plan::Plan;

    use super::super::standing::{Build, Committed, Proposal};
    use super::*;

    const fn at(epoch: u64, sequence: u64) -> Fence {
        Fence { epoch, sequence }
    }

    fn plan(name: &str) -> Digest {
        Digest::of(name.as_bytes())
    }

    /// The committed plan `a` as 1.5, and what has been seen and prepared since.
    fn standing(seen: (Fence, Option<&str>), prepared: Option<(Fence, &str)>) -> Standing {
        let whole = CommittedPlan { fence: at(1, 5), tag: String::new(), plan: Plan::empty() };
        let proposal = |(fence, name): (Fence, &str)| Proposal {
            fence,
            digest: plan(name),
            tag: String::new(),
            build: Build::Serving,
        };
        Standing {
            seen: Seen { fence: seen.0, plan: seen.1.map(plan) },
            committed: Some(Committed { digest: plan("a"), whole: Arc::new(whole) }),
            proposal: prepared.map(proposal),
            ..Standing::default()
        }
    }

    #[test]
    fn a_plan_is_proposed_for_the_newest_place_only_and_a_place_has_one_plan() {
        let seen = Seen { fence: at(2, 5), plan: Some(plan("a")) };
        let table = [
            (at(2, 5), "a", true),
            (at(2, 5), "b", false),
            (at(2, 6), "a", true),
            (at(2, 6), "b", true),
            (at(3, 1), "b", true),
            (at(2, 4), "a", false),
            (at(1, 99), "a", false),
        ];
        for (fence, name, fine) in table {
            let result = seen.propose(fence, plan(name));
            match fine {
                true => assert_eq!(result, Ok(Seen { fence, plan: Some(plan(name)) }), "{fence} {name}"),
                false => assert_eq!(result.unwrap_err().code, RefusalCode::StaleFence, "{fence} {name}"),
            }
        }
        let reached = seen.reach(at(2, 7)).unwrap();
        assert_eq!(reached.plan, None);
        assert_eq!(reached.propose(at(2, 7), plan("b")).map(|seen| seen.plan), Ok(Some(plan("b"))));
        assert_eq!(seen.reach(at(2, 5)), Ok(seen));
        assert_eq!(seen.reach(at(2, 4)).unwrap_err().code, RefusalCode::StaleFence);
    }

    #[test]
    fn a_commit_is_for_what_is_prepared_or_serves() {
        use RefusalCode::{NotPrepared, StaleFence};
        let idle = standing((at(1, 5), Some("a")), None);
        let preparing = standing((at(1, 6), Some("b")), Some((at(1, 6), "b")));
        let aborted = standing((at(1, 6), None), None);
        let lacking = standing((at(1, 7), Some("c")), Some((at(1, 6), "b")));
        let table = [
            (&idle, at(1, 5), "a", Ok(Step::Confirm)),
            (&idle, at(1, 6), "a", Ok(Step::Confirm)),
            (&idle, at(2, 1), "a", Ok(Step::Confirm)),
            (&idle, at(1, 4), "a", Err(StaleFence)),
            (&idle, at(1, 5), "b", Err(StaleFence)),
            (&idle, at(1, 6), "b", Err(NotPrepared)),
            (&preparing, at(1, 6), "b", Ok(Step::Swap)),
            (&preparing, at(1, 6), "c", Err(StaleFence)),
            (&preparing, at(1, 6), "a", Err(StaleFence)),
            (&preparing, at(1, 5), "a", Ok(Step::Confirm)),
            (&preparing, at(1, 4), "a", Err(StaleFence)),
            (&preparing, at(1, 7), "b", Err(NotPrepared)),
            (&aborted, at(1, 6), "b", Err(NotPrepared)),
            (&lacking, at(1, 6), "b", Err(StaleFence)),
            (&lacking, at(1, 7), "c", Err(NotPrepared)),
        ];
        for (standing, fence, name, expected) in table {
            let request = CommitRequest { fence, plan: plan(name), degraded: false };
            let result = commit(standing, &request).map_err(|refusal| refusal.code);
            assert_eq!(result, expected, "{fence} {name} on {:?}", standing.seen);
        }
    }
}
