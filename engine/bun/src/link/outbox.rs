//! Frames on their way to the worker. Whoever has one appends it to a buffer;
//! one task writes the buffer as a whole, so frames that come together leave
//! together. Its size is bounded by the credit of the requests in flight.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::BytesMut;
use tokio::io::AsyncWriteExt;
use tokio::net::unix::OwnedWriteHalf;
use tokio::sync::Notify;

use crate::frame::{self, Kind};

/// A buffer that grew beyond this in a burst is given back.
const KEPT: usize = 1 << 20;

#[derive(Debug, Default)]
pub(super) struct Outbox {
    waiting: Mutex<Waiting>,
    wake: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    buffer: BytesMut,
    closed: bool,
}

impl Outbox {
    /// Queues a frame; nothing happens once the outbox is closed.
    pub(super) fn send(&self, kind: Kind, stream: u32, payload: &[u8]) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if !waiting.closed {
            frame::encode(&mut waiting.buffer, kind, stream, payload);
            drop(waiting);
            self.wake.notify_one();
        }
    }

    /// Takes nothing more; the writing task ends after what is queued.
    pub(super) fn close(&self) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).closed = true;
        self.wake.notify_one();
    }

    /// Swaps what is queued for an empty buffer; whether the outbox is closed.
    fn take(&self, empty: &mut BytesMut) -> bool {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::swap(&mut waiting.buffer, empty);
        waiting.closed
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
        } else if bytes.capacity() > KEPT {
            bytes = BytesMut::new();
        } else {
            bytes.clear();
        }
    }
}
