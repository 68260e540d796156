//! How long to wait after failures.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use kube::runtime::utils::Backoff;

/// After the first failure,
const FIRST: Duration = Duration::from_millis(200);
/// doubled with each further one, up to this for one object,
const MOST: Duration = Duration::from_secs(30);
/// and up to this for a watch, on which all else waits.
const MOST_WATCH: Duration = Duration::from_secs(5);
/// A watch that has gone on for so long starts anew with the first delay.
const HEALTHY: Duration = Duration::from_secs(30);

/// The delay after so many failures in a row.
fn after(failures: u32) -> Duration {
    FIRST.saturating_mul(1 << failures.saturating_sub(1).min(16)).min(MOST)
}

/// The failures in a row of each object, by UID.
#[derive(Debug, Default)]
pub struct Failures(Mutex<HashMap<String, Failed>>);

#[derive(Debug, Default)]
struct Failed {
    times: u32,
    said: String,
}

impl Failures {
    /// Counts a failure. Answers how long to wait, and whether its message is
    /// another than the last one's.
    pub fn failed(&self, uid: &str, message: &str) -> (Duration, bool) {
        let mut all = self.held();
        let failed = all.entry(uid.to_owned()).or_default();
        let news = failed.said != message;
        message.clone_into(&mut failed.said);
        failed.times = failed.times.saturating_add(1);
        (after(failed.times), news)
    }

    /// Forgets the failures of an object.
    pub fn succeeded(&self, uid: &str) {
        self.held().remove(uid);
    }

    /// Forgets all but the objects with these UIDs.
    pub fn retain(&self, exists: impl Fn(&str) -> bool) {
        self.held().retain(|uid, _| exists(uid));
    }

    fn held(&self) -> MutexGuard<'_, HashMap<String, Failed>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The delays of one watch. A watch says that it begins before it asks the
/// server, so what it yields between two failures is no success.
#[derive(Debug, Default)]
pub struct Rewatch {
    failures: u32,
    last: Option<Instant>,
}

impl Iterator for Rewatch {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        if self.last.is_some_and(|last| last.elapsed() > HEALTHY) {
            self.failures = 0;
        }
        self.failures = self.failures.saturating_add(1);
        self.last = Some(Instant::now());
        Some(after(self.failures).min(MOST_WATCH))
    }
}

impl Backoff for Rewatch {
    fn reset(&mut self) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_object_waits_longer_and_longer_until_it_succeeds() {
        let failures = Failures::default();
        let waits: Vec<u128> = (0..10).map(|_| failures.failed("a", "why").0.as_millis()).collect();
        assert_eq!(waits, [200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000]);
        assert_eq!(failures.failed("b", "why").0, FIRST);
        failures.succeeded("a");
        assert_eq!(failures.failed("a", "why").0, FIRST);
    }

    #[test]
    fn a_message_is_news_once() {
        let failures = Failures::default();
        let news: Vec<bool> =
            ["x", "x", "y", "x"].iter().map(|message| failures.failed("a", message).1).collect();
        assert_eq!(news, [true, false, true, true]);
    }
}
