//! In: a plan. Out: its groups, each running, being started, or waiting for another
//! one's end.

use std::sync::Arc;

use davit_engine::{GroupSpec, PluginFailure, PluginSpec};
use davit_plugin::plan::{Group, Plan, PlannedPlugin};
use davit_plugin::reason::{Problem, Reason};
use serde_json::{Map, Value};

use super::claims::Claims;
use super::pool::Ensured;
use super::running::Held;
use super::state::{Runs, Unstarted, no_folder, package_missing, waits};
use super::{Assembler, environment};
use crate::volume::{DataFolder, Tree};

/// One group of a plan.
#[derive(Debug, Clone)]
pub(super) struct PlannedGroup {
    pub(super) group: Group,
    pub(super) start: Start,
    pub(super) runs: Runs,
}

/// When a group of a plan is started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    /// It has been, or cannot be.
    Now,
    /// When the plan is committed: another group that runs has to end for it.
    AtCommit,
}

impl Assembler {
    pub(super) fn ensure_groups(&self, plan: &Plan, trees: &[Option<Arc<Tree>>]) -> Vec<PlannedGroup> {
        let ensure = |group: Group| {
            let ensured = self.ensure(plan, trees, &group);
            let (start, runs) = match ensured {
                Ok(Ensured::Here(running)) => (Start::Now, Ok(running)),
                Ok(Ensured::MustWait(before)) => (Start::AtCommit, before.ok_or_else(|| waits().into())),
                Err(unstarted) => (Start::Now, Err(unstarted)),
            };
            PlannedGroup { group, start, runs }
        };
        plan.groups().into_iter().map(ensure).collect()
    }

    fn ensure(&self, plan: &Plan, trees: &[Option<Arc<Tree>>], group: &Group) -> Result<Ensured, Unstarted> {
        let engine = self.engine.as_deref().ok_or_else(engine_missing)?;
        let held = group.plugins.iter().map(|&i| trees[i].clone()).collect::<Option<Vec<_>>>();
        let trees = held.ok_or_else(package_missing)?;
        let folder = |&i: &usize| self.volume.data().folder(&plan.plugins[i].name);
        let folders = group.plugins.iter().map(folder).collect::<Result<_, _>>();
        let held = Held { trees, folders: folders.map_err(|error| no_folder(&error))? };
        let spec = self.spec(plan, &held, group).map_err(Unstarted::Some)?;
        let (claims, label) = (Claims::of(plan, group), spec.label());
        let start = || {
            let output = self.logs.of_group(spec.plugins.iter().map(|plugin| &plugin.name));
            engine.start(spec, output)
        };
        Ok(self.pool.ensure(group.key, label, claims, held, start))
    }

    /// What a group is started with; else the plugins whose configuration does not
    /// fit with what the environment gives.
    fn spec(&self, plan: &Plan, held: &Held, group: &Group) -> Result<GroupSpec, Vec<PluginFailure>> {
        let planned = group.plugins.iter().map(|&i| &plan.plugins[i]);
        let (mut plugins, mut failures) = (Vec::new(), Vec::new());
        for (planned, (tree, folder)) in planned.clone().zip(held.trees.iter().zip(&held.folders)) {
            match environment::config(planned, environment::of_process) {
                Ok(config) => plugins.extend(plugin(planned, config, tree, folder)),
                Err(problem) => failures.push(PluginFailure::of_plugin(planned.name.clone(), problem)),
            }
        }
        let mut env = environment::granted(planned, environment::of_process);
        env.extend(data_folder(held));
        let spec = GroupSpec { plugins, env, init_timeout: self.timing.init };
        if failures.is_empty() { Ok(spec) } else { Err(failures) }
    }
}

/// `DAVIT_DATA_DIR`. There is one environment for all of the group, so it is the
/// folder of the plugin that starts first: the others stand on it, so it stays the
/// same whoever joins them or leaves.
fn data_folder(held: &Held) -> Option<(String, String)> {
    let first = held.folders.first()?.path().display().to_string();
    Some(("DAVIT_DATA_DIR".to_owned(), first))
}

fn engine_missing() -> Problem {
    Problem::new(
        Reason::EngineMissing,
        "it needs Bun, which was not found: run `npm install bun` or set DAVIT_BUN",
    )
}

fn plugin(
    plugin: &PlannedPlugin,
    config: Map<String, Value>,
    tree: &Tree,
    folder: &DataFolder,
) -> Option<PluginSpec> {
    Some(PluginSpec {
        name: plugin.name.clone(),
        version: plugin.version.clone(),
        root: tree.root().to_owned(),
        entry: plugin.code.clone()?,
        mode: plugin.mode,
        workers: plugin.workers.clone(),
        data_dir: Some(folder.path().to_owned()),
        base: plugin.base.clone(),
        config,
        dependencies: plugin.dependencies.clone(),
    })
}
