//! Waiting for what kubectl shows: one look takes a process, so they have a pause
//! between them.

use std::time::{Duration, Instant};

/// How long pods may take for anything.
pub(crate) const PATIENCE: Duration = Duration::from_mins(3);
const PAUSE: Duration = Duration::from_millis(250);

/// Waits until `probe` gives a value; what it says is lacking is told after
/// [`PATIENCE`].
pub(crate) async fn until<T>(what: &str, mut probe: impl AsyncFnMut() -> Result<T, String>) -> T {
    let start = Instant::now();
    loop {
        match probe().await {
            Ok(found) => return found,
            Err(lacking) => assert!(start.elapsed() < PATIENCE, "waited {PATIENCE:?} for {what}: {lacking}"),
        }
        tokio::time::sleep(PAUSE).await;
    }
}
