//! Frames on their way to the worker. Whoever has one appends it to a buffer;
//! one task writes the buffer as a whole, so frames that come together leave
//! together. Its size is bounded by the credit of the requests in flight.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::BytesMut;
use tokio::io::AsyncWriteExt;
use tokio::net::unix::OwnedWriteHalf;
use tokio::sync::Notify;

use crate::frame::{self, Kind};

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

    fn take(&self) -> (BytesMut, bool) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        (waiting.buffer.split(), waiting.closed)
    }
}

/// Writes what is queued until the outbox or the socket is closed.
pub(super) async fn pump(outbox: Arc<Outbox>, mut socket: OwnedWriteHalf) {
    loop {
        let (bytes, closed) = outbox.take();
        if bytes.is_empty() {
            if closed {
                return;
            }
            outbox.wake.notified().await;
        } else if socket.write_all(&bytes).await.is_err() {
            outbox.close();
            return;
        }
    }
}
