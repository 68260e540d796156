//! Which failed groups are tried again, and when.

use std::time::Duration;

use davit_engine::GroupState;

use super::running::Running;

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_mins(1);
/// The same for a group that another one must end for: each try is an outage.
const FIRST_AT_A_COST: Duration = Duration::from_mins(1);
const LONGEST_AT_A_COST: Duration = Duration::from_hours(1);

/// How long after its failure a group is tried again, if that can help.
fn wait(running: &Running, at_a_cost: bool) -> Option<Duration> {
    let GroupState::Failed(failures) = running.state() else { return None };
    let (first, longest) = match at_a_cost {
        true => (FIRST_AT_A_COST, LONGEST_AT_A_COST),
        false => (FIRST, LONGEST),
    };
    let curable = failures.iter().any(|failure| failure.curable);
    curable.then(|| first.saturating_mul(1 << running.attempt.min(8)).min(longest))
}

/// When a failed group may be due, counted from its failure.
pub(super) fn waits(running: &Running) -> Vec<Duration> {
    let costs = [Some(false), running.claims.any().then_some(true)];
    costs.into_iter().flatten().filter_map(|at_a_cost| wait(running, at_a_cost)).collect()
}

/// Whether a failed group's pause is over; a longer one if another group must end
/// for the try.
pub(super) fn is_due(running: &Running, at_a_cost: bool) -> bool {
    let since = running.settled_at.get().map(std::time::Instant::elapsed);
    wait(running, at_a_cost).zip(since).is_some_and(|(wait, since)| since >= wait)
}
