//! Which failed groups are tried again, and when.

use std::time::Duration;

use davit_engine::GroupState;

use super::pool::Running;

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_mins(1);

/// How long after its failure a group is tried again, if that can help.
pub(super) fn wait(running: &Running) -> Option<Duration> {
    let GroupState::Failed(failures) = running.state() else { return None };
    let curable = failures.iter().any(|failure| failure.curable);
    curable.then(|| FIRST.saturating_mul(1 << running.attempt.min(8)).min(LONGEST))
}

/// Whether a failed group's pause is over.
pub(super) fn is_due(running: &Running) -> bool {
    let since = running.settled_at.get().map(std::time::Instant::elapsed);
    wait(running).zip(since).is_some_and(|(wait, since)| since >= wait)
}
