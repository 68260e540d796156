//! Counts the requests that a group answers, and closes it to new ones.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

const CLOSED: usize = 1 << (usize::BITS - 1);

/// The requests of one group.
#[derive(Debug, Default)]
pub struct Leases {
    count: AtomicUsize,
    idle: Notify,
}

/// One request in flight; held until its response's body is over.
#[derive(Debug)]
pub struct Lease(Arc<Leases>);

impl Leases {
    /// Counts a request in; none once the group is closed, because a newer
    /// snapshot serves.
    pub fn take(self: &Arc<Self>) -> Option<Lease> {
        let before = self.count.fetch_add(1, Ordering::AcqRel);
        let lease = Lease(self.clone());
        (before & CLOSED == 0).then_some(lease)
    }

    /// Takes no further requests.
    pub fn close(&self) {
        self.count.fetch_or(CLOSED, Ordering::AcqRel);
    }

    /// Requests in flight.
    pub fn in_flight(&self) -> usize {
        self.count.load(Ordering::Acquire) & !CLOSED
    }

    /// Waits until no request is in flight.
    pub async fn idle(&self) {
        loop {
            let idle = self.idle.notified();
            if self.in_flight() == 0 {
                return;
            }
            idle.await;
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if self.0.count.fetch_sub(1, Ordering::AcqRel) & !CLOSED == 1 {
            self.0.idle.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_closed_group_takes_nothing_and_ends_with_its_last_request() {
        let leases = Arc::new(Leases::default());
        let first = leases.take().unwrap();
        leases.close();
        assert!(leases.take().is_none());
        assert_eq!(leases.in_flight(), 1);
        let waiting = tokio::spawn({
            let leases = leases.clone();
            async move { leases.idle().await }
        });
        drop(first);
        waiting.await.unwrap();
    }
}
