//! How often one address may send wrong keys: ten at once, then one every six
//! seconds (the generic cell rate algorithm, which needs one time for each address).
//! Only attempts that fail are held up, so nobody with a right key is locked out by
//! somebody else behind the same address.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// An address gains one attempt in so much time,
const EVERY: Duration = Duration::from_secs(6);
/// and saves up so many.
const BURST: u32 = 10;
/// So many addresses are known at once. All further ones share the attempts of one.
const MAX_ADDRESSES: usize = 16_384;
/// A full table is cleared of those that have all attempts again at most so often.
const CLEAR_EVERY: Duration = Duration::from_secs(1);

/// The wrong keys of the last minute.
#[derive(Debug, Default)]
pub(super) struct Limiter(Mutex<Table>);

#[derive(Debug, Default)]
struct Table {
    buckets: HashMap<IpAddr, Bucket>,
    cleared: Option<Instant>,
}

/// The attempts of one address.
#[derive(Debug)]
struct Bucket {
    /// When it has all of them again.
    full_at: Instant,
    /// Whether it has been held up since the last attempt that was looked at.
    held_up: bool,
}

/// Too many wrong keys came from an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many wrong keys came from this address: try again in {seconds} s; a right key is taken at once")]
pub struct TooMany {
    /// In how many seconds one more attempt is looked at.
    pub seconds: u64,
    /// Whether this is the first one since the last that was looked at.
    pub first: bool,
}

impl Limiter {
    /// Counts one wrong key, or says that there were too many.
    pub(super) fn fail(&self, client: IpAddr, now: Instant) -> Result<(), TooMany> {
        let mut table = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let address = table.place(network(client), now);
        let bucket = table.buckets.entry(address).or_insert(Bucket { full_at: now, held_up: false });
        let next = bucket.full_at.max(now) + EVERY;
        let wait = (next - now).saturating_sub(EVERY * BURST);
        if wait.is_zero() {
            *bucket = Bucket { full_at: next, held_up: false };
            return Ok(());
        }
        let first = !std::mem::replace(&mut bucket.held_up, true);
        Err(TooMany { seconds: wait.as_secs() + u64::from(wait.subsec_nanos() > 0), first })
    }
}

impl Table {
    /// Under which address this one is counted.
    fn place(&mut self, address: IpAddr, now: Instant) -> IpAddr {
        let is_full = |table: &Self| table.buckets.len() >= MAX_ADDRESSES;
        if self.buckets.contains_key(&address) || !is_full(self) {
            return address;
        }
        if self.cleared.is_none_or(|at| now.duration_since(at) >= CLEAR_EVERY) {
            self.cleared = Some(now);
            self.buckets.retain(|_, bucket| bucket.full_at > now);
        }
        if is_full(self) { IpAddr::V6(Ipv6Addr::UNSPECIFIED) } else { address }
    }
}

/// Whom an address belongs to: one IPv6 subscriber has at least a /64 (RFC 6177).
fn network(client: IpAddr) -> IpAddr {
    match client.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn ten_wrong_keys_pass_at_once_and_then_one_every_six_seconds() {
        let (limiter, now, one) = (Limiter::default(), Instant::now(), address("192.0.2.1"));
        let after = |seconds| now + Duration::from_secs(seconds);
        for _ in 0..10 {
            assert_eq!(limiter.fail(one, now), Ok(()));
        }
        let held_up = |seconds, first| Err(TooMany { seconds, first });
        assert_eq!(limiter.fail(one, now), held_up(6, true));
        assert_eq!(limiter.fail(one, after(5)), held_up(1, false), "what is refused does not count");
        assert_eq!(limiter.fail(one, after(6)), Ok(()));
        assert_eq!(limiter.fail(one, after(6)), held_up(6, true));
        assert_eq!(limiter.fail(address("192.0.2.2"), now), Ok(()), "another address");
        assert_eq!((0..11).filter(|_| limiter.fail(one, after(120)).is_ok()).count(), 10);
    }

    #[test]
    fn one_subscriber_is_one_address() {
        assert_eq!(network(address("2001:db8:1:2:3:4:5:6")), address("2001:db8:1:2::"));
        assert_ne!(network(address("2001:db8:1:3::1")), network(address("2001:db8:1:2::1")));
        assert_eq!(network(address("::ffff:192.0.2.1")), address("192.0.2.1"));
        assert_ne!(network(address("192.0.2.1")), network(address("192.0.2.2")));
    }

    #[test]
    fn many_addresses_take_bounded_memory_and_share_one_bucket_when_there_is_no_room() {
        let (limiter, now) = (Limiter::default(), Instant::now());
        let nth = |n: usize| IpAddr::from(u32::try_from(n).unwrap().to_be_bytes());
        for n in 0..MAX_ADDRESSES {
            assert!(limiter.fail(nth(n), now).is_ok());
        }
        let more = (MAX_ADDRESSES..MAX_ADDRESSES + 100).filter(|&n| limiter.fail(nth(n), now).is_ok());
        assert_eq!(more.count(), 10);
        let known = || limiter.0.lock().unwrap().buckets.len();
        assert_eq!(known(), MAX_ADDRESSES + 1);
        let later = now + Duration::from_secs(61);
        assert!(limiter.fail(nth(MAX_ADDRESSES + 50), later).is_ok());
        assert_eq!(known(), 1, "those that have all attempts again are forgotten");
    }

    proptest! {
        #[test]
        fn nobody_fails_more_often_than_the_rate_allows(
            gaps in prop::collection::vec(0..10_000_u64, 1..200),
        ) {
            let (limiter, start) = (Limiter::default(), Instant::now());
            let (mut now, mut passed) = (start, 0_u32);
            for gap in gaps {
                now += Duration::from_millis(gap);
                match limiter.fail(address("::1"), now) {
                    Ok(()) => passed += 1,
                    Err(TooMany { seconds, .. }) => prop_assert!((1..=6).contains(&seconds)),
                }
                let allowed = BURST + u32::try_from((now - start).as_secs() / EVERY.as_secs()).unwrap();
                prop_assert!(passed <= allowed, "{passed} of {allowed}");
            }
        }
    }
}
