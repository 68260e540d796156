//! In: the groups of a prepared plan. Out: commit it, wait, or try again without
//! certain versions.

use std::collections::BTreeSet;

use super::{Barred, CandidateId, PluginState};
use crate::reason::{Problem, Reason};

/// One group: its key, and how far each member has come.
pub type Tried<K> = (K, Vec<(CandidateId, PluginState)>);

/// What comes next.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict<K> {
    /// All plugins are ready.
    Commit,
    /// These groups replace serving ones without a newer version in them: there
    /// is nothing to fall back to, so their start is awaited.
    Wait(Vec<K>),
    /// These versions cannot run now.
    Without(Barred),
}

/// Judges each group by the states of its members. A version that is among
/// those that `serve` already is innocent as long as a newer one is in its group.
pub fn judge<K: Copy>(groups: &[Tried<K>], serve: &BTreeSet<CandidateId>) -> Verdict<K> {
    let (mut barred, mut awaited) = (Barred::new(), Vec::new());
    for (key, members) in groups {
        let fresh: Vec<&CandidateId> =
            members.iter().map(|(id, _)| id).filter(|id| !serve.contains(id)).collect();
        let failures = causes(members);
        let pending = members.iter().any(|(_, state)| *state == PluginState::Pending);
        if failures.is_empty() && pending {
            match fresh.is_empty() {
                true => awaited.push(*key),
                false => barred.extend(fresh.iter().map(|&id| (id.clone(), starting()))),
            }
        }
        for (id, problem) in failures {
            match fresh.is_empty() || fresh.contains(&id) {
                true => drop(barred.insert(id.clone(), problem.clone())),
                false => barred.extend(fresh.iter().map(|&fresh| (fresh.clone(), breaks(id, problem)))),
            }
        }
    }
    match (barred.is_empty(), awaited.is_empty()) {
        (false, _) => Verdict::Without(barred),
        (true, false) => Verdict::Wait(awaited),
        (true, true) => Verdict::Commit,
    }
}

/// Who failed by itself. Whoever only waits for another is no cause, unless
/// nobody else is.
fn causes(members: &[(CandidateId, PluginState)]) -> Vec<(&CandidateId, &Problem)> {
    let failed = members.iter().filter_map(|(id, state)| match state {
        PluginState::Failed(problem) => Some((id, problem)),
        PluginState::Ready | PluginState::Pending | PluginState::Degraded(_) => None,
    });
    let failed: Vec<_> = failed.collect();
    let by_itself = |problem: &Problem| problem.reason != Reason::DependencyNotReady;
    match failed.iter().any(|(_, problem)| by_itself(problem)) {
        true => failed.into_iter().filter(|(_, problem)| by_itself(problem)).collect(),
        false => failed,
    }
}

fn starting() -> Problem {
    Problem::new(Reason::RolloutInProgress, "it is still starting and goes live as soon as it is ready")
}

fn breaks(other: &CandidateId, problem: &Problem) -> Problem {
    let message = format!("{}, which is linked to it, fails with it: {}", other.name, problem.message);
    Problem::new(problem.reason, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Digest;

    fn id(name: &str, version: u8) -> CandidateId {
        CandidateId { name: name.parse().unwrap(), digest: Digest::of(&[version]), settings: Digest::of(b"") }
    }

    fn failed(reason: Reason) -> PluginState {
        PluginState::Failed(Problem::new(reason, "no"))
    }

    /// The barred versions with their reasons; none if nothing is barred.
    fn barred(members: Vec<(CandidateId, PluginState)>, serve: &[CandidateId]) -> Vec<(CandidateId, Reason)> {
        match judge(&[((), members)], &serve.iter().cloned().collect()) {
            Verdict::Without(barred) => {
                barred.into_iter().map(|(id, problem)| (id, problem.reason)).collect()
            }
            Verdict::Commit | Verdict::Wait(_) => Vec::new(),
        }
    }

    #[test]
    fn the_one_that_fails_is_left_out_and_not_those_who_wait_for_it() {
        let group = vec![
            (id("a", 2), failed(Reason::InitFailed)),
            (id("b", 1), failed(Reason::DependencyNotReady)),
            (id("c", 1), PluginState::Ready),
        ];
        assert_eq!(barred(group, &[]), [(id("a", 2), Reason::InitFailed)]);
    }

    #[test]
    fn a_serving_version_is_innocent_beside_a_newer_one() {
        let group = vec![(id("a", 2), PluginState::Ready), (id("b", 1), failed(Reason::InitFailed))];
        assert_eq!(barred(group, &[id("a", 1), id("b", 1)]), [(id("a", 2), Reason::InitFailed)]);
    }

    #[test]
    fn a_serving_version_that_fails_alone_is_left_out() {
        let group = vec![(id("b", 1), failed(Reason::InitFailed))];
        assert_eq!(barred(group, &[id("b", 1)]), [(id("b", 1), Reason::InitFailed)]);
    }

    #[test]
    fn newer_versions_wait_aside_while_their_group_starts() {
        let group = vec![(id("a", 2), PluginState::Pending), (id("b", 1), PluginState::Pending)];
        assert_eq!(barred(group, &[id("b", 1)]), [(id("a", 2), Reason::RolloutInProgress)]);
    }

    #[test]
    fn a_group_without_a_newer_version_is_awaited() {
        let group = vec![(id("b", 1), PluginState::Pending)];
        assert_eq!(judge(&[(7, group)], &BTreeSet::from([id("b", 1)])), Verdict::Wait(vec![7]));
    }

    #[test]
    fn all_ready_is_committed_and_a_failure_always_bars_somebody() {
        assert_eq!(judge(&[((), vec![(id("a", 1), PluginState::Ready)])], &BTreeSet::new()), Verdict::Commit);
        let group = vec![(id("a", 1), failed(Reason::DependencyNotReady))];
        assert_eq!(barred(group, &[]), [(id("a", 1), Reason::DependencyNotReady)]);
    }
}
