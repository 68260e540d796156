//! Whether a managed runtime may be sent requests (interfaces §5): once the
//! operator has confirmed its plan, or when the operator has been silent for long
//! enough since the start.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::standing::Standing;

/// When the operator was heard of last.
#[derive(Debug)]
pub(super) struct Readiness {
    grace: Duration,
    heard: Mutex<Heard>,
}

#[derive(Debug)]
struct Heard {
    /// The last contact; the start before the first one.
    last: Instant,
    /// Calls that are being answered.
    open: usize,
    /// The operator has been silent for `grace` once: it counts for good, so that
    /// its return makes no replica unready that serves.
    silent: bool,
}

/// A call of the operator that is being answered.
pub(super) struct Hearing<'a>(&'a Readiness);

/// What a runtime that is not ready waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiting {
    /// A plan.
    Plan,
    /// The operator's word that the plan on the volume is still the one.
    Confirmation,
}

impl Waiting {
    /// For people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Plan => "a plan from the operator",
            Self::Confirmation => "the operator's confirmation of the plan on the volume",
        }
    }
}

impl Readiness {
    /// The start is now.
    pub(super) fn new(grace: Duration) -> Self {
        let heard = Heard { last: Instant::now(), open: 0, silent: false };
        Self { grace, heard: Mutex::new(heard) }
    }

    /// The operator calls; nobody is silent before it has its answer.
    pub(super) fn hear(&self) -> Hearing<'_> {
        self.heard().open += 1;
        Hearing(self)
    }

    /// What is waited for; none if the runtime is ready.
    pub(super) fn waits_for(&self, standing: &Standing) -> Option<Waiting> {
        if standing.committed.is_none() {
            return Some(Waiting::Plan);
        }
        let mut heard = self.heard();
        heard.silent |= heard.open == 0 && heard.last.elapsed() >= self.grace;
        (!standing.confirmed && !heard.silent).then_some(Waiting::Confirmation)
    }

    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Hearing<'_> {
    fn drop(&mut self) {
        let mut heard = self.0.heard();
        heard.open -= 1;
        heard.last = Instant::now();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use davit_plugin::control::{CommittedPlan, Fence};
    use davit_plugin::plan::Plan;
    use tokio::time::advance;

    use super::super::standing::Committed;
    use super::*;

    const GRACE: Duration = Duration::from_secs(10);

    fn standing(committed: bool, confirmed: bool) -> Standing {
        let plan = Plan::empty();
        let whole = CommittedPlan { fence: Fence::default(), tag: String::new(), plan: plan.clone() };
        let committed = committed.then(|| Committed { digest: plan.digest(), whole: Arc::new(whole) });
        Standing { committed, confirmed, ..Standing::default() }
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_plan_no_time_makes_a_replica_ready() {
        let readiness = Readiness::new(GRACE);
        advance(GRACE * 100).await;
        assert_eq!(readiness.waits_for(&standing(false, false)), Some(Waiting::Plan));
    }

    #[tokio::test(start_paused = true)]
    async fn a_confirmed_plan_makes_a_replica_ready_at_once() {
        let readiness = Readiness::new(GRACE);
        assert_eq!(readiness.waits_for(&standing(true, false)), Some(Waiting::Confirmation));
        assert_eq!(readiness.waits_for(&standing(true, true)), None);
    }

    #[tokio::test(start_paused = true)]
    async fn an_operator_that_is_silent_is_not_waited_for() {
        let readiness = Readiness::new(GRACE);
        let standing = standing(true, false);
        advance(GRACE / 2).await;
        assert_eq!(readiness.waits_for(&standing), Some(Waiting::Confirmation));
        advance(GRACE / 2).await;
        assert_eq!(readiness.waits_for(&standing), None);
        drop(readiness.hear());
        assert_eq!(readiness.waits_for(&standing), None, "its return makes no replica unready");
    }

    #[tokio::test(start_paused = true)]
    async fn each_call_begins_the_grace_anew_and_an_open_one_holds_it_up() {
        let readiness = Readiness::new(GRACE);
        let standing = standing(true, false);
        let call = readiness.hear();
        advance(GRACE * 5).await;
        assert_eq!(readiness.waits_for(&standing), Some(Waiting::Confirmation));
        drop(call);
        advance(GRACE / 2).await;
        assert_eq!(readiness.waits_for(&standing), Some(Waiting::Confirmation));
        advance(GRACE / 2).await;
        assert_eq!(readiness.waits_for(&standing), None);
    }
}
