//! A WebSocket that a plugin has taken: its messages in pieces on the stream.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use davit_engine::{CloseFrame, Message, ServeError, Served, Socket, SocketReader, SocketWriter};

use super::credit::SendCredit;
use super::outbox::Outbox;
use super::stream::{Part, Parts};
use super::streams::Streams;
use super::taken::Taken;
use crate::frame::{Kind, MAX_CONTROL, MAX_DATA};
use crate::messages::{Accept, Close};

/// A longer message of a plugin's ends its socket.
const MAX_MESSAGE: usize = 64 << 20;

/// The plugin's side of a socket that it has accepted.
pub(super) fn open(
    accept: &Accept,
    parts: Parts,
    credit: Arc<SendCredit>,
    taken: Taken,
) -> Result<Served, ServeError> {
    let headers = accept.headers().ok_or(ServeError::Plugin)?;
    let (id, outbox, streams) = taken.stream();
    Ok(Served::Socket(Box::new(Socket {
        headers,
        options: accept.options(),
        reader: Box::new(Incoming { parts, taken, message: BytesMut::new(), last: 0 }),
        writer: Box::new(Outgoing { id, credit, outbox, streams }),
    })))
}

/// The plugin's messages.
struct Incoming {
    parts: Parts,
    taken: Taken,
    message: BytesMut,
    /// Bytes of the last message's last piece, which was not yet sent on.
    last: usize,
}

#[async_trait]
impl SocketReader for Incoming {
    async fn next(&mut self) -> Option<Message> {
        self.taken.take(std::mem::take(&mut self.last));
        loop {
            let (kind, last, bytes) = match self.parts.recv().await? {
                Part::Piece { kind, last, bytes } => (kind, last, bytes),
                Part::Close(frame) => return Some(Message::Close(frame)),
                Part::Data(_) | Part::End | Part::Broken(_) => return None,
            };
            if self.message.len() + bytes.len() > MAX_MESSAGE {
                let reason = "the plugin's message is larger than 64 MiB".to_owned();
                return Some(Message::Close(CloseFrame { code: 1011, reason }));
            }
            self.message.extend_from_slice(&bytes);
            if last {
                self.last = 1 + bytes.len();
                return message(kind, self.message.split().freeze());
            }
            // The client cannot be sent half a message, so this piece is taken now.
            self.taken.take(1 + bytes.len());
        }
    }
}

fn message(kind: Kind, bytes: Bytes) -> Option<Message> {
    match kind {
        Kind::WsText => Some(Message::Text(bytes)),
        Kind::WsBinary => Some(Message::Binary(bytes)),
        Kind::WsPing => Some(Message::Ping(bytes)),
        Kind::WsPong => Some(Message::Pong(bytes)),
        _ => None,
    }
}

/// Messages for the plugin.
struct Outgoing {
    id: u32,
    credit: Arc<SendCredit>,
    outbox: Arc<Outbox>,
    streams: Arc<Streams>,
}

#[async_trait]
impl SocketWriter for Outgoing {
    async fn send(&mut self, message: Message) -> bool {
        match message {
            Message::Text(bytes) => self.pieces(Kind::WsText, &bytes).await,
            Message::Binary(bytes) => self.pieces(Kind::WsBinary, &bytes).await,
            Message::Ping(bytes) => self.pieces(Kind::WsPing, &bytes[..bytes.len().min(MAX_CONTROL)]).await,
            Message::Pong(bytes) => self.pieces(Kind::WsPong, &bytes[..bytes.len().min(MAX_CONTROL)]).await,
            Message::Close(frame) => self.close(frame),
        }
    }
}

impl Outgoing {
    /// Sends a message, which may be empty, as far as the plugin takes it.
    async fn pieces(&self, kind: Kind, mut bytes: &[u8]) -> bool {
        loop {
            let (piece, rest) = bytes.split_at(bytes.len().min(MAX_DATA));
            let payload = [&[u8::from(rest.is_empty())], piece].concat();
            if !self.credit.spend(payload.len(), &self.streams.peaks).await {
                return false;
            }
            self.outbox.piece(kind, self.id, &payload).await;
            bytes = rest;
            if rest.is_empty() {
                return true;
            }
        }
    }

    fn close(&self, frame: CloseFrame) -> bool {
        let payload = serde_json::to_vec(&Close::from(frame)).unwrap_or_default();
        let first = self.streams.close_by_client(self.id);
        if first {
            self.outbox.send(Kind::WsClose, self.id, &payload);
        }
        first
    }
}
