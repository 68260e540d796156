//! Frames on the wire (`docs/reference/worker-protocol.md`): bytes in, frames
//! out, and back. Knows lengths and types, not what payloads mean.

mod kind;

use bytes::{Buf, BufMut, Bytes, BytesMut};

pub(crate) use kind::Kind;

/// The bytes a body may have in flight before the other side acknowledges them.
pub(crate) const WINDOW: usize = 256 << 10;
/// The largest payload of a DATA frame.
pub(crate) const MAX_DATA: usize = 64 << 10;
/// The most bytes that a WebSocket's ping or pong carries (RFC 6455 §5.5).
pub(crate) const MAX_CONTROL: usize = 125;
/// The largest payload of a head.
pub(crate) const MAX_HEAD: usize = 256 << 10;
/// The largest payload of INIT: its frame's length is at most 16 MiB.
pub(crate) const MAX_INIT: usize = (16 << 20) - COUNTED_HEADER;
/// Payloads up to this are copied out of the buffer that they came in.
const SMALL: usize = 4 << 10;
/// `length`, `type` and `stream`.
pub(crate) const HEADER: usize = 9;
/// The part of the header that a frame's length counts: `type` and `stream`.
const COUNTED_HEADER: usize = 5;

/// One frame. Stream 0 is the connection itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) kind: Kind,
    pub(crate) stream: u32,
    pub(crate) payload: Bytes,
}

/// The other side broke a rule of the protocol.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ProtocolError {
    #[error("a frame of type {0:#04x}, which this version does not know")]
    UnknownType(u8),
    #[error("a {kind:?} frame of {length} bytes, where at most {max} are allowed")]
    TooLong { kind: Kind, length: usize, max: usize },
    #[error("a {kind:?} frame of {length} bytes, where at least {min} are needed")]
    TooSmall { kind: Kind, length: usize, min: usize },
    #[error("a {kind:?} frame on stream {stream}, where it cannot stand")]
    WrongStream { kind: Kind, stream: u32 },
    #[error("a frame whose length of {0} does not even hold its header")]
    TooShort(usize),
    #[error("a {kind:?} frame whose payload is not what it should be: {why}")]
    Payload { kind: Kind, why: String },
    #[error("a {0:?} frame where none may come")]
    Unexpected(Kind),
    #[error("more bytes on stream {0} than it had credit for")]
    BeyondCredit(u32),
}

/// Takes the next whole frame off the front of `buffer`; `None` until more
/// bytes have come.
pub(crate) fn decode(buffer: &mut BytesMut) -> Result<Option<Frame>, ProtocolError> {
    let Some(header) = buffer.first_chunk::<HEADER>() else { return Ok(None) };
    let length = u32::from_be_bytes([header[0], header[1], header[2], header[3]]) as usize;
    let kind = Kind::of(header[4]).ok_or(ProtocolError::UnknownType(header[4]))?;
    let stream = u32::from_be_bytes([header[5], header[6], header[7], header[8]]);
    let payload = length.checked_sub(COUNTED_HEADER).ok_or(ProtocolError::TooShort(length))?;
    kind.check(stream, payload)?;
    if buffer.len() < HEADER + payload {
        buffer.reserve(HEADER + payload - buffer.len());
        return Ok(None);
    }
    buffer.advance(HEADER);
    let payload = match payload {
        // A small part would keep the whole buffer alive; copying it is cheaper.
        0..=SMALL => {
            let copy = Bytes::copy_from_slice(&buffer[..payload]);
            buffer.advance(payload);
            copy
        }
        _ => buffer.split_to(payload).freeze(),
    };
    Ok(Some(Frame { kind, stream, payload }))
}

/// Puts a frame behind what is in `buffer`. The caller keeps the payload within
/// the bounds of its type.
pub(crate) fn encode(buffer: &mut BytesMut, kind: Kind, stream: u32, payload: &[u8]) {
    debug_assert!(payload.len() <= kind.rule().max, "{kind:?} frame too long");
    buffer.reserve(HEADER + payload.len());
    let length = u32::try_from(payload.len() + COUNTED_HEADER).unwrap_or(u32::MAX);
    buffer.put_u32(length);
    buffer.put_u8(kind as u8);
    buffer.put_u32(stream);
    buffer.put_slice(payload);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn frames() -> impl Strategy<Value = Vec<Frame>> {
        let kind = proptest::sample::select(Kind::ALL.to_vec());
        let frame = kind.prop_flat_map(|kind| {
            let rule = kind.rule();
            let streams = if rule.on_request { 1..=u32::MAX } else { 0..=0 };
            let payload = proptest::collection::vec(any::<u8>(), rule.min..=rule.max.min(300));
            (streams, payload).prop_map(move |(stream, payload)| Frame {
                kind,
                stream,
                payload: payload.into(),
            })
        });
        proptest::collection::vec(frame, 0..8)
    }

    proptest! {
        #[test]
        fn frames_survive_any_split(frames in frames(), cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 0..6)) {
            let mut wire = BytesMut::new();
            frames.iter().for_each(|frame| encode(&mut wire, frame.kind, frame.stream, &frame.payload));
            let mut ends: Vec<usize> = cuts.iter().map(|cut| cut.index(wire.len() + 1)).chain([wire.len()]).collect();
            ends.sort_unstable();
            let (mut buffer, mut decoded, mut start) = (BytesMut::new(), Vec::new(), 0);
            for end in ends {
                buffer.extend_from_slice(&wire[start..end]);
                start = end;
                while let Some(frame) = decode(&mut buffer).unwrap() {
                    decoded.push(frame);
                }
            }
            prop_assert_eq!(decoded, frames);
            prop_assert!(buffer.is_empty());
        }

        #[test]
        fn garbage_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut buffer = BytesMut::from(&bytes[..]);
            while let Ok(Some(_)) = decode(&mut buffer) {}
        }
    }

    fn head(length: u32, kind: u8, stream: u32) -> Result<Option<Frame>, ProtocolError> {
        let mut buffer = BytesMut::new();
        buffer.put_u32(length);
        buffer.put_u8(kind);
        buffer.put_u32(stream);
        decode(&mut buffer)
    }

    #[test]
    fn refuses_payloads_that_are_too_small_for_their_type() {
        for (length, kind, stream) in [(5, Kind::Data, 1), (12, Kind::Pong, 0), (8, Kind::Credit, 1)] {
            let refused = head(length, kind as u8, stream);
            assert!(matches!(refused, Err(ProtocolError::TooSmall { .. })), "{kind:?}: {refused:?}");
        }
        for (length, kind, stream) in [(6, Kind::End, 1), (14, Kind::Pong, 0), (10, Kind::Credit, 1)] {
            let refused = head(length, kind as u8, stream);
            assert!(matches!(refused, Err(ProtocolError::TooLong { .. })), "{kind:?}: {refused:?}");
        }
    }

    #[test]
    fn refuses_request_frames_on_the_connection_and_the_other_way_round() {
        for (length, kind, stream) in
            [(6, Kind::Data, 0), (5, Kind::End, 0), (13, Kind::Pong, 7), (7, Kind::Ready, 1)]
        {
            let refused = head(length, kind as u8, stream);
            assert_eq!(refused, Err(ProtocolError::WrongStream { kind, stream }));
        }
    }

    #[test]
    fn refuses_lengths_beyond_the_bounds_before_it_reads_them() {
        let head = |length, kind| head(length, kind, 1);
        assert!(matches!(head(u32::MAX, Kind::Data as u8), Err(ProtocolError::TooLong { .. })));
        assert!(matches!(head(65_542, Kind::Abort as u8), Err(ProtocolError::TooLong { .. })));
        assert!(matches!(head(4, Kind::End as u8), Err(ProtocolError::TooShort(4))));
        assert!(matches!(head(5, 0x40), Err(ProtocolError::UnknownType(0x40))));
        assert_eq!(head(65_541, Kind::Data as u8), Ok(None));
    }
}
