//! A plan whose groups were started, and how far each plugin has come.

use std::sync::Arc;

use davit_engine::GroupState;
use davit_plugin::plan::{GroupKey, Plan, PlannedPlugin, PluginState};
use davit_plugin::reason::{Problem, Reason};

use super::assets::Assets;
use super::groups::PlannedGroup;
use super::snapshot::{Served, Snapshot};
use crate::volume::Tree;

/// A plan beside the one that serves.
#[derive(Debug)]
pub struct Prepared {
    plan: Plan,
    /// In the plan's order.
    trees: Vec<Arc<Tree>>,
    /// In the plan's order.
    assets: Vec<Option<Arc<Assets>>>,
    groups: Vec<PlannedGroup>,
}

/// A prepared plan whose plugins are all ready: the only kind that can be
/// committed.
#[derive(Debug)]
pub struct Ready(Prepared);

impl Prepared {
    pub(super) fn new(
        plan: Plan,
        trees: Vec<Arc<Tree>>,
        assets: Vec<Option<Arc<Assets>>>,
        groups: Vec<PlannedGroup>,
    ) -> Self {
        Self { plan, trees, assets, groups }
    }

    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The plan's groups: key, members as indices into the plan, and the state
    /// of each member.
    pub fn groups(&self) -> impl Iterator<Item = (GroupKey, &[usize], Vec<PluginState>)> {
        self.groups.iter().map(|planned| {
            let members = &planned.group.plugins[..];
            let states = members.iter().map(|&i| state(planned, &self.plan.plugins[i])).collect();
            (planned.group.key, members, states)
        })
    }

    /// Waits until the group of this key is no longer starting.
    pub async fn settled(&self, key: GroupKey) {
        let group = self.groups.iter().find(|planned| planned.group.key == key);
        if let Some(running) = group.and_then(|planned| planned.running.as_ref()) {
            running.settled().await;
        }
    }

    /// The plan as one that can be committed, or as it was if a plugin is not
    /// ready.
    pub fn ready(self) -> Result<Ready, Self> {
        let all = self.groups().all(|(.., states)| states.iter().all(|state| *state == PluginState::Ready));
        if all { Ok(Ready(self)) } else { Err(self) }
    }
}

fn state(planned: &PlannedGroup, plugin: &PlannedPlugin) -> PluginState {
    let failed = |reason, message: &str| PluginState::Failed(Problem::new(reason, message));
    let Some(running) = &planned.running else {
        return failed(
            Reason::EngineMissing,
            "it needs Bun, which was not found: run `npm install bun` or set DAVIT_BUN",
        );
    };
    match running.state() {
        GroupState::Starting => PluginState::Pending,
        // A group that was ready once stays in the plan while its worker is
        // replaced.
        GroupState::Ready | GroupState::Restarting { .. } | GroupState::CrashLooping { .. } => {
            PluginState::Ready
        }
        GroupState::Stopped => failed(Reason::LoadFailed, "its group was stopped: reload"),
        GroupState::Failed(failures) => {
            let own = failures.iter().find(|failure| failure.plugin == plugin.name);
            own.map_or(PluginState::Ready, |failure| PluginState::Failed(failure.problem.clone()))
        }
    }
}

impl Ready {
    pub(super) fn keys(&self) -> impl Iterator<Item = GroupKey> {
        self.0.groups.iter().map(|planned| planned.group.key)
    }

    /// Puts the snapshot together.
    pub(super) fn into_snapshot(self) -> Snapshot {
        let Self(Prepared { plan, trees, assets, groups }) = self;
        let code = |i: usize| {
            let in_group = |planned: &PlannedGroup| {
                let place = planned.group.plugins.iter().position(|&member| member == i)?;
                Some((planned.running.clone()?, place))
            };
            groups.iter().find_map(in_group)
        };
        let parts = trees.into_iter().zip(assets).enumerate();
        let plugins = parts.map(|(i, (tree, assets))| Served { tree, assets, code: code(i) }).collect();
        Snapshot::new(plan, plugins)
    }
}
