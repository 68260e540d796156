//! In: keys of the admin API that are not those of the agreed plan. Out: the agreed
//! plan with these keys. It comes before anything is decided on plugins: a key that
//! is revoked waits for none of them.

use std::time::Duration;

use davit_plugin::plan::{Barred, Plan};

use super::RolloutError;
use super::distribute::distribute;
use super::pass::{Pass, RolloutTimes};

/// No group's key depends on the plan's keys, so there is nothing to wait for.
const AT_ONCE: RolloutTimes =
    RolloutTimes { prepare_timeout: Duration::from_secs(5), settle: Duration::ZERO };

impl Pass<'_> {
    /// Brings the replicas in step to the keys as their Secrets have them now.
    pub(super) async fn rekey(&mut self) -> Result<(), RolloutError> {
        let Some(plan) = self.rekeyed() else { return Ok(()) };
        let unplaced = distribute(self.ctx, &plan, &self.in_step, &self.reached()).await;
        if !unplaced.is_empty() {
            // The next plan goes without what replicas have lost, and has these keys.
            return Ok(());
        }
        let warm = self.on_its_way();
        // What does not run of the agreed plan does not run before and after:
        // whatever the verdict, it keeps no key from ending.
        self.prepare(&plan, warm.as_slice(), AT_ONCE).await?;
        self.commit(&plan, true).await?;
        let digest = plan.digest();
        self.in_step.retain(|reached| reached.serves(&digest));
        Ok(())
    }

    /// The agreed plan with today's keys, if it has others and anybody serves it.
    fn rekeyed(&self) -> Option<Plan> {
        let agreed = self.memory.agreed.as_ref().filter(|_| !self.in_step.is_empty())?;
        let keys = &self.gathered.keys.planned;
        (agreed.plan.keys != *keys).then(|| Plan { keys: keys.clone(), ..(*agreed.plan).clone() })
    }

    /// What replicas may have begun to start already: without it there it would
    /// start anew. Only of packages that all of them hold.
    fn on_its_way(&self) -> Option<Plan> {
        let plan = self.decide(&Barred::new()).plan;
        let held = |digest| self.in_step.iter().all(|reached| reached.state.packages.contains(digest));
        let comes = plan.plugins != self.agreed().plugins;
        (comes && plan.plugins.iter().all(|plugin| held(&plugin.digest))).then_some(plan)
    }
}
