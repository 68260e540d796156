//! The requests in flight on one connection.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use davit_engine::{BodyError, ServeError};
use tokio::sync::{mpsc, oneshot};

use super::Peaks;
use super::credit::{ReceiveCredit, SendCredit};
use crate::frame::ProtocolError;
use crate::messages::ResponseHead;

/// The most requests that one worker has at once.
pub(super) const MAX_OPEN: usize = 4096;

/// What comes on a response's body.
#[derive(Debug)]
pub(super) enum Part {
    Data(Bytes),
    End,
    Broken(BodyError),
}

/// A response's head, and its body if there is one.
pub(super) type Head = (ResponseHead, Option<mpsc::UnboundedReceiver<Part>>);

/// A stream as its request sees it.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) id: u32,
    pub(super) head: oneshot::Receiver<Result<Head, ServeError>>,
    pub(super) send: Arc<SendCredit>,
    pub(super) receive: Arc<ReceiveCredit>,
}

/// The streams by number. A stream leaves the table when it is over; frames for
/// one that is not there have crossed its end.
#[derive(Debug)]
pub(super) struct Streams {
    table: Mutex<Table>,
    pub(super) peaks: Arc<Peaks>,
}

#[derive(Debug, Default)]
struct Table {
    last: u32,
    open: HashMap<u32, Stream>,
    closed: bool,
}

#[derive(Debug)]
struct Stream {
    answer: Answer,
    send: Arc<SendCredit>,
    receive: Arc<ReceiveCredit>,
}

#[derive(Debug)]
enum Answer {
    Awaited(oneshot::Sender<Result<Head, ServeError>>),
    /// Bounded by the window: more is a breach of the protocol.
    Running(mpsc::UnboundedSender<Part>),
}

impl Streams {
    pub(super) fn new(peaks: Arc<Peaks>) -> Self {
        Self { table: Mutex::default(), peaks }
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn count(&self) -> usize {
        self.table().open.len()
    }

    /// Opens a stream under a number that is not in use; none once the connection
    /// is over or while [`MAX_OPEN`] are open.
    pub(super) fn open(&self) -> Result<Opened, ServeError> {
        let mut table = self.table();
        if table.closed || table.open.len() >= MAX_OPEN {
            return Err(ServeError::Unavailable);
        }
        let mut id = table.last.wrapping_add(1);
        while id == 0 || table.open.contains_key(&id) {
            id = id.wrapping_add(1);
        }
        table.last = id;
        let (answer, head) = oneshot::channel();
        let (send, receive) = (Arc::new(SendCredit::new()), Arc::new(ReceiveCredit::default()));
        let stream = Stream { answer: Answer::Awaited(answer), send: send.clone(), receive: receive.clone() };
        table.open.insert(id, stream);
        Ok(Opened { id, head, send, receive })
    }

    /// The response's head has come.
    pub(super) fn respond(&self, id: u32, head: ResponseHead) -> Result<(), ProtocolError> {
        let mut table = self.table();
        let Some(stream) = table.open.remove(&id) else { return Ok(()) };
        let answer = match stream.answer {
            Answer::Awaited(answer) => answer,
            running @ Answer::Running(_) => {
                running.fail(ServeError::Crashed);
                return Err(ProtocolError::Unexpected(crate::frame::Kind::Response));
            }
        };
        if !head.body {
            drop(table);
            let _gone = answer.send(Ok((head, None)));
            return Ok(());
        }
        let (parts, body) = mpsc::unbounded_channel();
        table.open.insert(id, Stream { answer: Answer::Running(parts), ..stream });
        drop(table);
        let _gone = answer.send(Ok((head, Some(body))));
        Ok(())
    }

    /// Bytes of the response's body have come.
    pub(super) fn data(&self, id: u32, bytes: Bytes) -> Result<(), ProtocolError> {
        let table = self.table();
        let Some(stream) = table.open.get(&id) else { return Ok(()) };
        let Answer::Running(parts) = &stream.answer else {
            return Err(ProtocolError::Unexpected(crate::frame::Kind::Data));
        };
        if !stream.receive.receive(bytes.len(), &self.peaks) {
            return Err(ProtocolError::BeyondCredit(id));
        }
        let _gone = parts.send(Part::Data(bytes));
        Ok(())
    }

    /// The response is complete.
    pub(super) fn end(&self, id: u32) -> Result<(), ProtocolError> {
        match self.take(id).map(|stream| stream.answer) {
            Some(Answer::Awaited(_)) => Err(ProtocolError::Unexpected(crate::frame::Kind::End)),
            Some(Answer::Running(parts)) => {
                let _gone = parts.send(Part::End);
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// The worker has taken bytes of the request's body.
    pub(super) fn credit(&self, id: u32, bytes: usize) -> Result<(), ProtocolError> {
        let restored = self.table().open.get(&id).is_none_or(|stream| stream.send.restore(bytes));
        restored.then_some(()).ok_or(ProtocolError::BeyondCredit(id))
    }

    /// The stream is over before its end. Whether it was still open.
    pub(super) fn fail(&self, id: u32, error: ServeError) -> bool {
        self.take(id).map(|stream| stream.answer.fail(error)).is_some()
    }

    /// Forgets a stream that nobody reads any more. Whether it was still open.
    pub(super) fn forget(&self, id: u32) -> bool {
        self.take(id).is_some()
    }

    /// The connection is over: every stream fails, and no other can be opened.
    pub(super) fn close(&self) {
        let mut table = self.table();
        table.closed = true;
        let open = std::mem::take(&mut table.open);
        drop(table);
        open.into_values().for_each(|stream| stream.answer.fail(ServeError::Crashed));
    }

    fn take(&self, id: u32) -> Option<Stream> {
        self.table().open.remove(&id)
    }
}

impl Answer {
    fn fail(self, error: ServeError) {
        match self {
            Self::Awaited(answer) => drop(answer.send(Err(error))),
            Self::Running(parts) => drop(parts.send(Part::Broken(error.into()))),
        }
    }
}
