//! Puts a plan together beside the one that serves, then swaps.
//!
//! ```text
//! plan → ensure groups → settle → prepared → commit: snapshot → swap → retire old groups
//! ```

mod assets;
mod groups;
mod lease;
mod pool;
mod prepared;
mod retry;
mod snapshot;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use davit_engine::Engine;
use davit_plugin::Digest;
use davit_plugin::plan::{GroupKey, Plan, PlannedPlugin};
use tokio::sync::watch;

use crate::volume::{Tree, Volume};

pub use assets::{Asset, Assets};
pub use lease::{Lease, Leases};
pub use pool::Running;
pub use prepared::{Prepared, Ready};
pub use snapshot::{Served, Snapshot};

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
    current: ArcSwap<Snapshot>,
    committed: AtomicBool,
}

impl Assembler {
    /// Serves nothing yet. Without an engine everything but code is served.
    pub fn new(engine: Option<Arc<dyn Engine>>, volume: Arc<Volume>, timing: Timing) -> Self {
        let current = ArcSwap::from_pointee(Snapshot::empty());
        Self { engine, volume, timing, pool: Pool::default(), current, committed: AtomicBool::new(false) }
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

    /// All groups, of the snapshot and beside it.
    pub fn groups(&self) -> Vec<(GroupKey, Arc<Running>)> {
        self.pool.list()
    }

    /// Starts what the plan needs and is not there, and waits until all of it
    /// has settled, though for no group longer than `settle` after its start.
    pub async fn prepare(&self, plan: Plan, settle: Duration) -> Result<Prepared, MissingPackages> {
        let trees = self.trees(&plan)?;
        let groups = self.ensure_groups(&plan, &trees);
        let assets = assets::of_plan(&plan, &trees, &self.current()).await;
        let waits = groups.iter().filter_map(|group| {
            let running = group.running.clone()?;
            let left = settle.saturating_sub(running.since.elapsed());
            Some(async move { tokio::time::timeout(left, running.settled()).await.is_ok() })
        });
        futures::future::join_all(waits).await;
        Ok(Prepared::new(plan, trees, assets, groups))
    }

    /// The plan's packages, in its order.
    fn trees(&self, plan: &Plan) -> Result<Vec<Arc<Tree>>, MissingPackages> {
        let find = |plugin: &PlannedPlugin| self.volume.tree(&plugin.digest).ok_or(plugin.digest);
        let (found, missing): (Vec<_>, Vec<_>) = plan.plugins.iter().map(find).partition(Result::is_ok);
        if missing.is_empty() {
            return Ok(found.into_iter().flatten().collect());
        }
        Err(MissingPackages(missing.into_iter().filter_map(Result::err).collect()))
    }

    /// Swaps to a prepared plan at once, for all of its plugins. Groups that are
    /// neither in it nor in `warm` are drained and ended.
    pub fn commit(&self, ready: Ready, warm: &BTreeSet<GroupKey>) -> Arc<Snapshot> {
        let keys: BTreeSet<GroupKey> = ready.keys().chain(warm.iter().copied()).collect();
        let snapshot = Arc::new(ready.into_snapshot());
        self.current.store(snapshot.clone());
        self.committed.store(true, Ordering::Release);
        self.pool.keep_only(&keys, self.timing.drain);
        snapshot
    }

    /// Drains every group and runs `onShutdown` everywhere, dependents first
    /// within each group. Nothing may be prepared any more.
    pub async fn shut_down(&self, drain: Duration) {
        self.pool.retire_all(drain).await;
    }
}
