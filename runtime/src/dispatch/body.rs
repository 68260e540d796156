//! Bodies on their way in: bounded in size and in silence.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use davit_engine::{Body, BodyError};
use davit_plugin::manifest::ByteSize;
use http::StatusCode;
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::BodyExt;
use hyper::body::Incoming;

use super::Refusal;
use crate::assemble::Lease;
use crate::silence::Silence;

/// A body that is awaited for this long in vain is given up, in either direction.
pub(super) const IDLE: Duration = Duration::from_mins(5);

/// A request's body that ends with an error beyond its limit.
pub(super) struct Limited {
    body: Incoming,
    left: u64,
    outcome: Outcome,
    silence: Silence,
}

/// What became of a limited body.
#[derive(Clone, Default)]
pub(super) struct Outcome(Arc<AtomicBool>);

impl Outcome {
    /// Whether it was cut off at its limit.
    pub(super) fn too_large(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Limited {
    pub(super) fn new(body: Incoming, limit: u64) -> (Self, Outcome) {
        let outcome = Outcome::default();
        (Self { body, left: limit, outcome: outcome.clone(), silence: Silence::new(IDLE) }, outcome)
    }
}

impl HttpBody for Limited {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) else {
            ready!(self.silence.over(cx));
            return Poll::Ready(Some(Err("the request's body was silent for too long".into())));
        };
        self.silence.broken();
        let Some(frame) = frame.transpose()? else { return Poll::Ready(None) };
        let length = frame.data_ref().map_or(0, Bytes::len) as u64;
        let Some(left) = self.left.checked_sub(length) else {
            self.outcome.0.store(true, Ordering::Relaxed);
            return Poll::Ready(Some(Err("the request's body is larger than its limit".into())));
        };
        self.left = left;
        Poll::Ready(Some(Ok(frame)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A body that a hook sends; the hook's group lasts until it is over.
pub(super) struct Held {
    body: Body,
    _lease: Arc<Lease>,
}

impl Held {
    pub(super) fn new(body: Body, lease: Arc<Lease>) -> Self {
        Self { body, _lease: lease }
    }
}

impl HttpBody for Held {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// 413 for a body beyond its limit.
pub(super) fn too_large(limit: u64) -> Refusal {
    let message = format!("the request's body is larger than {} allowed: send less", ByteSize(limit));
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "BODY_TOO_LARGE", message)
}

/// A body of axum's as one of ours.
pub(super) fn from_axum(body: axum::body::Body) -> Body {
    body.map_err(Into::into).boxed_unsync()
}
