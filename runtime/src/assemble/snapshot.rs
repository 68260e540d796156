//! What one process serves right now: a plan made live. Immutable; a reader has
//! all of it or all of the next one.

use std::collections::HashMap;
use std::sync::Arc;

use davit_plugin::PluginName;
use davit_plugin::plan::{Plan, PlannedPlugin};

use super::assets::Assets;
use super::pool::Running;
use crate::volume::Tree;

/// A plan made live.
#[derive(Debug)]
pub struct Snapshot {
    plan: Plan,
    plugins: Vec<Served>,
    by_segment: HashMap<String, usize>,
}

/// One plugin of a snapshot.
#[derive(Debug)]
pub struct Served {
    /// Its files, kept as long as something serves them.
    pub tree: Arc<Tree>,
    /// Its user interface.
    pub assets: Option<Arc<Assets>>,
    /// The group that runs its code, and its place in the group.
    pub code: Option<(Arc<Running>, usize)>,
}

impl Snapshot {
    /// Puts a plan's plugins together; `plugins` are in the plan's order.
    pub(super) fn new(plan: Plan, plugins: Vec<Served>) -> Self {
        let segment =
            |(i, plugin): (usize, &PlannedPlugin)| Some((plugin.base.as_ref()?.segment().to_owned(), i));
        let by_segment = plan.plugins.iter().enumerate().filter_map(segment).collect();
        Self { plan, plugins, by_segment }
    }

    /// The snapshot before the first plan.
    pub(super) fn empty() -> Self {
        Self::new(Plan::empty(), Vec::new())
    }

    /// The plan.
    pub fn plan(&self) -> &Plan {
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
}
