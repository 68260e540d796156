//! Puts a plan together beside the one that serves, then swaps.
//!
//! ```text
//! plan → start: ensure groups → settle → prepared → commit: exchange → snapshot → swap → retire old groups
//! ```
//!
//! What may not run beside its older version changes places with it at the
//! exchange; everything else is up before.

mod assets;
mod claims;
mod environment;
mod exchange;
mod groups;
mod hold;
mod hooks;
mod lease;
mod pool;
mod prepared;
mod retry;
mod running;
mod snapshot;
mod state;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use davit_engine::Engine;
use davit_plugin::Digest;
use davit_plugin::plan::{GroupKey, Plan};
use tokio::sync::watch;

use crate::plugin_logs::PluginLogs;
use crate::volume::{Tree, Volume};

pub use assets::{Asset, Assets, Encoding, Representation, Shelf, Source};
pub use hooks::{HookTable, Hooker};
pub use lease::{Farewell, Lease, Leases, told};
pub use prepared::{Prepared, Ready};
pub use running::Running;
pub use snapshot::{Code, Served, Snapshot};
pub use state::{Runs, Unstarted};

use hold::Holding;
use pool::Pool;

/// Times of a change.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    /// How long one plugin's import, factory and `onInit` may take together.
    pub init: Duration,
    /// How long a change waits for groups that are still starting.
    pub settle: Duration,
    /// How long old groups may answer the requests they have.
    pub drain: Duration,
}

impl Default for Timing {
    /// 30 s, 2 s and 30 s (Buntime contract §3; interfaces §4).
    fn default() -> Self {
        Self { init: Duration::from_secs(30), settle: Duration::from_secs(2), drain: Duration::from_secs(30) }
    }
}

/// A plan names packages that the volume does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the volume lacks packages of the plan: {0:?}; put them there first")]
pub struct MissingPackages(pub Vec<Digest>);

/// Makes plans live.
pub struct Assembler {
    engine: Option<Arc<dyn Engine>>,
    volume: Arc<Volume>,
    timing: Timing,
    pool: Pool,
    logs: PluginLogs,
    current: ArcSwap<Snapshot>,
    swaps: watch::Sender<u64>,
    holding: Arc<Holding>,
    committed: AtomicBool,
}

impl Assembler {
    /// Serves nothing yet. Without an engine everything but code is served.
    pub fn new(engine: Option<Arc<dyn Engine>>, volume: Arc<Volume>, timing: Timing) -> Self {
        let current = ArcSwap::from_pointee(Snapshot::empty());
        Self {
            engine,
            volume,
            timing,
            pool: Pool::default(),
            logs: PluginLogs::default(),
            current,
            swaps: watch::Sender::new(0),
            holding: Arc::default(),
            committed: AtomicBool::new(false),
        }
    }

    /// What serves now.
    pub fn current(&self) -> Arc<Snapshot> {
        self.current.load_full()
    }

    /// Whether any plan has been committed, be it one without plugins.
    pub fn has_committed(&self) -> bool {
        self.committed.load(Ordering::Acquire)
    }

    /// The engine's name; none without one.
    pub fn engine_name(&self) -> Option<String> {
        self.engine.as_ref().map(|engine| engine.name())
    }

    /// Counts up whenever a group becomes ready, fails or is due for a retry.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.pool.changes()
    }

    /// Counts up with each snapshot.
    pub fn swaps(&self) -> watch::Receiver<u64> {
        self.swaps.subscribe()
    }

    /// All groups, of the snapshot and beside it.
    pub fn groups(&self) -> Vec<(GroupKey, Arc<Running>)> {
        self.pool.list()
    }

    /// What its plugins have written.
    pub fn logs(&self) -> &PluginLogs {
        &self.logs
    }

    /// Starts what the plan needs and is not there, and waits until all of it
    /// has settled, though for no group longer than `settle` after its start.
    pub async fn prepare(&self, plan: Plan, settle: Duration) -> Result<Prepared, MissingPackages> {
        let missing = self.missing(&plan);
        if !missing.is_empty() {
            return Err(MissingPackages(missing));
        }
        let prepared = self.start(Arc::new(plan)).await;
        prepared.settle(Some(settle)).await;
        Ok(prepared)
    }

    /// Starts what the plan needs and is not there. A plugin whose package is
    /// not unpacked on the volume, or that nothing here can run, is failed.
    pub async fn start(&self, plan: Arc<Plan>) -> Prepared {
        let trees: Vec<Option<Arc<Tree>>> =
            plan.plugins.iter().map(|plugin| self.volume.tree(&plugin.digest)).collect();
        let groups = self.ensure_groups(&plan, &trees);
        let assets = assets::of_plan(&plan, &trees, &self.current()).await;
        Prepared::new(plan, trees, assets, groups)
    }

    /// The plan's packages that the volume does not hold, in its order.
    fn missing(&self, plan: &Plan) -> Vec<Digest> {
        let digests = plan.plugins.iter().map(|plugin| plugin.digest);
        digests.filter(|digest| self.volume.tree(digest).is_none()).collect()
    }

    /// Swaps to a prepared plan at once, for all of its plugins. Groups that are
    /// neither in it nor in `warm` are drained and ended. If one that starts only
    /// now fails, what served before goes on, and the plan comes back with the
    /// failure.
    pub async fn commit(&self, ready: Ready, warm: &BTreeSet<GroupKey>) -> Result<Arc<Snapshot>, Prepared> {
        let keys: BTreeSet<GroupKey> = ready.keys().chain(warm.iter().copied()).collect();
        let snapshot = self.swap(self.exchange(ready).await?);
        self.retain(&keys);
        Ok(snapshot)
    }

    /// Swaps to a plan whose groups have changed places with those that they may
    /// not run beside. Every group stays.
    pub fn swap(&self, ready: Ready) -> Arc<Snapshot> {
        let (mut snapshot, hold) = ready.into_snapshot();
        let before = self.current();
        snapshot.inherit_files(&before);
        snapshot.inherit_meters(&before);
        let snapshot = Arc::new(snapshot);
        self.current.store(snapshot.clone());
        self.committed.store(true, Ordering::Release);
        drop(hold);
        snapshot.runs().for_each(|running| running.group.live());
        self.swaps.send_modify(|count| *count += 1);
        snapshot
    }

    /// Whether another snapshot serves than this one, by now or, if groups are
    /// changing places, in a moment. Waits for that for at most 5 s.
    pub async fn has_successor(&self, snapshot: &Arc<Snapshot>) -> bool {
        let serves = || Arc::ptr_eq(&self.current(), snapshot);
        if serves() {
            self.holding.wait().await;
        }
        !serves()
    }

    /// Drains and ends every group but these, and forgets what plugins have written that
    /// are gone.
    pub fn retain(&self, keys: &BTreeSet<GroupKey>) {
        self.pool.keep_only(keys, self.timing.drain);
        let plan = self.current().plan().clone();
        let mut plugins = self.pool.plugins();
        plugins.extend(plan.plugins.iter().map(|plugin| plugin.name.clone()));
        self.logs.keep_only(&plugins);
    }

    /// Tries again what does not run of the plan that serves, as far as its time
    /// has come. What has succeeded or failed anew takes its place in the
    /// snapshot; until then what failed last stays there.
    pub async fn heal(&self) {
        let serving = self.current();
        if serving.troubles().all(|(_, trouble)| trouble.is_none()) {
            return;
        }
        let again = self.start(serving.plan().clone()).await;
        if again.replaces_a_group_of(&serving) || again.has_a_package_more_than(&serving) {
            self.swap(again.degraded());
        }
    }

    /// Tells what would last for ever, streams of events and WebSockets, to end.
    pub fn say_goodbye(&self) {
        self.pool.list().iter().for_each(|(_, running)| running.leases.tell(Farewell::Ending));
    }

    /// Drains every group and runs `onShutdown` everywhere, dependents first
    /// within each group. Nothing may be prepared any more.
    pub async fn shut_down(&self, drain: Duration) {
        self.pool.retire_all(drain).await;
    }
}
