//! What one process serves right now: a plan made live. Immutable; a reader has
//! all of it or all of the next one.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use davit_engine::GroupState;
use davit_plugin::PluginName;
use davit_plugin::plan::{GroupKey, Plan, PlannedPlugin};
use davit_plugin::reason::Problem;
use futures::future::join_all;

use super::assets::{Assets, Shelf};
use super::hooks::HookTable;
use super::running::Running;
use super::state::{self, Runs, package_missing};
use crate::meter::Meter;
use crate::volume::Tree;

/// A plan made live.
#[derive(Debug)]
pub struct Snapshot {
    plan: Arc<Plan>,
    plugins: Vec<Served>,
    by_segment: HashMap<String, usize>,
    hooks: OnceLock<Arc<HookTable>>,
}

/// One plugin of a snapshot.
#[derive(Debug)]
pub struct Served {
    /// Its files, kept as long as something serves them; none if the volume does
    /// not hold them.
    pub tree: Option<Arc<Tree>>,
    /// Its user interface.
    pub assets: Option<Arc<Assets>>,
    /// What is left of the files of its former packages.
    pub shelf: Arc<Shelf>,
    /// What runs its code, if it has any.
    pub code: Option<Code>,
    /// What is counted of it, as long as it is in the plan.
    pub meter: Arc<Meter>,
}

/// What runs a plugin's code.
#[derive(Debug)]
pub struct Code {
    /// What its group is started with.
    pub key: GroupKey,
    /// Its place in the group.
    pub place: usize,
    /// Its group, or why there is none.
    pub runs: Runs,
}

impl Snapshot {
    /// Puts a plan's plugins together; `plugins` are in the plan's order.
    pub(super) fn new(plan: Arc<Plan>, plugins: Vec<Served>) -> Self {
        let segment =
            |(i, plugin): (usize, &PlannedPlugin)| Some((plugin.base.as_ref()?.segment().to_owned(), i));
        let by_segment = plan.plugins.iter().enumerate().filter_map(segment).collect();
        Self { plan, plugins, by_segment, hooks: OnceLock::new() }
    }

    /// The snapshot before the first plan.
    pub(super) fn empty() -> Self {
        Self::new(Arc::new(Plan::empty()), Vec::new())
    }

    /// Takes over what is left of the files of each plugin that `old` served at the
    /// same base, with those of the package that is replaced now.
    pub(super) fn inherit_files(&mut self, old: &Self) {
        for (plugin, served) in self.plan.plugins.iter().zip(&mut self.plugins) {
            let same = old.plugin(&plugin.name).filter(|(before, _)| before.base == plugin.base);
            let Some((_, before)) = same else { continue };
            served.shelf = before.shelf.clone();
            if let Some(replaced) = &before.assets {
                served.shelf.keep(replaced, served.assets.as_deref());
            }
        }
    }

    /// Goes on counting where `old` is.
    pub(super) fn inherit_meters(&mut self, old: &Self) {
        for (plugin, served) in self.plan.plugins.iter().zip(&mut self.plugins) {
            if let Some((_, before)) = old.plugin(&plugin.name) {
                served.meter = before.meter.clone();
            }
        }
    }

    /// The plan.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// The plugin served under a path's first segment, with its index in the
    /// plan.
    pub fn at(&self, segment: &str) -> Option<(usize, &Served)> {
        self.by_segment.get(segment).map(|&i| (i, &self.plugins[i]))
    }

    /// The hooks of its plugins, in load order. A group that is still starting has
    /// none yet.
    pub fn hooks(&self) -> Arc<HookTable> {
        if let Some(known) = self.hooks.get() {
            return known.clone();
        }
        let settled = self.runs().all(|running| running.state() != GroupState::Starting);
        let table = Arc::new(HookTable::of(self));
        if settled { self.hooks.get_or_init(|| table).clone() } else { table }
    }

    /// The plugin at an index of the plan.
    pub fn served(&self, index: usize) -> &Served {
        &self.plugins[index]
    }

    /// The plugin of this name.
    pub fn plugin(&self, name: &PluginName) -> Option<(&PlannedPlugin, &Served)> {
        self.iter().find(|(plugin, _)| plugin.name == *name)
    }

    /// All plugins in start order.
    pub fn iter(&self) -> impl Iterator<Item = (&PlannedPlugin, &Served)> {
        self.plan.plugins.iter().zip(&self.plugins)
    }

    /// The keys of its groups, of those too that do not run.
    pub fn keys(&self) -> BTreeSet<GroupKey> {
        self.plugins.iter().filter_map(|served| served.code.as_ref()).map(|code| code.key).collect()
    }

    /// All plugins in start order, and why each does not run, if it does not.
    pub fn troubles(&self) -> impl Iterator<Item = (&PlannedPlugin, Option<Problem>)> {
        self.iter().map(|(plugin, served)| (plugin, served.trouble(plugin)))
    }

    /// Waits until none of its groups is starting any more, though for none
    /// longer than `settle` after its start, if that is given.
    pub async fn settle(&self, settle: Option<Duration>) {
        join_all(self.runs().map(|running| running.settled_within(settle))).await;
    }

    /// The groups that its plugins run in, once for each plugin.
    pub(super) fn runs(&self) -> impl Iterator<Item = &Arc<Running>> {
        self.plugins.iter().filter_map(|served| served.code.as_ref()?.runs.as_ref().ok())
    }
}

impl Served {
    fn trouble(&self, plugin: &PlannedPlugin) -> Option<Problem> {
        match &self.code {
            Some(code) => state::trouble(&code.runs, &plugin.name),
            None => self.tree.is_none().then(package_missing),
        }
    }
}
