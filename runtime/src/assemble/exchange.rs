//! In: a plan that is ready but for groups that may not run beside those that
//! serve. Out: they have changed places, while requests wait; or, because the new
//! ones cannot start, what served before serves again.

use std::collections::BTreeSet;
use std::time::Duration;

use davit_plugin::plan::GroupKey;
use futures::future::join_all;

use super::Assembler;
use super::groups::PlannedGroup;
use super::prepared::{Prepared, Ready};

impl Assembler {
    /// Ends the groups that must end first and starts the plan's own. A plan all of
    /// whose plugins must run comes back if one of those does not, and what served
    /// before goes on.
    pub async fn exchange(&self, ready: Ready) -> Result<Ready, Prepared> {
        let waiting: BTreeSet<GroupKey> = ready.prepared.waiting().map(|planned| planned.group.key).collect();
        if waiting.is_empty() {
            return Ok(ready);
        }
        let hold = self.holding.begin();
        let prepared = self.take_turns(ready.prepared).await;
        let ready = Ready { prepared, hold: Some(hold), ..ready };
        if ready.whole && !ready.prepared.runs_all(&waiting) {
            return Err(self.undo(ready).await);
        }
        Ok(ready)
    }

    /// Brings back what served before an exchange whose plan cannot be committed
    /// after all. The plan as it can be tried again.
    pub async fn undo(&self, ready: Ready) -> Prepared {
        let Ready { prepared, hold, .. } = ready;
        if hold.is_some() {
            tracing::warn!("a plugin's new version cannot take over: the older one is started again");
            let before = self.start(self.current().plan().clone()).await;
            let before = self.take_turns(before).await;
            before.settle(Some(self.patience())).await;
            self.swap(Ready { hold, ..before.degraded() });
        }
        // What has failed stays failed, and what had to end waits for its turn again.
        self.start(prepared.plan().clone()).await
    }

    /// Ends what keeps groups of the plan from starting, and starts them.
    async fn take_turns(&self, mut prepared: Prepared) -> Prepared {
        let (plan, patience) = (prepared.plan().clone(), self.patience());
        let waiting: BTreeSet<GroupKey> = prepared.waiting().map(|planned| planned.group.key).collect();
        self.pool.make_way(&prepared.claims_of_waiting()).await;
        prepared.groups = self.ensure_groups(&plan, &prepared.trees);
        let started = prepared.groups.iter().filter(|planned| waiting.contains(&planned.group.key));
        join_all(started.map(|planned| settled_or_given_up(planned, patience))).await;
        prepared
    }

    /// Each plugin may take its time to start, but a group of many not the sum of it.
    fn patience(&self) -> Duration {
        self.timing.init.saturating_mul(2)
    }
}

async fn settled_or_given_up(planned: &PlannedGroup, patience: Duration) {
    if let Ok(running) = &planned.runs
        && tokio::time::timeout(patience, running.settled()).await.is_err()
    {
        running.give_up().await;
    }
}
