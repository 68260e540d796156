//! Waiting for conditions: never for a time, always up to a deadline.

use std::time::{Duration, Instant};

/// How long anything may take on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(90);

/// How often a condition is looked at.
pub(crate) const POLL: Duration = Duration::from_millis(10);

/// Waits until `probe` gives a value. Panics, saying `what`, after [`PATIENCE`].
pub async fn until<T>(what: &str, probe: impl AsyncFnMut() -> Option<T>) -> T {
    within(PATIENCE, what, probe).await
}

/// Waits until `probe` gives a value. Panics, saying `what`, after `limit`.
pub async fn within<T>(limit: Duration, what: &str, mut probe: impl AsyncFnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = probe().await {
            return found;
        }
        assert!(start.elapsed() < limit, "waited {limit:?} for: {what}");
        tokio::time::sleep(POLL).await;
    }
}

/// Waits until `read` has given the same value for as long as `quiet`, and
/// returns it.
pub async fn settled<T: PartialEq>(quiet: Duration, what: &str, mut read: impl AsyncFnMut() -> T) -> T {
    let (mut value, mut since) = (read().await, Instant::now());
    until(what, async || {
        let now = read().await;
        if now != value {
            (value, since) = (now, Instant::now());
        }
        (since.elapsed() >= quiet).then_some(())
    })
    .await;
    value
}
