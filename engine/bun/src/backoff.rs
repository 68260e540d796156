//! How long to wait before the next worker.

use std::time::Duration;

/// A worker that ran this long starts the count anew.
const STEADY: Duration = Duration::from_mins(1);
/// This many ends in a row are a crash loop.
pub(crate) const CRASH_LOOP: u32 = 5;
const FIRST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(30);

/// Counts ends in a row.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    ends: u32,
}

impl Backoff {
    /// A worker has ended that had been ready for `ran`; none if it never was,
    /// which is not steady however long its start took. How long to wait: nothing
    /// the first time, then 100 ms, doubling up to 30 s.
    pub(crate) fn ended(&mut self, ran: Option<Duration>) -> Duration {
        let steady = ran.is_some_and(|ran| ran >= STEADY);
        self.ends = if steady { 1 } else { self.ends.saturating_add(1) };
        match self.ends {
            1 => Duration::ZERO,
            ends => FIRST.saturating_mul(1 << (ends - 2).min(16)).min(LONGEST),
        }
    }

    /// Whether workers end again and again.
    pub(crate) fn is_crash_loop(&self) -> bool {
        self.ends >= CRASH_LOOP
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_the_first_at_once_and_later_ones_ever_more_slowly() {
        let mut backoff = Backoff::default();
        let waits: Vec<u128> = (0..12).map(|_| backoff.ended(None).as_millis()).collect();
        assert_eq!(waits[..5], [0, 100, 200, 400, 800]);
        assert_eq!(waits[11], 30_000);
        assert!(backoff.is_crash_loop());
    }

    #[test]
    fn forgives_a_worker_that_ran_for_a_minute() {
        let mut backoff = Backoff::default();
        for _ in 0..9 {
            backoff.ended(Some(Duration::ZERO));
        }
        assert_eq!(backoff.ended(Some(STEADY)), Duration::ZERO);
        assert!(!backoff.is_crash_loop());
    }
}
