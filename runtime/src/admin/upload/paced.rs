//! In: a request's body. Out: its bytes in small pieces, one at a time, so that who
//! reads the form never holds more than a little of it.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures::Stream;

use super::unread::Unread;
use crate::silence::Silence;

/// How long a caller may send nothing of its body.
const SILENCE: Duration = Duration::from_secs(30);
/// The largest piece, in bytes.
const PIECE: usize = 16 << 10;
/// What may be handed over while nothing comes out, in bytes: a field's headers.
const HELD: usize = 64 << 10;

/// Bytes that were handed over and of which nothing has come out yet.
#[derive(Debug, Default)]
pub(super) struct Handed(AtomicUsize);

/// Why a body ends early.
#[derive(Debug, thiserror::Error)]
pub(super) enum Broken {
    /// Nothing came for too long.
    #[error("nothing came for too long")]
    Silent,
    /// The caller is gone.
    #[error("its body ended early: {0}")]
    Ended(axum::Error),
    /// A field's headers do not end.
    #[error("the headers of a field are too large")]
    Headers,
}

/// A body in pieces.
pub(super) struct Paced {
    body: Unread,
    rest: Bytes,
    handed: Arc<Handed>,
    silence: Silence,
    rests: bool,
}

impl Handed {
    /// Something has come out.
    pub(super) fn taken(&self) {
        self.0.store(0, Ordering::Relaxed);
    }
}

impl Paced {
    pub(super) fn new(body: Unread, handed: Arc<Handed>) -> Self {
        Self { body, rest: Bytes::new(), handed, silence: Silence::new(SILENCE), rests: false }
    }

    fn poll_rest(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<(), Broken>>> {
        while self.rest.is_empty() {
            let Poll::Ready(frame) = self.body.poll(cx) else {
                ready!(self.silence.over(cx));
                return Poll::Ready(Some(Err(Broken::Silent)));
            };
            self.silence.broken();
            match frame {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(Broken::Ended(error)))),
                Some(Ok(frame)) => self.rest = frame.into_data().unwrap_or_default(),
            }
        }
        Poll::Ready(Some(Ok(())))
    }
}

impl Stream for Paced {
    type Item = Result<Bytes, Broken>;

    /// After each piece there is nothing for a moment: who reads the form takes all that
    /// is there before it looks at any of it.
    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.rests) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        match ready!(self.poll_rest(cx)) {
            None => return Poll::Ready(None),
            Some(Err(error)) => return Poll::Ready(Some(Err(error))),
            Some(Ok(())) => {}
        }
        let length = self.rest.len().min(PIECE);
        let piece = self.rest.split_to(length);
        self.rests = true;
        if self.handed.0.fetch_add(length, Ordering::Relaxed) > HELD {
            return Poll::Ready(Some(Err(Broken::Headers)));
        }
        Poll::Ready(Some(Ok(piece)))
    }
}
