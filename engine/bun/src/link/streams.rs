//! The requests in flight on one connection.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use davit_engine::{CloseFrame, ServeError};

use super::Peaks;
use super::stream::{Answer, Opened, Part, Purpose, Reply, Stream};
use crate::frame::{Kind, ProtocolError};

/// The most requests that one worker has at once.
pub(super) const MAX_OPEN: usize = 4096;

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
    pub(super) fn open(&self, purpose: Purpose) -> Result<Opened, ServeError> {
        let mut table = self.table();
        if table.closed || table.open.len() >= MAX_OPEN {
            return Err(ServeError::Unavailable);
        }
        let mut id = table.last.wrapping_add(1);
        while id == 0 || table.open.contains_key(&id) {
            id = id.wrapping_add(1);
        }
        table.last = id;
        let (stream, opened) = Stream::open(id, purpose);
        table.open.insert(id, stream);
        Ok(opened)
    }

    /// The first thing of the plugin's has come.
    pub(super) fn reply(&self, id: u32, reply: Reply) -> Result<(), ProtocolError> {
        let mut table = self.table();
        let Some(stream) = table.open.remove(&id) else { return Ok(()) };
        if !stream.takes(&reply) {
            stream.fail(ServeError::Crashed);
            return Err(ProtocolError::Unexpected(reply.kind()));
        }
        let Stream { purpose, answer: Answer::Awaited(waiting), send, receive } = stream else {
            return Ok(());
        };
        let parts = match reply.follow() {
            Some((answer, parts)) => {
                table.open.insert(id, Stream { purpose, answer, send, receive });
                Some(parts)
            }
            None => None,
        };
        drop(table);
        let _gone = waiting.send(Ok((reply, parts)));
        Ok(())
    }

    /// Bytes of a body have come.
    pub(super) fn data(&self, id: u32, bytes: Bytes) -> Result<(), ProtocolError> {
        let table = self.table();
        let Some(stream) = table.open.get(&id) else { return Ok(()) };
        let Answer::Body(parts) = &stream.answer else {
            return Err(ProtocolError::Unexpected(Kind::Data));
        };
        if !stream.receive.receive(bytes.len(), &self.peaks) {
            return Err(ProtocolError::BeyondCredit(id));
        }
        let _gone = parts.send(Part::Data(bytes));
        Ok(())
    }

    /// A piece of a WebSocket's message has come.
    pub(super) fn piece(&self, id: u32, kind: Kind, payload: &Bytes) -> Result<(), ProtocolError> {
        let table = self.table();
        let Some(stream) = table.open.get(&id) else { return Ok(()) };
        let Answer::Socket { parts, closes } = &stream.answer else {
            return Err(ProtocolError::Unexpected(kind));
        };
        if closes.received {
            return Err(ProtocolError::Unexpected(kind));
        }
        if !stream.receive.receive(payload.len(), &self.peaks) {
            return Err(ProtocolError::BeyondCredit(id));
        }
        let piece = Part::Piece { kind, last: payload[0] == 1, bytes: payload.slice(1..) };
        let _gone = parts.send(piece);
        Ok(())
    }

    /// The plugin has closed its side of a WebSocket.
    pub(super) fn closed_by_plugin(&self, id: u32, frame: CloseFrame) -> Result<(), ProtocolError> {
        let mut table = self.table();
        let Some(stream) = table.open.get_mut(&id) else { return Ok(()) };
        let Answer::Socket { parts, closes } = &mut stream.answer else {
            return Err(ProtocolError::Unexpected(Kind::WsClose));
        };
        if std::mem::replace(&mut closes.received, true) {
            return Err(ProtocolError::Unexpected(Kind::WsClose));
        }
        let _gone = parts.send(Part::Close(frame));
        if closes.sent {
            Self::remove(&mut table, id);
        }
        Ok(())
    }

    /// The runtime closes its side of a WebSocket; whether it still may.
    pub(super) fn close_by_client(&self, id: u32) -> bool {
        let mut table = self.table();
        let Some(Stream { answer: Answer::Socket { closes, .. }, .. }) = table.open.get_mut(&id) else {
            return false;
        };
        let first = !std::mem::replace(&mut closes.sent, true);
        if closes.received {
            Self::remove(&mut table, id);
        }
        first
    }

    /// A body is complete.
    pub(super) fn end(&self, id: u32) -> Result<(), ProtocolError> {
        match self.take(id).map(|stream| stream.answer) {
            Some(Answer::Awaited(_) | Answer::Socket { .. }) => Err(ProtocolError::Unexpected(Kind::End)),
            Some(Answer::Body(parts)) => {
                let _gone = parts.send(Part::End);
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// A hook reads the body that it was asked with.
    pub(super) fn body_wanted(&self, id: u32) -> Result<(), ProtocolError> {
        let table = self.table();
        match table.open.get(&id).map(|stream| &stream.purpose) {
            Some(Purpose::OnRequest(wanted) | Purpose::OnResponse(wanted)) => wanted.notify_one(),
            Some(Purpose::Serve { .. }) => return Err(ProtocolError::Unexpected(Kind::BodyWanted)),
            None => {}
        }
        Ok(())
    }

    /// The plugin says how long its request may take.
    pub(super) fn timeout(&self, id: u32, limit: Duration) -> Result<(), ProtocolError> {
        let table = self.table();
        match table.open.get(&id).map(|stream| &stream.purpose) {
            Some(Purpose::Serve { patience: Some(patience), .. }) => patience.set(limit),
            Some(Purpose::Serve { .. }) | None => {}
            Some(_) => return Err(ProtocolError::Unexpected(Kind::Timeout)),
        }
        Ok(())
    }

    /// The worker has taken bytes that were sent.
    pub(super) fn credit(&self, id: u32, bytes: usize) -> Result<(), ProtocolError> {
        let restored = self.table().open.get(&id).is_none_or(|stream| stream.send.restore(bytes));
        restored.then_some(()).ok_or(ProtocolError::BeyondCredit(id))
    }

    /// The stream is over before its end. Whether it was still open.
    pub(super) fn fail(&self, id: u32, error: ServeError) -> bool {
        self.take(id).map(|stream| stream.fail(error)).is_some()
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
        open.into_values().for_each(|stream| stream.fail(ServeError::Crashed));
    }

    fn take(&self, id: u32) -> Option<Stream> {
        Self::remove(&mut self.table(), id)
    }

    /// What still waits for credit on the stream waits no more.
    fn remove(table: &mut Table, id: u32) -> Option<Stream> {
        let stream = table.open.remove(&id)?;
        stream.send.close();
        Some(stream)
    }
}
