//! Gives credit back for what was taken off a stream.

use std::sync::Arc;

use super::credit::ReceiveCredit;
use super::exchange::Guard;
use super::outbox::Outbox;
use super::streams::Streams;
use crate::frame::Kind;

/// Credit is given back in steps of this many bytes.
const STEP: usize = 64 << 10;

/// What was taken off a stream and not yet given back. Dropping it ends the
/// stream.
#[derive(Debug)]
pub(super) struct Taken {
    credit: Arc<ReceiveCredit>,
    guard: Guard,
    bytes: usize,
}

impl Taken {
    pub(super) fn new(credit: Arc<ReceiveCredit>, guard: Guard) -> Self {
        Self { credit, guard, bytes: 0 }
    }

    /// The stream's number and where its frames go.
    pub(super) fn stream(&self) -> (u32, Arc<Outbox>, Arc<Streams>) {
        (self.guard.id, self.guard.outbox.clone(), self.guard.streams.clone())
    }

    /// Counts bytes as taken.
    pub(super) fn take(&mut self, bytes: usize) {
        self.bytes += bytes;
        if self.bytes >= STEP {
            let taken = std::mem::take(&mut self.bytes);
            self.credit.acknowledge(taken);
            let payload = u32::try_from(taken).unwrap_or(u32::MAX).to_be_bytes();
            self.guard.outbox.send(Kind::Credit, self.guard.id, &payload);
        }
    }
}
