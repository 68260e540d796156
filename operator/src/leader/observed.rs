//! In: the Lease as it is now. Out: whether somebody holds it.

use std::time::{Duration, Instant};

use k8s_openapi::api::coordination::v1::LeaseSpec;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;

/// The longest that a holder may claim to need no renewal.
const LONGEST: i32 = 60;

/// Who holds the Lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Held {
    /// Nobody, or nobody any more.
    Free,
    /// This process.
    Mine,
    /// Another one, by its name.
    Theirs(String),
}

/// What was seen of the Lease, and when. Whether a holder is late is told by
/// this process's own clock alone: the clocks of two nodes may differ.
#[derive(Debug, Default)]
pub(super) struct Observed {
    last: Option<((String, Option<MicroTime>), Instant)>,
}

impl Observed {
    /// Looks at the Lease; `me` is this process's name.
    pub(super) fn look(&mut self, spec: &LeaseSpec, me: &str, now: Instant) -> Held {
        let holder = spec.holder_identity.clone().unwrap_or_default();
        if holder.is_empty() {
            return Held::Free;
        }
        if holder == me {
            return Held::Mine;
        }
        let record = (holder.clone(), spec.renew_time.clone());
        let since = match &self.last {
            Some((last, since)) if *last == record => *since,
            _ => {
                self.last = Some((record, now));
                now
            }
        };
        let seconds = spec.lease_duration_seconds.unwrap_or(LONGEST).clamp(1, LONGEST);
        let duration = Duration::from_secs(u64::from(seconds.unsigned_abs()));
        if now.duration_since(since) >= duration { Held::Free } else { Held::Theirs(holder) }
    }
}

#[cfg(test)]
mod tests {
    use k8s_openapi::jiff::Timestamp;

    use super::*;

    fn spec(holder: &str, renewed: i64) -> LeaseSpec {
        LeaseSpec {
            holder_identity: Some(holder.to_owned()).filter(|holder| !holder.is_empty()),
            renew_time: Some(MicroTime(Timestamp::from_second(renewed).unwrap())),
            lease_duration_seconds: Some(10),
            ..LeaseSpec::default()
        }
    }

    #[test]
    fn a_lease_without_a_holder_is_free_at_once_and_ones_own_is_ones_own() {
        let mut observed = Observed::default();
        assert_eq!(observed.look(&spec("", 1), "me", Instant::now()), Held::Free);
        assert_eq!(observed.look(&spec("me", 1), "me", Instant::now()), Held::Mine);
    }

    #[test]
    fn a_holder_that_renews_keeps_it_and_one_that_does_not_loses_it_whatever_its_clock_says() {
        let (mut observed, start) = (Observed::default(), Instant::now());
        let theirs = Held::Theirs("them".into());
        let mut look =
            |renewed, after| observed.look(&spec("them", renewed), "me", start + Duration::from_secs(after));
        assert_eq!(look(1_000, 0), theirs);
        assert_eq!(look(1_000, 9), theirs);
        assert_eq!(look(4, 10), theirs, "renewed, by a clock that goes back");
        assert_eq!(look(4, 19), theirs);
        assert_eq!(look(4, 20), Held::Free);
    }
}
