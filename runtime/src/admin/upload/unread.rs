//! What is left of a request's body when it is refused: a client that still sends would
//! lose the answer with its connection.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, HttpBody as _};
use bytes::Bytes;
use http_body::Frame;
use tokio::time::timeout;

/// How long the rest is read,
const GRACE: Duration = Duration::from_secs(2);
/// and how much of it, in bytes.
const MOST: usize = 64 << 20;

/// A body that somebody reads, and whose rest is read if he gives up.
#[derive(Clone)]
pub(super) struct Unread(Arc<Mutex<Body>>);

impl Unread {
    pub(super) fn new(body: Body) -> Self {
        Self(Arc::new(Mutex::new(body)))
    }

    /// The next frame; none at the end.
    pub(super) fn poll(&self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let mut body = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Pin::new(&mut *body).poll_frame(cx)
    }

    /// Reads what is left and keeps nothing of it.
    pub(super) async fn discard(self) {
        let all = async {
            let mut left = MOST;
            while let Some(Ok(frame)) = poll_fn(|cx| self.poll(cx)).await {
                let Some(less) = left.checked_sub(frame.data_ref().map_or(0, Bytes::len)) else { return };
                left = less;
            }
        };
        let _the_client_may_be_slow = timeout(GRACE, all).await;
    }
}
