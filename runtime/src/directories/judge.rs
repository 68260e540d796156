//! In: a prepared plan. Out: commit it, wait, or try again without certain
//! versions.

use std::collections::BTreeSet;

use davit_plugin::PluginName;
use davit_plugin::plan::{Barred, CandidateId, GroupKey, Plan};
use davit_plugin::reason::{Problem, Reason};

use crate::assemble::{PluginState, Prepared};

/// What comes next.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Verdict {
    /// All plugins are ready.
    Commit,
    /// These groups replace serving ones without a newer version in them: there
    /// is nothing to fall back to, so their start is awaited.
    Wait(Vec<GroupKey>),
    /// These versions cannot run now.
    Without(Barred),
}

/// Judges each group by the states of its members. Versions that serve already
/// are innocent as long as a newer one is in their group.
pub(super) fn judge(prepared: &Prepared, serving: &Plan) -> Verdict {
    let serves: BTreeSet<CandidateId> = serving.plugins.iter().map(CandidateId::of).collect();
    let (mut barred, mut awaited) = (Barred::new(), Vec::new());
    for (key, members, states) in prepared.groups() {
        let ids: Vec<CandidateId> =
            members.iter().map(|&i| CandidateId::of(&prepared.plan().plugins[i])).collect();
        let fresh: Vec<&CandidateId> = ids.iter().filter(|id| !serves.contains(id)).collect();
        for (id, state) in ids.iter().zip(&states) {
            match state {
                PluginState::Ready => {}
                PluginState::Pending if fresh.is_empty() => awaited.push(key),
                PluginState::Pending => barred.extend(fresh.iter().map(|&fresh| (fresh.clone(), starting()))),
                PluginState::Failed(problem) if problem.reason == Reason::DependencyNotReady => {}
                PluginState::Failed(problem) if fresh.is_empty() || fresh.contains(&id) => {
                    barred.insert(id.clone(), problem.clone());
                }
                PluginState::Failed(problem) => {
                    barred.extend(fresh.iter().map(|&fresh| (fresh.clone(), breaks(&id.name, problem))));
                }
            }
        }
    }
    match (barred.is_empty(), awaited.is_empty()) {
        (false, _) => Verdict::Without(barred),
        (true, false) => Verdict::Wait(awaited),
        (true, true) => Verdict::Commit,
    }
}

fn starting() -> Problem {
    Problem::new(Reason::RolloutInProgress, "it is still starting and goes live as soon as it is ready")
}

fn breaks(other: &PluginName, problem: &Problem) -> Problem {
    Problem::new(
        problem.reason,
        format!("{other}, which is linked to it, fails with it: {}", problem.message),
    )
}
