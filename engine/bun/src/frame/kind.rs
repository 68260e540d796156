//! The types of frames and what the page allows for each.

use super::{MAX_CONTROL, MAX_DATA, MAX_HEAD, MAX_INIT, ProtocolError};

/// The largest payload of any frame that has no bound of its own.
const MAX_OTHER: usize = 64 << 10;
/// The smallest JSON payload: `{}`.
const JSON: usize = 2;

/// What a frame is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    Hello = 0x01,
    Init = 0x02,
    Plugin = 0x03,
    Ready = 0x04,
    Ping = 0x05,
    Pong = 0x06,
    Log = 0x07,
    Shutdown = 0x08,
    Bye = 0x09,
    Live = 0x0a,
    Request = 0x10,
    Response = 0x11,
    Data = 0x12,
    End = 0x13,
    Abort = 0x14,
    Credit = 0x15,
    Timeout = 0x16,
    OnRequest = 0x20,
    OnRequestResult = 0x21,
    OnResponse = 0x22,
    OnResponseResult = 0x23,
    BodyWanted = 0x24,
    WsAccept = 0x30,
    WsText = 0x31,
    WsBinary = 0x32,
    WsPing = 0x33,
    WsPong = 0x34,
    WsClose = 0x35,
}

/// Payload sizes in bytes, and where the frame stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rule {
    pub(super) min: usize,
    pub(super) max: usize,
    /// On a request's stream; otherwise on stream 0.
    pub(super) on_request: bool,
}

impl Kind {
    pub(super) const ALL: [Self; 28] = [
        Self::Hello,
        Self::Init,
        Self::Plugin,
        Self::Ready,
        Self::Ping,
        Self::Pong,
        Self::Log,
        Self::Shutdown,
        Self::Bye,
        Self::Live,
        Self::Request,
        Self::Response,
        Self::Data,
        Self::End,
        Self::Abort,
        Self::Credit,
        Self::Timeout,
        Self::OnRequest,
        Self::OnRequestResult,
        Self::OnResponse,
        Self::OnResponseResult,
        Self::BodyWanted,
        Self::WsAccept,
        Self::WsText,
        Self::WsBinary,
        Self::WsPing,
        Self::WsPong,
        Self::WsClose,
    ];

    pub(super) fn of(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as u8 == byte)
    }

    pub(super) fn rule(self) -> Rule {
        let connection = |min, max| Rule { min, max, on_request: false };
        let request = |min, max| Rule { min, max, on_request: true };
        match self {
            Self::Init => connection(JSON, MAX_INIT),
            Self::Ping | Self::Pong => connection(8, 8),
            Self::Hello
            | Self::Plugin
            | Self::Ready
            | Self::Log
            | Self::Shutdown
            | Self::Bye
            | Self::Live => connection(JSON, MAX_OTHER),
            Self::Request
            | Self::Response
            | Self::OnRequest
            | Self::OnRequestResult
            | Self::OnResponse
            | Self::OnResponseResult
            | Self::WsAccept => request(JSON, MAX_HEAD),
            Self::Data => request(1, MAX_DATA),
            Self::WsText | Self::WsBinary => request(1, 1 + MAX_DATA),
            Self::WsPing | Self::WsPong => request(1, 1 + MAX_CONTROL),
            Self::End | Self::BodyWanted => request(0, 0),
            Self::Abort | Self::WsClose => request(JSON, MAX_OTHER),
            Self::Credit | Self::Timeout => request(4, 4),
        }
    }

    /// Holds a frame's header against the rule of its type.
    pub(super) fn check(self, stream: u32, length: usize) -> Result<(), ProtocolError> {
        let Rule { min, max, on_request } = self.rule();
        match length {
            _ if length > max => Err(ProtocolError::TooLong { kind: self, length, max }),
            _ if length < min => Err(ProtocolError::TooSmall { kind: self, length, min }),
            _ if on_request != (stream != 0) => Err(ProtocolError::WrongStream { kind: self, stream }),
            _ => Ok(()),
        }
    }
}
