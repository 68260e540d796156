//! A plan whose groups were started, and how far each plugin has come.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use davit_engine::GroupState;
use davit_plugin::plan::{GroupKey, Plan, PluginState};
use futures::future::join_all;

use super::assets::Assets;
use super::claims::Claims;
use super::groups::{PlannedGroup, Start};
use super::hold::Hold;
use super::snapshot::{Code, Served, Snapshot};
use super::state;
use crate::meter::Meter;
use crate::volume::Tree;

/// A plan beside the one that serves. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Prepared {
    plan: Arc<Plan>,
    /// In the plan's order; none for a package that the volume does not hold.
    pub(super) trees: Vec<Option<Arc<Tree>>>,
    /// In the plan's order.
    assets: Vec<Option<Arc<Assets>>>,
    pub(super) groups: Vec<PlannedGroup>,
}

/// A prepared plan that can be committed: all of its plugins are ready, or
/// somebody has said that it shall serve without those that are not.
#[derive(Debug)]
pub struct Ready {
    pub(super) prepared: Prepared,
    /// Whether all of its plugins must run.
    pub(super) whole: bool,
    /// Its requests wait until it serves.
    pub(super) hold: Option<Hold>,
}

impl Prepared {
    pub(super) fn new(
        plan: Arc<Plan>,
        trees: Vec<Option<Arc<Tree>>>,
        assets: Vec<Option<Arc<Assets>>>,
        groups: Vec<PlannedGroup>,
    ) -> Self {
        Self { plan, trees, assets, groups }
    }

    /// The plan.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// The plan's groups: key, members as indices into the plan, and the state
    /// of each member. Of what starts at the commit nothing can be known before:
    /// it counts as ready.
    pub fn groups(&self) -> impl Iterator<Item = (GroupKey, &[usize], Vec<PluginState>)> {
        self.groups.iter().map(|planned| {
            let members = &planned.group.plugins[..];
            let name = |&i: &usize| &self.plan.plugins[i].name;
            let state = |i| match planned.start {
                Start::Now => state::of(&planned.runs, name(i)),
                Start::AtCommit => PluginState::Ready,
            };
            (planned.group.key, members, members.iter().map(state).collect())
        })
    }

    /// The keys of the plan's groups.
    pub fn keys(&self) -> impl Iterator<Item = GroupKey> {
        self.groups.iter().map(|planned| planned.group.key)
    }

    /// Waits until the group of this key is no longer starting.
    pub async fn settled(&self, key: GroupKey) {
        let group = self.groups.iter().find(|planned| planned.group.key == key);
        if let Some(running) = group.and_then(|planned| planned.runs.as_ref().ok()) {
            running.settled().await;
        }
    }

    /// Waits until no group is starting any more, though for none longer than
    /// `settle` after its start, if that is given.
    pub async fn settle(&self, settle: Option<Duration>) {
        let running = self.groups.iter().filter_map(|planned| planned.runs.as_ref().ok());
        join_all(running.map(|running| running.settled_within(settle))).await;
    }

    /// The groups that start at the commit.
    pub(super) fn waiting(&self) -> impl Iterator<Item = &PlannedGroup> {
        self.groups.iter().filter(|planned| planned.start == Start::AtCommit)
    }

    /// What they claim.
    pub(super) fn claims_of_waiting(&self) -> Vec<Claims> {
        self.waiting().map(|planned| Claims::of(&self.plan, &planned.group)).collect()
    }

    /// Whether all plugins of these groups are ready.
    pub(super) fn runs_all(&self, keys: &BTreeSet<GroupKey>) -> bool {
        let mut named = self.groups().filter(|(key, ..)| keys.contains(key));
        named.all(|(.., states)| states.iter().all(|state| *state == PluginState::Ready))
    }

    /// Whether a group's first worker could not start.
    pub fn has_failed(&self) -> bool {
        let failed = |planned: &PlannedGroup| {
            planned.runs.as_ref().is_ok_and(|running| matches!(running.state(), GroupState::Failed(_)))
        };
        self.groups.iter().any(failed)
    }

    /// The plan as one that can be committed, or as it was if a plugin is not
    /// ready.
    pub fn ready(self) -> Result<Ready, Self> {
        let all = self.keys().collect();
        if self.runs_all(&all) { Ok(self.whole()) } else { Err(self) }
    }

    /// The plan as one that can be committed, if what starts only then does start.
    pub fn whole(self) -> Ready {
        Ready { prepared: self, whole: true, hold: None }
    }

    /// The plan as one that can be committed although some of its plugins may
    /// not run: those answer 503.
    pub fn degraded(self) -> Ready {
        Ready { prepared: self, whole: false, hold: None }
    }

    /// Whether this has a group that is no longer starting and is another one
    /// than `serving` has in its place.
    pub(super) fn replaces_a_group_of(&self, serving: &Snapshot) -> bool {
        let settled = self.groups.iter().filter_map(|planned| planned.runs.as_ref().ok());
        let mut settled = settled.filter(|running| running.state() != GroupState::Starting);
        settled.any(|running| !serving.runs().any(|serves| Arc::ptr_eq(serves, running)))
    }

    /// Whether this has a package that `serving` lacks.
    pub(super) fn has_a_package_more_than(&self, serving: &Snapshot) -> bool {
        let served = serving.iter().map(|(_, served)| &served.tree);
        self.trees.iter().zip(served).any(|(mine, served)| mine.is_some() && served.is_none())
    }
}

impl Ready {
    /// The plan.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.prepared.plan
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = GroupKey> {
        self.prepared.keys()
    }

    /// Puts the snapshot together; with it what holds its requests up to now.
    pub(super) fn into_snapshot(self) -> (Snapshot, Option<Hold>) {
        let Self { prepared: Prepared { plan, trees, assets, groups }, hold, .. } = self;
        let code = |i: usize| {
            let in_group = |PlannedGroup { group, runs, .. }: &PlannedGroup| {
                let place = group.plugins.iter().position(|&member| member == i)?;
                Some(Code { key: group.key, place, runs: runs.clone() })
            };
            groups.iter().find_map(in_group)
        };
        let parts = trees.into_iter().zip(assets).enumerate();
        let plugins = parts
            .map(|(i, (tree, assets))| {
                let meter = Arc::new(Meter::of(plan.plugins[i].name.clone()));
                Served { tree, assets, shelf: Arc::default(), code: code(i), meter }
            })
            .collect();
        (Snapshot::new(plan, plugins), hold)
    }
}
