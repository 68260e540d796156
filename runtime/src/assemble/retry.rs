//! Which failed groups are tried again, and when.

use std::time::Duration;

use davit_engine::GroupState;
use davit_plugin::reason::Reason;

use super::pool::Running;

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_mins(1);

/// How long after its failure a group is tried again: what `onInit` needs may
/// come back. Code that cannot be loaded stays so until it is changed.
pub(super) fn wait(running: &Running) -> Option<Duration> {
    let GroupState::Failed(failures) = running.state() else { return None };
    let passes = |reason| matches!(reason, Reason::InitFailed | Reason::InitTimeout);
    let curable = failures.iter().any(|failure| passes(failure.problem.reason));
    curable.then(|| FIRST.saturating_mul(1 << running.attempt.min(8)).min(LONGEST))
}

/// Whether a failed group's pause is over.
pub(super) fn is_due(running: &Running) -> bool {
    let since = running.settled_at.get().map(std::time::Instant::elapsed);
    wait(running).zip(since).is_some_and(|(wait, since)| since >= wait)
}
