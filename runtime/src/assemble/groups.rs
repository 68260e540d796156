//! In: a plan. Out: its groups, each running or being started.

use std::collections::BTreeMap;
use std::sync::Arc;

use davit_engine::{Engine, GroupSpec, PluginSpec};
use davit_plugin::plan::{Group, Plan, PlannedPlugin};
use davit_plugin::reason::{Problem, Reason};

use super::Assembler;
use super::pool::Running;
use super::state::{Runs, package_missing};
use crate::volume::Tree;

/// One group of a plan.
#[derive(Debug, Clone)]
pub(super) struct PlannedGroup {
    pub(super) group: Group,
    pub(super) runs: Runs,
}

impl Assembler {
    pub(super) fn ensure_groups(&self, plan: &Plan, trees: &[Option<Arc<Tree>>]) -> Vec<PlannedGroup> {
        let ensure = |group: Group| PlannedGroup { runs: self.ensure(plan, trees, &group), group };
        plan.groups().into_iter().map(ensure).collect()
    }

    fn ensure(&self, plan: &Plan, trees: &[Option<Arc<Tree>>], group: &Group) -> Runs {
        let engine = self.engine.as_deref().ok_or_else(engine_missing)?;
        let held = group.plugins.iter().map(|&i| trees[i].clone()).collect::<Option<Vec<_>>>();
        let trees = held.ok_or_else(package_missing)?;
        Ok(self.run(engine, plan, trees, group))
    }

    fn run(&self, engine: &dyn Engine, plan: &Plan, trees: Vec<Arc<Tree>>, group: &Group) -> Arc<Running> {
        let members = group.plugins.iter().zip(&trees);
        let plugins = members.filter_map(|(&i, tree)| plugin(&plan.plugins[i], tree)).collect();
        let spec = GroupSpec { plugins, env: BTreeMap::new(), init_timeout: self.timing.init };
        self.pool.ensure(group.key, trees, spec.label(), || engine.start(spec))
    }
}

fn engine_missing() -> Problem {
    Problem::new(
        Reason::EngineMissing,
        "it needs Bun, which was not found: run `npm install bun` or set DAVIT_BUN",
    )
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
