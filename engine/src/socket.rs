//! A WebSocket between a client and a plugin (RFC 6455), as the runtime holds its
//! plugin's side.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::HeaderMap;

/// Says, as an extension of a request, that it is a valid WebSocket handshake:
/// the plugin may take the connection.
#[derive(Debug, Clone, Copy)]
pub struct Upgradable;

/// A message or a control frame, in either direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// A text message in UTF-8.
    Text(Bytes),
    /// A binary message.
    Binary(Bytes),
    /// A ping, at most 125 bytes.
    Ping(Bytes),
    /// A pong, at most 125 bytes.
    Pong(Bytes),
    /// The end; nothing comes after it.
    Close(CloseFrame),
}

/// Why a WebSocket ends (RFC 6455 §7.4). 1006 stands for a lost connection, or
/// for one to be cut, and never goes over the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloseFrame {
    /// The status code.
    pub code: u16,
    /// At most 123 bytes for people.
    pub reason: String,
}

/// What a plugin wants of its socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SocketOptions {
    /// The largest message that it takes, in bytes.
    pub max_payload: usize,
    /// The connection is closed when nothing came from the client for so long;
    /// none for no limit.
    pub idle_timeout: Option<Duration>,
    /// Whether a silent client is pinged.
    pub send_pings: bool,
}

/// A request that a plugin has taken as a WebSocket.
pub struct Socket {
    /// Headers of the handshake's response.
    pub headers: HeaderMap,
    /// What the plugin wants of it.
    pub options: SocketOptions,
    /// From the plugin.
    pub reader: Box<dyn SocketReader>,
    /// To the plugin.
    pub writer: Box<dyn SocketWriter>,
}

/// The plugin's messages. Dropping it before the end cuts the socket off inside
/// the plugin, which sees code 1006.
#[async_trait]
pub trait SocketReader: Send {
    /// The next message; none when the plugin's worker is gone. The one before
    /// counts as sent on then: the plugin may send as much more.
    async fn next(&mut self) -> Option<Message>;
}

/// Messages for the plugin.
#[async_trait]
pub trait SocketWriter: Send {
    /// Hands a message over as fast as the plugin takes it; false when its worker
    /// is gone.
    async fn send(&mut self, message: Message) -> bool;
}
