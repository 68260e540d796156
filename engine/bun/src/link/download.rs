//! A response's body on its way from the worker; reading it gives credit back.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use davit_engine::{BodyError, ServeError};
use http_body::{Body, Frame};
use tokio::sync::mpsc;

use super::credit::ReceiveCredit;
use super::exchange::Guard;
use super::streams::Part;
use crate::frame::Kind;

/// Credit is given back in steps of this many bytes.
const STEP: usize = 64 << 10;

pub(super) struct Download {
    pub(super) parts: mpsc::UnboundedReceiver<Part>,
    pub(super) credit: Arc<ReceiveCredit>,
    pub(super) guard: Guard,
    pub(super) taken: usize,
    pub(super) over: bool,
}

impl Download {
    fn take(&mut self, bytes: usize) {
        self.taken += bytes;
        if self.taken >= STEP {
            let taken = std::mem::take(&mut self.taken);
            self.credit.acknowledge(taken);
            let payload = u32::try_from(taken).unwrap_or(u32::MAX).to_be_bytes();
            self.guard.outbox.send(Kind::Credit, self.guard.id, &payload);
        }
    }
}

impl Body for Download {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        if self.over {
            return Poll::Ready(None);
        }
        Poll::Ready(match ready!(self.parts.poll_recv(cx)) {
            Some(Part::Data(bytes)) => {
                self.take(bytes.len());
                Some(Ok(Frame::data(bytes)))
            }
            Some(Part::End) => {
                self.over = true;
                None
            }
            Some(Part::Broken(error)) => {
                self.over = true;
                Some(Err(error))
            }
            // Without its END a body is cut off, whatever the cause.
            None => {
                self.over = true;
                Some(Err(ServeError::Crashed.into()))
            }
        })
    }

    fn is_end_stream(&self) -> bool {
        self.over
    }
}
