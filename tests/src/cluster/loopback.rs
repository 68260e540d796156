//! Loopback addresses that belong to this process of the suite alone, so that
//! every part has its usual port and nobody waits for a free one.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU16, Ordering};

/// The port whose holder owns 127.N.0.0/16.
const CLAIM: u16 = 7357;

/// An address that no other part has.
pub fn address() -> Ipv4Addr {
    static NEXT: AtomicU16 = AtomicU16::new(2);
    // The last byte stays between 1 and 250.
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let [third, fourth] = [number / 250, number % 250 + 1].map(|part| u8::try_from(part).expect("a byte"));
    Ipv4Addr::new(127, block(), third, fourth)
}

/// The N of 127.N.0.0/16, held as long as this process runs.
fn block() -> u8 {
    static CLAIMED: OnceLock<(u8, TcpListener)> = OnceLock::new();
    let claim = || {
        let free = (1..=254).find_map(|block| {
            let listener = TcpListener::bind((Ipv4Addr::new(127, block, 0, 1), CLAIM)).ok()?;
            Some((block, listener))
        });
        free.expect("254 suites do not run at once")
    };
    CLAIMED.get_or_init(claim).0
}
