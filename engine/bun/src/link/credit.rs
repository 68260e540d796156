//! Flow control: how many bytes may still be sent, and how many were received
//! without having been acknowledged.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Semaphore;

use super::Peaks;
use crate::frame::WINDOW;

/// What the worker still lets us send on one stream.
#[derive(Debug)]
pub(super) struct SendCredit {
    free: Semaphore,
}

impl SendCredit {
    pub(super) fn new() -> Self {
        Self { free: Semaphore::new(WINDOW) }
    }

    /// Waits until `bytes` (at most the window) may be sent, and counts them as
    /// sent; false once the stream is over.
    pub(super) async fn spend(&self, bytes: usize, peaks: &Peaks) -> bool {
        let permits = u32::try_from(bytes).unwrap_or(u32::MAX);
        let Ok(permit) = self.free.acquire_many(permits).await else { return false };
        permit.forget();
        Peaks::raise(&peaks.upload, WINDOW.saturating_sub(self.free.available_permits()));
        true
    }

    /// The stream is over: nobody waits any more.
    pub(super) fn close(&self) {
        self.free.close();
    }

    /// The worker has taken `bytes`; false if it gives back more than was sent.
    pub(super) fn restore(&self, bytes: usize) -> bool {
        let fits = bytes <= WINDOW - self.free.available_permits().min(WINDOW);
        if fits {
            self.free.add_permits(bytes);
        }
        fits
    }
}

/// What the worker has sent on one stream before we acknowledged it.
#[derive(Debug, Default)]
pub(super) struct ReceiveCredit {
    unacknowledged: AtomicUsize,
}

impl ReceiveCredit {
    /// Counts received bytes; false if the worker had no credit for them.
    pub(super) fn receive(&self, bytes: usize, peaks: &Peaks) -> bool {
        let now = self.unacknowledged.fetch_add(bytes, Ordering::Relaxed) + bytes;
        Peaks::raise(&peaks.download, now);
        now <= WINDOW
    }

    /// Counts bytes as acknowledged.
    pub(super) fn acknowledge(&self, bytes: usize) {
        self.unacknowledged.fetch_sub(bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn sends_no_more_than_the_window_before_credit_comes() {
        let (credit, peaks) = (SendCredit::new(), Peaks::default());
        credit.spend(WINDOW, &peaks).await;
        let mut blocked = std::pin::pin!(credit.spend(1, &peaks));
        let pending =
            std::future::poll_fn(|cx| std::task::Poll::Ready(blocked.as_mut().poll(cx).is_pending()));
        assert!(pending.await);
        assert!(credit.restore(10));
        blocked.await;
        assert_eq!(peaks.upload.load(Ordering::Relaxed), WINDOW);
    }

    #[test]
    fn takes_no_more_credit_than_was_spent() {
        assert!(!SendCredit::new().restore(1));
    }

    #[test]
    fn refuses_bytes_beyond_the_window() {
        let (credit, peaks) = (ReceiveCredit::default(), Peaks::default());
        assert!(credit.receive(WINDOW, &peaks));
        assert!(!credit.receive(1, &peaks));
        credit.acknowledge(WINDOW);
        assert!(credit.receive(1, &peaks));
    }
}
