//! What all clients together have seen.

use std::fmt;
use std::time::Duration;

use super::asker::Seen;

/// How many failures are told word for word.
const TOLD: usize = 5;

/// The figures of one change under load.
#[derive(Debug)]
pub(crate) struct Figures {
    requests: usize,
    failures: Vec<String>,
    repeated: usize,
    median: Duration,
    p99: Duration,
    gap: Duration,
}

impl Figures {
    pub(super) fn of(seen: &[Seen]) -> Self {
        let mut took: Vec<Duration> = seen.iter().flat_map(|seen| seen.took.iter().copied()).collect();
        took.sort_unstable();
        let mut failures: Vec<String> = seen.iter().flat_map(|seen| seen.failures.clone()).collect();
        failures.sort_unstable();
        let at = |percent: usize| took.get(took.len() * percent / 100).copied().unwrap_or_default();
        Self {
            requests: took.len() + failures.len(),
            repeated: seen.iter().map(|seen| seen.repeated).sum(),
            median: at(50),
            p99: at(99),
            gap: seen.iter().map(|seen| seen.gap).max().unwrap_or_default(),
            failures,
        }
    }

    /// Whether every request was answered with 200.
    pub(crate) fn none_failed(&self) -> bool {
        self.failures.is_empty()
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        let (requests, failed, repeated) = (self.requests, self.failures.len(), self.repeated);
        write!(f, "{requests} requests, {failed} failed, {repeated} repeated, ")?;
        write!(f, "p50 {:.1} ms, p99 {:.1} ms, ", ms(self.median), ms(self.p99))?;
        write!(f, "longest gap {:.0} ms", ms(self.gap))?;
        self.failures.iter().take(TOLD).try_for_each(|failure| write!(f, "\n    {failure}"))
    }
}
