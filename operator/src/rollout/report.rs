//! In: what a pass came to. Out: the status of the PluginRuntime and of each of
//! its Plugins, where it is not what it was.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use davit_crds::PluginRuntime;
use davit_plugin::PluginName;
use davit_plugin::plan::{Plan, PlannedPlugin, PluginState};
use davit_plugin::reason::Problem;
use kube::ResourceExt as _;

use super::RolloutError;
use super::decide::Decision;
use super::gather::Reached;
use super::pass::{Pass, Settled};
use super::reload_of;
use crate::context::Context;
use crate::fleet::FleetError;
use crate::hindrance::hindrance;
use crate::status::{self, Fate, RuntimeFate};

impl Pass<'_> {
    /// Writes what has changed.
    pub(super) async fn report(&mut self, settled: &Settled) -> Result<(), RolloutError> {
        let fates = self.fates(settled);
        let runtime = self.runtime_fate();
        status::write_runtime(self.ctx, &self.runtime, &runtime).await?;
        status::write_plugins(self.ctx, fates).await?;
        Ok(())
    }

    fn fates(&mut self, settled: &Settled) -> Vec<Fate> {
        let agreed = self.agreed();
        let (in_step, groups) = (self.serving(), groups(&agreed));
        let reload = reload_of(&self.runtime);
        let subjects = std::mem::take(&mut self.gathered.subjects);
        let mut fates = Vec::with_capacity(subjects.len());
        let Decision { plan, problems, unlinked, named } = &settled.decision;
        for (((subject, problem), unlinked), named) in subjects.iter().zip(problems).zip(unlinked).zip(named)
        {
            let serving = agreed.plugin(&subject.name).filter(|_| *named);
            let (loaded, lagging) = serving.map_or((0, None), |planned| loaded(planned, &in_step));
            let replicas = self.gathered.members.len();
            let uid = subject.plugin.uid().unwrap_or_default();
            fates.push(Fate {
                current: problem.is_none()
                    && serving == plan.plugin(&subject.name)
                    && serving.is_some_and(|planned| subject.is_current(planned, reload.as_deref())),
                problem: problem.clone().filter(|_| subject.is_beyond_source()),
                unlinked: unlinked.clone(),
                group: serving.and_then(|planned| groups.get(&planned.name).cloned()).unwrap_or_default(),
                lagging_for: self.lagging_for(uid, serving.is_some() && loaded < replicas),
                plugin: subject.plugin.clone(),
                artifact: subject.artifact.clone(),
                serving: serving.cloned().map(Arc::new),
                replicas,
                loaded,
                lagging,
                patience: self.rollout.prepare_timeout,
            });
        }
        self.gathered.subjects = subjects;
        let known: Vec<String> = fates.iter().filter_map(|fate| fate.plugin.uid()).collect();
        self.memory.lagging.retain(|uid, _| known.contains(uid));
        fates
    }

    fn lagging_for(&mut self, uid: String, lags: bool) -> Option<Duration> {
        if lags {
            return Some(self.memory.lagging.entry(uid).or_insert_with(Instant::now).elapsed());
        }
        self.memory.lagging.remove(&uid);
        None
    }

    /// The replicas that serve the agreed plan.
    fn serving(&self) -> Vec<Reached> {
        let agreed = self.memory.agreed.as_ref().map(|agreed| agreed.digest);
        let mut reached = self.reached();
        reached.retain(|reached| {
            let serves = reached.state.committed.map(|committed| committed.plan);
            serves.is_some() && serves == agreed
        });
        reached
    }

    fn runtime_fate(&self) -> RuntimeFate {
        let agreed = self.memory.agreed.as_deref();
        RuntimeFate {
            plan: agreed.map(|agreed| agreed.digest),
            fence: self.memory.fence.or(agreed.map(|agreed| agreed.fence)),
            replicas: self.gathered.members.len(),
            ready: self.serving().len(),
            plugins: agreed.map_or(0, |agreed| agreed.plan.plugins.len()),
            selector: self.fleet.selector.clone(),
            hindrance: self.gathered.members.iter().find_map(|member| hindrance(&member.pod)),
            keys: self.gathered.keys.problem(),
            trouble: None,
        }
    }
}

/// Says that the runtime's own objects cannot be made.
pub(super) async fn trouble(
    ctx: &Context,
    runtime: &PluginRuntime,
    error: &FleetError,
) -> Result<(), RolloutError> {
    status::write_runtime_trouble(ctx, runtime, error).await?;
    Ok(())
}

/// On how many replicas an entry of the agreed plan runs, and why not on another.
fn loaded(planned: &PlannedPlugin, in_step: &[Reached]) -> (usize, Option<Problem>) {
    let (mut count, mut why) = (0, None);
    for Reached { replica, state } in in_step {
        let report = state.plugins.iter().find(|report| report.name == planned.name);
        match report.map(|report| &report.state) {
            Some(PluginState::Ready) => count += 1,
            Some(PluginState::Failed(problem) | PluginState::Degraded(problem)) => {
                let message = format!("on {}: {}", replica.pod_name(), problem.message);
                why = why.or(Some(Problem::new(problem.reason, message)));
            }
            Some(PluginState::Pending) | None => {}
        }
    }
    (count, why)
}

/// The plugins of each plugin's group, in start order.
fn groups(plan: &Plan) -> HashMap<PluginName, Vec<PluginName>> {
    let name = |&i: &usize| plan.plugins[i].name.clone();
    let members = |group: &davit_plugin::plan::Group| group.plugins.iter().map(name).collect::<Vec<_>>();
    let of_group = |group: davit_plugin::plan::Group| {
        let members = members(&group);
        members.clone().into_iter().map(move |one| (one, members.clone()))
    };
    plan.groups().into_iter().flat_map(of_group).collect()
}
