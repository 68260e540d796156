//! How long a prepare waits for what it has started.

use davit_plugin::control::{Agreed, Prepared as Answer, Refusal, RefusalCode};
use futures::future::join_all;
use tokio::time::{Instant, timeout_at};

use super::Control;
use super::prepare::Times;
use super::refusals::stopping;
use super::reports;
use super::standing::{Build, Standing};
use crate::listen::Phase;

impl Control {
    /// Waits until everything in that place has settled: for no group longer than
    /// `settle` after its start, and not beyond `until`. Whatever waits for a place
    /// that another one has taken is refused.
    pub(super) async fn settled(
        &self,
        place: Agreed,
        times: Times,
        until: Instant,
    ) -> Result<Answer, Refusal> {
        let (mut standing, mut phase) = (self.standing.clone(), self.phase.clone());
        let begun = standing.borrow().clone();
        tokio::select! {
            _ = phase.wait_for(|phase| *phase != Phase::Serving) => return Err(stopping()),
            _ = standing.wait_for(|now| !is_in(now, place)) => {}
            _ = timeout_at(until, self.settle(&begun, place, times)) => {}
        }
        let answer = reports::answer(&standing.borrow(), &self.assembler.current(), place);
        answer.ok_or_else(|| {
            let message = format!("another plan has come since {} was to be prepared", place.fence);
            Refusal::new(RefusalCode::StaleFence, message)
        })
    }

    /// `settle` is for changes of what serves. A replica that nobody sends requests
    /// to yet has the time to wait for everything.
    async fn settle(&self, standing: &Standing, Agreed { fence, plan }: Agreed, times: Times) {
        let Some(proposal) = standing.proposal(fence, plan) else { return };
        let some = Some(times.settle);
        let limit = some.filter(|_| self.waits_for().is_none());
        let proposed = async {
            match &proposal.build {
                Build::Beside(prepared) => prepared.settle(limit).await,
                Build::Serving => self.assembler.current().settle(limit).await,
            }
        };
        let warm = join_all(standing.warm.iter().map(|warm| warm.settle(some)));
        tokio::join!(proposed, warm);
    }
}

/// Whether the place is still the one that is prepared.
fn is_in(standing: &Standing, Agreed { fence, plan }: Agreed) -> bool {
    standing.proposal(fence, plan).is_some()
}
