//! The groups that run or are being started, by what they were started with. A
//! plan that names a group that is here already takes it as it is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use davit_engine::{Group, GroupState};
use davit_plugin::plan::GroupKey;
use tokio::sync::watch;
use tokio_util::task::TaskTracker;

use super::lease::Leases;
use crate::volume::Tree;

/// How long `onShutdown` may take, all of a group's plugins together
/// (Buntime contract §3).
const SHUTDOWN: Duration = Duration::from_secs(30);

/// A started group. Dropping the last handle ends its worker by force.
pub struct Running {
    /// The engine's handle.
    pub group: Arc<dyn Group>,
    /// The names of its plugins.
    pub label: String,
    /// The requests that it answers.
    pub leases: Arc<Leases>,
    /// When it was started.
    pub since: Instant,
    /// When it stopped starting.
    pub settled_at: OnceLock<Instant>,
    /// How often a group of this key was started before and failed.
    pub attempt: u32,
    /// The packages that its worker reads from.
    _trees: Vec<Arc<Tree>>,
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running").field("state", &*self.group.state().borrow()).finish_non_exhaustive()
    }
}

impl Running {
    /// What the group is doing.
    pub fn state(&self) -> GroupState {
        self.group.state().borrow().clone()
    }

    /// Waits until the group is no longer starting.
    pub async fn settled(&self) -> GroupState {
        let mut state = self.group.state();
        match state.wait_for(|state| *state != GroupState::Starting).await {
            Ok(state) => state.clone(),
            Err(_) => GroupState::Stopped,
        }
    }

    /// The same, though for no longer than `settle` after its start, if that is
    /// given.
    pub(super) async fn settled_within(&self, settle: Option<Duration>) {
        match settle.map(|settle| settle.saturating_sub(self.since.elapsed())) {
            Some(left) => drop(tokio::time::timeout(left, self.settled()).await),
            None => drop(self.settled().await),
        }
    }

    /// Takes no further requests, answers those in flight for at most `drain`,
    /// then runs `onShutdown` and ends the worker.
    pub async fn retire(&self, drain: Duration) {
        self.leases.close();
        if tokio::time::timeout(drain, self.leases.idle()).await.is_err() {
            let open = self.leases.in_flight();
            tracing::warn!(open, "requests were still open when the drain time was over; they are cut off");
        }
        self.group.stop(SHUTDOWN).await;
    }
}

/// All groups of this process.
#[derive(Debug)]
pub(super) struct Pool {
    groups: Mutex<BTreeMap<GroupKey, Arc<Running>>>,
    changes: watch::Sender<u64>,
    retiring: TaskTracker,
}

impl Default for Pool {
    fn default() -> Self {
        Self { groups: Mutex::default(), changes: watch::Sender::new(0), retiring: TaskTracker::new() }
    }
}

impl Pool {
    fn groups(&self) -> MutexGuard<'_, BTreeMap<GroupKey, Arc<Running>>> {
        self.groups.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts up whenever a group becomes ready, fails or is due for a retry.
    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// The group of this key; `start` makes it if it is not here, or if it has
    /// failed and is due for another try.
    pub(super) fn ensure(
        &self,
        key: GroupKey,
        trees: Vec<Arc<Tree>>,
        label: String,
        start: impl FnOnce() -> Arc<dyn Group>,
    ) -> Arc<Running> {
        let mut groups = self.groups();
        let attempt = match groups.get(&key) {
            Some(running) if !super::retry::is_due(running) => return running.clone(),
            Some(failed) => failed.attempt + 1,
            None => 0,
        };
        let group = start();
        let (leases, settled_at, since) = (Arc::default(), OnceLock::new(), Instant::now());
        let running = Arc::new(Running { group, label, leases, since, settled_at, attempt, _trees: trees });
        groups.insert(key, running.clone());
        tokio::spawn(announce(running.clone(), self.changes.clone()));
        running
    }

    /// Retires every group that is not named.
    pub(super) fn keep_only(&self, keys: &BTreeSet<GroupKey>, drain: Duration) {
        let gone = {
            let mut groups = self.groups();
            let (kept, gone) =
                std::mem::take(&mut *groups).into_iter().partition(|(key, _)| keys.contains(key));
            *groups = kept;
            gone
        };
        for running in gone.into_values() {
            self.retiring.spawn(async move { running.retire(drain).await });
        }
    }

    /// Retires all groups and waits for them, and for those whose successors
    /// serve already: the end of the process.
    pub(super) async fn retire_all(&self, drain: Duration) {
        self.keep_only(&BTreeSet::new(), drain);
        self.retiring.close();
        self.retiring.wait().await;
    }

    /// All groups with their keys.
    pub(super) fn list(&self) -> Vec<(GroupKey, Arc<Running>)> {
        self.groups().iter().map(|(key, running)| (*key, running.clone())).collect()
    }
}

/// Tells whoever follows the pool when a started group has settled, and when a
/// failed one is due for another try.
async fn announce(running: Arc<Running>, changes: watch::Sender<u64>) {
    running.settled().await;
    let _set_once = running.settled_at.set(Instant::now());
    changes.send_modify(|count| *count += 1);
    if let Some(wait) = super::retry::wait(&running) {
        let still_held = Arc::downgrade(&running);
        drop(running);
        tokio::time::sleep(wait).await;
        if still_held.strong_count() > 0 {
            changes.send_modify(|count| *count += 1);
        }
    }
}
