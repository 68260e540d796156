//! A body that a hook may read: it crosses only if the hook asks for it, and what
//! was read is kept, so that whoever comes next gets all of it.

use std::collections::VecDeque;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use davit_engine::{Body, BodyError, ServeError, empty};
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::BodyExt;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::task::JoinHandle;

use super::credit::SendCredit;
use super::outbox::Outbox;
use super::streams::Streams;
use crate::frame::{Kind, MAX_DATA};

/// The most of one body that is kept for whoever comes after a hook.
const MAX_KEPT: usize = 10 << 20;
/// The most that all hooks of one worker hold.
pub(super) const MAX_ALL: usize = 64 << 20;

/// Where the bytes go.
pub(super) struct Channel {
    pub(super) id: u32,
    pub(super) credit: Arc<SendCredit>,
    pub(super) outbox: Arc<Outbox>,
    pub(super) streams: Arc<Streams>,
}

/// A body on loan, in a task of its own.
pub(super) struct Loan {
    task: JoinHandle<Lender>,
    /// Dropped: the hook has the body for itself. Sent: give it back.
    recall: oneshot::Sender<()>,
}

struct Lender {
    body: Body,
    channel: Channel,
    budget: Arc<Semaphore>,
    kept: Arc<Mutex<Option<Kept>>>,
    broken: Option<ServeError>,
}

#[derive(Default)]
struct Kept {
    chunks: VecDeque<Bytes>,
    bytes: usize,
    permits: Vec<OwnedSemaphorePermit>,
}

fn lock(kept: &Mutex<Option<Kept>>) -> MutexGuard<'_, Option<Kept>> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Loan {
    /// Waits, beside the hook, for it to ask for the body.
    pub(super) fn new(body: Body, channel: Channel, wanted: Arc<Notify>, budget: Arc<Semaphore>) -> Self {
        let (recall, recalled) = oneshot::channel();
        let lender =
            Lender { body, channel, budget, kept: Arc::new(Mutex::new(Some(Kept::default()))), broken: None };
        Self { task: tokio::spawn(lender.run(wanted, recalled)), recall }
    }

    pub(super) fn abort_handle(&self) -> tokio::task::AbortHandle {
        self.task.abort_handle()
    }

    /// The body with all that the hook has read of it, and why it cannot go on,
    /// if it cannot.
    pub(super) async fn back(self) -> (Body, Option<ServeError>) {
        let _over_already = self.recall.send(());
        match self.task.await {
            Ok(Lender { body, kept, broken, .. }) => {
                let kept = lock(&kept).take().unwrap_or_default();
                (Replay { chunks: kept.chunks, rest: body, _permits: kept.permits }.boxed_unsync(), broken)
            }
            Err(_) => (empty(), Some(ServeError::Crashed)),
        }
    }

    /// The hook keeps the body: nobody else will ask for it.
    pub(super) fn keep(self) {
        drop(self.recall);
    }
}

impl Channel {
    /// Sends a chunk as fast as it is taken; false once the stream is over.
    async fn send(&self, mut data: Bytes) -> bool {
        let Self { id, credit, outbox, streams } = self;
        while !data.is_empty() {
            let piece = data.split_to(data.len().min(MAX_DATA));
            if !credit.spend(piece.len(), &streams.peaks).await {
                return false;
            }
            outbox.piece(Kind::Data, *id, &piece).await;
        }
        true
    }
}

impl Lender {
    async fn run(mut self, wanted: Arc<Notify>, mut recalled: oneshot::Receiver<()>) -> Self {
        let kept = self.kept.clone();
        let word = tokio::select! {
            biased;
            word = &mut recalled => Some(word),
            () = wanted.notified() => None,
        };
        match word {
            Some(Ok(())) => return self,
            Some(Err(_)) => {
                *lock(&kept) = None;
                wanted.notified().await;
                self.lend().await;
                return self;
            }
            None => {}
        }
        {
            let mut lending = pin!(self.lend());
            tokio::select! {
                biased;
                word = &mut recalled => if word.is_err() {
                    *lock(&kept) = None;
                    lending.await;
                },
                () = &mut lending => {}
            }
        }
        self
    }

    /// Sends the body until its end, or the stream's. Nothing that was read is
    /// lost if it is stopped.
    async fn lend(&mut self) {
        while let Some(frame) = self.body.frame().await {
            let Ok(frame) = frame else { return self.give_up(ServeError::RequestBody) };
            let Ok(data) = frame.into_data() else { continue };
            if !self.keep(&data) {
                return self.give_up(ServeError::HookBodyTooLarge);
            }
            if !self.channel.send(data).await {
                return;
            }
        }
        self.channel.outbox.send(Kind::End, self.channel.id, &[]);
    }

    /// Keeps a chunk for whoever comes next; false if that is too much.
    fn keep(&self, data: &Bytes) -> bool {
        let mut kept = lock(&self.kept);
        let Some(kept) = &mut *kept else { return true };
        kept.bytes += data.len();
        kept.chunks.push_back(data.clone());
        let permits = u32::try_from(data.len()).unwrap_or(u32::MAX);
        match self.budget.clone().try_acquire_many_owned(permits) {
            Ok(permit) => kept.permits.push(permit),
            Err(_) => return false,
        }
        kept.bytes <= MAX_KEPT
    }

    /// The hook must not take what it has for the whole.
    fn give_up(&mut self, error: ServeError) {
        let Channel { id, outbox, streams, .. } = &self.channel;
        self.broken = Some(error.clone());
        if streams.fail(*id, error) {
            let abort = br#"{"code":"REQUEST_BODY_INCOMPLETE","message":"the body ended early"}"#;
            outbox.send(Kind::Abort, *id, abort);
        }
    }
}

/// A body of which a part was read already.
struct Replay {
    chunks: VecDeque<Bytes>,
    rest: Body,
    _permits: Vec<OwnedSemaphorePermit>,
}

impl HttpBody for Replay {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match self.chunks.pop_front() {
            Some(chunk) => Poll::Ready(Some(Ok(Frame::data(chunk)))),
            None => Pin::new(&mut self.rest).poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.chunks.is_empty() && self.rest.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let kept: u64 = self.chunks.iter().map(|chunk| chunk.len() as u64).sum();
        let rest = self.rest.size_hint();
        let mut hint = SizeHint::new();
        hint.set_lower(kept + rest.lower());
        if let Some(upper) = rest.upper() {
            hint.set_upper(kept + upper);
        }
        hint
    }
}
