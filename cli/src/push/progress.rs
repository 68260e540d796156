//! What a person sees while an upload takes long.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures::stream::{self, Stream};
use oci_client::errors::OciDistributionError;
use tokio::task::JoinHandle;

use crate::{say, size};

/// How often it is said how far an upload is; a shorter one says nothing.
const EVERY: Duration = Duration::from_secs(2);
/// How much is sent with one request.
const PART: usize = 4 << 20;

/// Says how far an upload is until it is dropped.
pub(super) struct Shown(JoinHandle<()>);

impl Drop for Shown {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The bytes in parts, and what shows how many have been sent to `registry`.
pub(super) fn parts(
    bytes: Bytes,
    registry: &str,
) -> (impl Stream<Item = Result<Bytes, OciDistributionError>> + Send + 'static, Shown) {
    let (total, taken) = (bytes.len(), Arc::new(AtomicUsize::new(0)));
    let shown = Shown(tokio::spawn(show(registry.to_owned(), taken.clone(), total)));
    let parts = stream::unfold(bytes, move |mut rest| {
        // A part is asked for when all before it have been sent.
        taken.store(total - rest.len(), Ordering::Relaxed);
        let part = rest.split_to(PART.min(rest.len()));
        std::future::ready((!part.is_empty()).then_some((Ok(part), rest)))
    });
    (parts, shown)
}

async fn show(registry: String, taken: Arc<AtomicUsize>, total: usize) {
    loop {
        tokio::time::sleep(EVERY).await;
        let (sent, total) = (taken.load(Ordering::Relaxed) as u64, total as u64);
        say::note(format_args!("sending to {registry}: {} of {}", size::shown(sent), size::shown(total)));
    }
}

#[cfg(test)]
mod tests {
    use futures::StreamExt as _;

    use super::*;

    #[tokio::test]
    async fn the_parts_are_the_whole() {
        for length in [0, 1, PART, 2 * PART + 7] {
            let whole = Bytes::from(vec![7; length]);
            let (parts, _shown) = parts(whole.clone(), "registry");
            let parts: Vec<Bytes> = parts.map(Result::unwrap).collect().await;
            assert!(parts.iter().all(|part| (1..=PART).contains(&part.len())));
            assert_eq!(parts.concat(), whole, "{length}");
        }
    }
}
