//! In: the body of a call. Out: its message, or its bytes one by one, within
//! bounds of size and time.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use davit_plugin::control::{Refusal, RefusalCode};
use http_body::Body as _;
use http_body_util::BodyExt as _;
use serde::de::DeserializeOwned;
use tokio::time::timeout;

/// How long a caller may send nothing of its body.
const SILENCE: Duration = Duration::from_secs(30);

/// A body of at most so many bytes.
pub(super) struct Bounded {
    body: Body,
    limit: u64,
    left: u64,
}

impl Bounded {
    /// Refuses at once what says that it is larger.
    pub(super) fn new(body: Body, limit: u64) -> Result<Self, Refusal> {
        let bounded = Self { left: limit, limit, body };
        if bounded.body.size_hint().lower() > limit { Err(bounded.too_large()) } else { Ok(bounded) }
    }

    /// The next piece; none at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Refusal> {
        loop {
            let frame =
                timeout(SILENCE, self.body.frame()).await.map_err(|_| broken("it came too slowly"))?;
            let Some(frame) = frame.transpose().map_err(|error| broken(&error.to_string()))? else {
                return Ok(None);
            };
            let Ok(piece) = frame.into_data() else { continue };
            self.left = self.left.checked_sub(piece.len() as u64).ok_or_else(|| self.too_large())?;
            return Ok(Some(piece));
        }
    }

    fn too_large(&self) -> Refusal {
        let message = format!("the body is larger than {} bytes: that is the most there may be", self.limit);
        Refusal::new(RefusalCode::TooLarge, message)
    }
}

fn broken(why: &str) -> Refusal {
    Refusal::new(RefusalCode::BadRequest, format!("the body could not be read to its end: {why}"))
}

/// All of a body of at most `limit` bytes.
pub(super) async fn whole(body: Body, limit: usize) -> Result<Vec<u8>, Refusal> {
    let (mut body, mut bytes) = (Bounded::new(body, limit as u64)?, Vec::new());
    while let Some(piece) = body.next().await? {
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

/// A message.
pub(super) fn message<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(bytes).map_err(|error| {
        Refusal::new(RefusalCode::BadRequest, format!("the body is not the JSON of this call: {error}"))
    })
}

#[cfg(test)]
mod tests {
    use futures::stream;

    use super::*;

    fn pieces(pieces: &'static [&'static str]) -> Body {
        let pieces = pieces.iter().map(|piece| Ok::<_, std::io::Error>(Bytes::from_static(piece.as_bytes())));
        Body::from_stream(stream::iter(pieces))
    }

    #[tokio::test]
    async fn reads_no_further_than_its_limit() {
        assert_eq!(whole(pieces(&["ab", "cd"]), 4).await.unwrap(), b"abcd");
        assert_eq!(whole(pieces(&["ab", "cde"]), 4).await.unwrap_err().code, RefusalCode::TooLarge);
        assert_eq!(Bounded::new(Body::from("abcde"), 4).err().unwrap().code, RefusalCode::TooLarge);
    }

    #[tokio::test(start_paused = true)]
    async fn gives_up_a_caller_that_sends_nothing() {
        let silent = Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>());
        let refusal = whole(silent, 4).await.unwrap_err();
        assert_eq!(refusal.code, RefusalCode::BadRequest);
    }
}
