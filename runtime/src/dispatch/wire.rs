//! WebSocket messages as the library has them, and as engines do.

use bytes::Bytes;
use davit_engine::{CloseFrame, Message};
use tokio_tungstenite::tungstenite::error::{CapacityError, Error, ProtocolError};
use tokio_tungstenite::tungstenite::protocol::CloseFrame as WireClose;
use tokio_tungstenite::tungstenite::{Message as Wire, Utf8Bytes};

/// A close without a code (RFC 6455 §7.4.1).
const NO_STATUS: u16 = 1005;
/// The longest reason that fits into a control frame.
const REASON: usize = 123;

/// A connection that was lost, or is to be cut.
pub(super) fn lost() -> CloseFrame {
    CloseFrame { code: 1006, reason: String::new() }
}

/// A client's message; none for what is no message.
pub(super) fn from_wire(message: Wire) -> Option<Message> {
    Some(match message {
        Wire::Text(text) => Message::Text(Bytes::from(text)),
        Wire::Binary(bytes) => Message::Binary(bytes),
        Wire::Ping(bytes) => Message::Ping(bytes),
        Wire::Pong(bytes) => Message::Pong(bytes),
        Wire::Close(Some(frame)) => {
            Message::Close(CloseFrame { code: frame.code.into(), reason: frame.reason.to_string() })
        }
        Wire::Close(None) => Message::Close(CloseFrame { code: NO_STATUS, reason: String::new() }),
        Wire::Frame(_) => return None,
    })
}

/// A plugin's message. Text that is no UTF-8 closes the socket.
pub(super) fn to_wire(message: Message) -> Wire {
    match message {
        Message::Text(bytes) => Utf8Bytes::try_from(bytes).map_or_else(
            |_| close(CloseFrame { code: 1007, reason: "the plugin sent text that is no UTF-8".to_owned() }),
            Wire::Text,
        ),
        Message::Binary(bytes) => Wire::Binary(bytes),
        Message::Ping(bytes) => Wire::Ping(bytes),
        Message::Pong(bytes) => Wire::Pong(bytes),
        Message::Close(frame) => close(frame),
    }
}

/// Codes that may not stand in a frame say nothing.
fn close(CloseFrame { code, mut reason }: CloseFrame) -> Wire {
    if !matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999) {
        return Wire::Close(None);
    }
    while reason.len() > REASON {
        reason.pop();
    }
    Wire::Close(Some(WireClose { code: code.into(), reason: reason.into() }))
}

/// What a client did wrong; none if the connection is simply gone.
pub(super) fn why(error: &Error) -> Option<CloseFrame> {
    let (code, reason) = match error {
        Error::Capacity(CapacityError::MessageTooLong { .. }) => (1009, "the message is too large"),
        Error::Utf8(_) => (1007, "the text is no UTF-8"),
        Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => return None,
        Error::Protocol(_) => (1002, "the frame breaks RFC 6455"),
        _ => return None,
    };
    Some(CloseFrame { code, reason: reason.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_that_may_not_stand_in_a_frame_never_do() {
        for (code, sent) in
            [(1000, true), (1005, false), (1006, false), (1015, false), (3000, true), (0, false)]
        {
            let wire = to_wire(Message::Close(CloseFrame { code, reason: "r".repeat(200) }));
            let Wire::Close(frame) = wire else { panic!("{code} is no close") };
            assert_eq!(frame.is_some(), sent, "{code}");
            assert!(frame.is_none_or(|frame| frame.reason.len() <= 123));
        }
    }
}
