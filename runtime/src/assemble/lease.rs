//! Counts the requests that a group answers, and closes it to new ones.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{Notify, watch};

use crate::meter::{InFlight, Meter};

const CLOSED: usize = 1 << (usize::BITS - 1);

/// Why a group takes no further requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Farewell {
    /// A newer snapshot serves: whoever stays connected may come again at once.
    Replaced,
    /// The process ends.
    Ending,
}

/// The requests of one group.
#[derive(Debug)]
pub struct Leases {
    count: AtomicUsize,
    idle: Notify,
    farewell: watch::Sender<Option<Farewell>>,
}

impl Default for Leases {
    fn default() -> Self {
        Self { count: AtomicUsize::new(0), idle: Notify::new(), farewell: watch::Sender::new(None) }
    }
}

/// One request in flight; held until its response's body is over.
#[derive(Debug)]
pub struct Lease {
    leases: Arc<Leases>,
    /// What counts it for its plugin; none for a hook's.
    counted: Option<InFlight>,
}

impl Leases {
    /// Counts a request in; none once the group is closed, because a newer
    /// snapshot serves.
    pub fn take(self: &Arc<Self>) -> Option<Lease> {
        let before = self.count.fetch_add(1, Ordering::AcqRel);
        let lease = Lease { leases: self.clone(), counted: None };
        (before & CLOSED == 0).then_some(lease)
    }

    /// Takes no further requests, and tells those that would last for ever.
    pub fn close(&self, farewell: Farewell) {
        self.count.fetch_or(CLOSED, Ordering::AcqRel);
        self.tell(farewell);
    }

    /// Tells those that would last for ever to end; the first word counts.
    pub fn tell(&self, farewell: Farewell) {
        self.farewell.send_if_modified(|told| told.is_none() && told.replace(farewell).is_none());
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

impl Lease {
    /// The same, counted as one of its plugin's requests in flight.
    #[must_use]
    pub fn counted_by(mut self, meter: &Arc<Meter>) -> Self {
        self.counted = Some(InFlight::of(meter));
        self
    }

    /// Tells why the group takes no further requests, once it does not.
    pub fn farewell(&self) -> watch::Receiver<Option<Farewell>> {
        self.leases.farewell.subscribe()
    }
}

/// Waits until the group takes no further requests.
pub async fn told(mut farewell: watch::Receiver<Option<Farewell>>) -> Farewell {
    match farewell.wait_for(Option::is_some).await {
        Ok(told) => told.unwrap_or(Farewell::Ending),
        Err(_) => Farewell::Ending,
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if self.leases.count.fetch_sub(1, Ordering::AcqRel) & !CLOSED == 1 {
            self.leases.idle.notify_waiters();
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
        leases.close(Farewell::Replaced);
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
