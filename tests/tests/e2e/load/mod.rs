//! Requests without a pause through a Service, while something else happens.
//!
//! ```text
//! askers (connections that are kept, and new ones) → change → as many requests again → Figures
//! ```

mod asker;
mod figures;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::task::JoinSet;

use crate::wait::until;
use asker::Asker;
pub(crate) use figures::Figures;

/// How many askers keep their connections, and how many take a new one each time.
const KEPT: usize = 4;
const FRESH: usize = 2;

/// What the askers share.
#[derive(Debug, Default)]
struct Shared {
    stop: AtomicBool,
    /// How many requests have been answered, well or not.
    asked: AtomicUsize,
}

/// Does `change` under load, and tells of every request that was sent meanwhile. The
/// load begins before, and goes on for a while after it.
pub(crate) async fn during(address: SocketAddr, paths: &[&str], change: impl Future<Output = ()>) -> Figures {
    let shared = Arc::new(Shared::default());
    let mut askers = JoinSet::new();
    for number in 0..KEPT + FRESH {
        let paths = paths.iter().map(|&path| path.to_owned()).collect();
        let asker = Asker::new(address, paths, number < KEPT, Arc::clone(&shared));
        askers.spawn(asker.ask_until_told());
    }
    more(&shared).await;
    change.await;
    more(&shared).await;
    shared.stop.store(true, Ordering::Release);
    Figures::of(&askers.join_all().await)
}

/// Waits for some requests of each asker.
async fn more(shared: &Shared) {
    let wanted = shared.asked.load(Ordering::Acquire) + 50 * (KEPT + FRESH);
    until("further answers", async || match shared.asked.load(Ordering::Acquire) {
        asked if asked < wanted => Err(format!("there are {asked} of {wanted}")),
        _ => Ok(()),
    })
    .await;
}
