//! In: a plan. Out: its groups, each running or being started.

use std::collections::BTreeMap;
use std::sync::Arc;

use davit_engine::{Engine, GroupSpec, PluginSpec};
use davit_plugin::plan::{Group, Plan, PlannedPlugin};

use super::Assembler;
use super::pool::Running;
use crate::volume::Tree;

/// One group of a plan.
#[derive(Debug)]
pub(super) struct PlannedGroup {
    pub(super) group: Group,
    /// None if there is no engine to run it.
    pub(super) running: Option<Arc<Running>>,
}

impl Assembler {
    pub(super) fn ensure_groups(&self, plan: &Plan, trees: &[Arc<Tree>]) -> Vec<PlannedGroup> {
        let ensure = |group: Group| {
            let running =
                self.engine.as_ref().map(|engine| self.ensure(engine.as_ref(), plan, trees, &group));
            PlannedGroup { group, running }
        };
        plan.groups().into_iter().map(ensure).collect()
    }

    fn ensure(&self, engine: &dyn Engine, plan: &Plan, trees: &[Arc<Tree>], group: &Group) -> Arc<Running> {
        let plugins = group.plugins.iter().filter_map(|&i| plugin(&plan.plugins[i], &trees[i])).collect();
        let trees = group.plugins.iter().map(|&i| trees[i].clone()).collect();
        let spec = GroupSpec { plugins, env: BTreeMap::new(), init_timeout: self.timing.init };
        self.pool.ensure(group.key, trees, spec.label(), || engine.start(spec))
    }
}

fn plugin(plugin: &PlannedPlugin, tree: &Tree) -> Option<PluginSpec> {
    Some(PluginSpec {
        name: plugin.name.clone(),
        version: plugin.version.clone(),
        root: tree.root().to_owned(),
        entry: plugin.code.clone()?,
        base: plugin.base.clone(),
        config: plugin.config.clone(),
        dependencies: plugin.dependencies.clone(),
    })
}
