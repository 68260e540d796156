//! What one process serves right now: a plan made live. Immutable; a reader has
//! all of it or all of the next one.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use davit_plugin::PluginName;
use davit_plugin::plan::{GroupKey, Plan, PlannedPlugin};
use davit_plugin::reason::Problem;
use futures::future::join_all;

use super::assets::Assets;
use super::pool::Running;
use super::state::{self, Runs, package_missing};
use crate::volume::Tree;

/// A plan made live.
#[derive(Debug)]
pub struct Snapshot {
    plan: Arc<Plan>,
    plugins: Vec<Served>,
    by_segment: HashMap<String, usize>,
}

/// One plugin of a snapshot.
#[derive(Debug)]
pub struct Served {
    /// Its files, kept as long as something serves them; none if the volume does
    /// not hold them.
    pub tree: Option<Arc<Tree>>,
    /// Its user interface.
    pub assets: Option<Arc<Assets>>,
    /// What runs its code, if it has any.
    pub code: Option<Code>,
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
        Self { plan, plugins, by_segment }
    }

    /// The snapshot before the first plan.
    pub(super) fn empty() -> Self {
        Self::new(Arc::new(Plan::empty()), Vec::new())
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
