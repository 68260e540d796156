//! The groups that run or are being started, by what they were started with. A
//! plan that names a group that is here already takes it as it is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use davit_engine::Group;
use davit_plugin::PluginName;
use davit_plugin::plan::GroupKey;
use futures::future::join_all;
use tokio::sync::watch;
use tokio_util::task::TaskTracker;

use super::claims::Claims;
use super::lease::Farewell;
use super::retry;
use super::running::{HASTE, Held, Running};

/// All groups of this process.
#[derive(Debug)]
pub(super) struct Pool {
    groups: Arc<Mutex<Groups>>,
    changes: watch::Sender<u64>,
    retiring: TaskTracker,
}

#[derive(Debug, Default)]
struct Groups {
    by_key: BTreeMap<GroupKey, Arc<Running>>,
    /// Those that are being drained and ended.
    leaving: Vec<Arc<Running>>,
}

/// What came of the wish for a group.
#[derive(Debug)]
pub(super) enum Ensured {
    /// It is here, however it fares.
    Here(Arc<Running>),
    /// It may only start once another one has ended; with it the group of its key
    /// that has failed before.
    MustWait(Option<Arc<Running>>),
}

impl Default for Pool {
    fn default() -> Self {
        Self { groups: Arc::default(), changes: watch::Sender::new(0), retiring: TaskTracker::new() }
    }
}

impl Pool {
    fn groups(&self) -> MutexGuard<'_, Groups> {
        self.groups.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts up whenever a group becomes ready, fails or is due for a retry.
    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// The group of this key; `start` makes it if it is not here, or if it has
    /// failed and is due for another try, unless one runs that it excludes.
    pub(super) fn ensure(
        &self,
        key: GroupKey,
        label: String,
        claims: Claims,
        held: Held,
        start: impl FnOnce() -> Arc<dyn Group>,
    ) -> Ensured {
        let mut groups = self.groups();
        let before = groups.by_key.get(&key).cloned();
        let must_wait = groups.in_the_way_of(&claims).next().is_some();
        let attempt = match before {
            Some(running) if !retry::is_due(&running, must_wait) => return Ensured::Here(running),
            before if must_wait => return Ensured::MustWait(before),
            Some(failed) => failed.attempt + 1,
            None => 0,
        };
        let running = Arc::new(Running::new(start(), label, claims, held, attempt));
        groups.by_key.insert(key, running.clone());
        tokio::spawn(announce(running.clone(), self.changes.clone()));
        Ensured::Here(running)
    }

    /// Ends every group that one of these excludes, with little patience for its
    /// open requests, and waits until all of their processes are gone.
    pub(super) async fn make_way(&self, claims: &[Claims]) {
        let in_the_way: Vec<Arc<Running>> = {
            let mut groups = self.groups();
            let all: Vec<_> =
                claims.iter().flat_map(|claims| groups.in_the_way_of(claims)).cloned().collect();
            let is_one = |running: &Arc<Running>| all.iter().any(|one| Arc::ptr_eq(one, running));
            let here = groups.take(|_, running| is_one(running));
            here.into_iter()
                .for_each(|running| self.dismiss(&mut groups, running, (Farewell::Replaced, HASTE)));
            all
        };
        in_the_way.iter().for_each(|running| running.hurry());
        join_all(in_the_way.iter().map(|running| running.over())).await;
    }

    /// Retires every group that is not named.
    pub(super) fn keep_only(&self, keys: &BTreeSet<GroupKey>, drain: Duration) {
        self.dismiss_all_but(keys, (Farewell::Replaced, drain));
    }

    fn dismiss_all_but(&self, keys: &BTreeSet<GroupKey>, how: (Farewell, Duration)) {
        let mut groups = self.groups();
        let gone = groups.take(|key, _| !keys.contains(key));
        gone.into_iter().for_each(|running| self.dismiss(&mut groups, running, how));
    }

    fn dismiss(&self, groups: &mut Groups, running: Arc<Running>, (farewell, drain): (Farewell, Duration)) {
        groups.leaving.push(running.clone());
        let groups = self.groups.clone();
        self.retiring.spawn(async move {
            running.retire(farewell, drain).await;
            let mut groups = groups.lock().unwrap_or_else(PoisonError::into_inner);
            groups.leaving.retain(|other| !Arc::ptr_eq(other, &running));
        });
    }

    /// Retires all groups and waits for them, and for those whose successors
    /// serve already: the end of the process.
    pub(super) async fn retire_all(&self, drain: Duration) {
        self.list().iter().for_each(|(_, running)| running.leases.tell(Farewell::Ending));
        self.dismiss_all_but(&BTreeSet::new(), (Farewell::Ending, drain));
        self.retiring.close();
        self.retiring.wait().await;
    }

    /// The plugins of all groups that are not being ended.
    pub(super) fn plugins(&self) -> BTreeSet<PluginName> {
        let groups = self.groups();
        groups.by_key.values().flat_map(|running| running.claims.plugins()).cloned().collect()
    }

    /// All groups with their keys.
    pub(super) fn list(&self) -> Vec<(GroupKey, Arc<Running>)> {
        self.groups().by_key.iter().map(|(key, running)| (*key, running.clone())).collect()
    }
}

impl Groups {
    /// The groups whose processes run, or may run again, and that exclude it.
    fn in_the_way_of(&self, claims: &Claims) -> impl Iterator<Item = &Arc<Running>> {
        let all = self.by_key.values().chain(&self.leaving);
        all.filter(|running| running.claims.exclude(claims) && !running.is_over())
    }

    fn take(&mut self, gone: impl Fn(&GroupKey, &Arc<Running>) -> bool) -> Vec<Arc<Running>> {
        self.by_key.extract_if(.., |key, running| gone(key, running)).map(|(_, running)| running).collect()
    }
}

/// Tells whoever follows the pool when a started group has settled, and when a
/// failed one is due for another try.
async fn announce(running: Arc<Running>, changes: watch::Sender<u64>) {
    running.settled().await;
    let _set_once = running.settled_at.set(Instant::now());
    changes.send_modify(|count| *count += 1);
    let (since, waits) = (tokio::time::Instant::now(), retry::waits(&running));
    let still_held = Arc::downgrade(&running);
    drop(running);
    for wait in waits {
        tokio::time::sleep_until(since + wait).await;
        if still_held.strong_count() > 0 {
            changes.send_modify(|count| *count += 1);
        }
    }
}
