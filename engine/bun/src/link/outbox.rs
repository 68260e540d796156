//! Frames on their way to the worker. Whoever has one appends it to a buffer;
//! one task writes the buffer as a whole, so frames that come together leave
//! together.
//!
//! A worker that reads nothing cannot make it grow for long: heads of requests
//! and their bodies enter only below a bound. What enters without asking is
//! small: INIT and SHUTDOWN once per worker, PING once a second until it is
//! taken for blocked, and for each request that entered END, CREDIT and one ABORT.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::BytesMut;
use tokio::io::AsyncWriteExt;
use tokio::net::unix::OwnedWriteHalf;
use tokio::sync::Notify;

use crate::frame::{self, HEADER, Kind};

/// Heads of requests are queued while no more bytes than this wait with them.
pub(super) const MAX_QUEUED: usize = 16 << 20;
/// The same for bodies: uploads alone never keep a new request out.
const MAX_QUEUED_BODIES: usize = MAX_QUEUED / 2;
/// A buffer that grew beyond this in a burst is given back.
const KEPT: usize = 1 << 20;

#[derive(Debug, Default)]
pub(super) struct Outbox {
    waiting: Mutex<Waiting>,
    wake: Notify,
    /// The writing task has written what it had taken.
    drained: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    buffer: BytesMut,
    /// Bytes that the writing task has taken and not yet written.
    writing: usize,
    closed: bool,
}

impl Waiting {
    fn queued(&self) -> usize {
        self.buffer.len() + self.writing
    }
}

impl Outbox {
    /// Queues a small frame; nothing happens once the outbox is closed.
    pub(super) fn send(&self, kind: Kind, stream: u32, payload: &[u8]) {
        let _closed = self.offer(usize::MAX, kind, stream, payload);
    }

    /// Queues the head of a request; false if too much waits already.
    #[must_use]
    pub(super) fn request(&self, kind: Kind, stream: u32, head: &[u8]) -> bool {
        self.offer(MAX_QUEUED, kind, stream, head)
    }

    /// Queues a piece of a body or a message as soon as there is room for it.
    pub(super) async fn piece(&self, kind: Kind, stream: u32, piece: &[u8]) {
        loop {
            // Made before the look: what is written in between is not missed.
            let drained = self.drained.notified();
            if self.offer(MAX_QUEUED_BODIES, kind, stream, piece) {
                return;
            }
            drained.await;
        }
    }

    /// Queues a frame unless more than `bound` bytes would wait then. A closed
    /// outbox takes all and keeps nothing.
    fn offer(&self, bound: usize, kind: Kind, stream: u32, payload: &[u8]) -> bool {
        let mut waiting = self.waiting();
        if waiting.closed {
            return true;
        }
        if waiting.queued() + HEADER + payload.len() > bound {
            return false;
        }
        frame::encode(&mut waiting.buffer, kind, stream, payload);
        drop(waiting);
        self.wake.notify_one();
        true
    }

    /// The bytes that wait for the worker.
    #[cfg(test)]
    pub(super) fn queued(&self) -> usize {
        self.waiting().queued()
    }

    /// Takes nothing more; the writing task ends after what is queued.
    pub(super) fn close(&self) {
        self.waiting().closed = true;
        self.wake.notify_one();
        self.drained.notify_waiters();
    }

    /// Swaps what is queued for an empty buffer; whether the outbox is closed.
    fn take(&self, empty: &mut BytesMut) -> bool {
        let mut waiting = self.waiting();
        std::mem::swap(&mut waiting.buffer, empty);
        waiting.writing = empty.len();
        waiting.closed
    }

    fn written(&self) {
        self.waiting().writing = 0;
        self.drained.notify_waiters();
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes what is queued until the outbox or the socket is closed.
pub(super) async fn pump(outbox: Arc<Outbox>, mut socket: OwnedWriteHalf) {
    let mut bytes = BytesMut::new();
    loop {
        let closed = outbox.take(&mut bytes);
        if bytes.is_empty() {
            if closed {
                return;
            }
            outbox.wake.notified().await;
            // The task that woke this one is seldom the only one with a frame:
            // what the others have to send leaves with the same write.
            tokio::task::yield_now().await;
        } else if socket.write_all(&bytes).await.is_err() {
            outbox.close();
            return;
        } else {
            outbox.written();
            match bytes.capacity() {
                0..=KEPT => bytes.clear(),
                _ => bytes = BytesMut::new(),
            }
        }
    }
}
