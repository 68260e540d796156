//! How the plugins of a plan fare, as the operator is told.

use std::collections::HashMap;

use davit_plugin::PluginName;
use davit_plugin::control::{Agreed, PluginReport, Prepared as Answer};
use davit_plugin::plan::PluginState;
use davit_plugin::reason::Problem;

use super::standing::{Build, Standing};
use crate::assemble::{Prepared, Snapshot};

/// The plugins of the plan that serves: what does not run of it is degraded.
pub(super) fn of_serving(snapshot: &Snapshot) -> Vec<PluginReport> {
    snapshot.troubles().map(|(plugin, trouble)| PluginReport::of(plugin, degraded(trouble))).collect()
}

/// The plugins of a plan that is prepared. A group that serves already with the
/// same inputs is no news: it is degraded if it does not run.
pub(super) fn of_prepared(prepared: &Prepared, serving: &Snapshot) -> Vec<PluginReport> {
    let (plan, serves) = (prepared.plan(), serving.keys());
    let mut troubles: HashMap<&PluginName, Option<Problem>> =
        serving.troubles().map(|(plugin, trouble)| (&plugin.name, trouble)).collect();
    let mut states = vec![PluginState::Ready; plan.plugins.len()];
    for (key, members, tried) in prepared.groups() {
        for (&i, state) in members.iter().zip(tried) {
            states[i] = match serves.contains(&key) {
                true => degraded(troubles.remove(&plan.plugins[i].name).flatten()),
                false => state,
            };
        }
    }
    plan.plugins.iter().zip(states).map(|(plugin, state)| PluginReport::of(plugin, state)).collect()
}

/// The answer to a prepare or a commit; none if the plan is neither prepared nor
/// committed in that place any more.
pub(super) fn answer(standing: &Standing, serving: &Snapshot, place: Agreed) -> Option<Answer> {
    let Agreed { fence, plan } = place;
    let (committed, plugins) = match standing.proposal(fence, plan).map(|proposal| &proposal.build) {
        Some(Build::Beside(prepared)) => (false, of_prepared(prepared, serving)),
        Some(Build::Serving) => (true, of_serving(serving)),
        None if standing.serves(&plan) => (true, of_serving(serving)),
        None => return None,
    };
    let warm = standing.warm.iter().map(|warm| of_prepared(warm, serving)).collect();
    Some(Answer { fence, plan, committed, plugins, warm })
}

fn degraded(trouble: Option<Problem>) -> PluginState {
    trouble.map_or(PluginState::Ready, PluginState::Degraded)
}
