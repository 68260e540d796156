//! In: how far a plan has come on each replica. Out: how far it has come on all
//! of them. Pure.

use davit_plugin::control::PluginReport;
use davit_plugin::plan::{CandidateId, GroupKey, Plan, PluginState, Tried};

/// The plan's groups with the state of each member, the worst of all replicas.
/// `reports` has one list for each replica, in the plan's order.
pub(super) fn combine(plan: &Plan, reports: &[Vec<PluginReport>]) -> Vec<Tried<GroupKey>> {
    let state = |i: usize| {
        let states = reports.iter().filter_map(|list| list.get(i)).map(|report| &report.state);
        states.max_by_key(|state| badness(state)).cloned().unwrap_or(PluginState::Ready)
    };
    let member = |&i: &usize| (CandidateId::of(&plan.plugins[i]), state(i));
    plan.groups().iter().map(|group| (group.key, group.plugins.iter().map(member).collect())).collect()
}

fn badness(state: &PluginState) -> u8 {
    match state {
        PluginState::Ready => 0,
        PluginState::Degraded(_) => 1,
        PluginState::Pending => 2,
        PluginState::Failed(_) => 3,
    }
}

#[cfg(test)]
mod tests {
    use davit_plugin::control::PluginReport;
    use davit_plugin::plan::{Plan, PlannedPlugin};
    use davit_plugin::reason::{Problem, Reason};
    use serde_json::json;

    use super::*;

    fn plugin() -> PlannedPlugin {
        let plugin = json!({
            "name": "a", "version": "1.0.0", "digest": davit_plugin::Digest::of(b""), "code": "plugin.js",
            "dependencies": [], "publicRoutes": {}, "config": {},
            "limits": davit_plugin::manifest::Limits::default(),
        });
        serde_json::from_value(plugin).unwrap()
    }

    #[test]
    fn one_replica_on_which_it_fails_is_enough_and_one_that_is_degraded_hinders_nothing() {
        let plan = Plan { plugins: vec![plugin()], ..Plan::empty() };
        let problem = Problem::new(Reason::InitFailed, "no");
        let report = |state: &PluginState| vec![PluginReport::of(&plan.plugins[0], state.clone())];
        let (ready, pending) = (PluginState::Ready, PluginState::Pending);
        let (failed, degraded) = (PluginState::Failed(problem.clone()), PluginState::Degraded(problem));
        let table = [
            ([&ready, &failed, &pending], &failed),
            ([&ready, &pending, &degraded], &pending),
            ([&ready, &degraded, &ready], &degraded),
            ([&ready, &ready, &ready], &ready),
        ];
        for (states, expected) in table {
            let reports: Vec<_> = states.into_iter().map(report).collect();
            assert_eq!(combine(&plan, &reports)[0].1[0].1, *expected);
        }
    }
}
