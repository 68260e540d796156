//! The JSON body of a call, read once at the edge.

use std::time::Duration;

use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use http::StatusCode;
use serde::de::{DeserializeOwned, IgnoredAny};
use tokio::time::timeout;

use super::call::too_large;
use super::worded::{NO_OBJECT, worded};
use crate::dispatch::Refusal;

/// The most that a call takes as JSON, in bytes.
pub(super) const MAX_JSON: usize = 64 << 10;

/// How long all of it may take to come.
const PATIENCE: Duration = Duration::from_secs(30);

/// A body of the type that the call wants.
pub(super) struct Sent<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Sent<T> {
    type Rejection = Refusal;

    /// The route has looked at the media type and the announced length.
    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        read(&body(request, state, MAX_JSON, PATIENCE).await?).map(Self)
    }
}

/// The whole body, of which the route lets pass `most` bytes.
pub(super) async fn body(
    request: Request,
    state: &(impl Send + Sync),
    most: usize,
    patience: Duration,
) -> Result<Bytes, Refusal> {
    let bytes = timeout(patience, Bytes::from_request(request, state)).await;
    bytes.map_err(|_| too_slow(patience))?.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(most as u64),
        status => Refusal::new(status, "BODY_UNREADABLE", "the body ended early: send it again"),
    })
}

/// What the body says. Errors show what is wrong in it.
pub(super) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    // What is no JSON is told so, whatever stands in it before that shows.
    serde_json::from_slice::<IgnoredAny>(bytes).map_err(|error| invalid_json(&error))?;
    // Serde would take an array for an object, its values in the order of our fields.
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        return Err(unfit(NO_OBJECT));
    }
    let mut source = serde_json::Deserializer::from_slice(bytes);
    serde_path_to_error::deserialize(&mut source)
        .map_err(|error| unfit(&worded(&error.path().to_string(), error.inner())))
}

fn too_slow(patience: Duration) -> Refusal {
    let message = format!("the body did not come within {} s: send it again", patience.as_secs());
    Refusal::new(StatusCode::REQUEST_TIMEOUT, "BODY_TOO_SLOW", message)
}

fn unfit(why: &str) -> Refusal {
    let message = format!("{why}; see the reference at /_/api/docs/");
    Refusal::new(StatusCode::BAD_REQUEST, "INVALID_REQUEST", message)
}

fn invalid_json(error: &serde_json::Error) -> Refusal {
    let message = format!("the body is not JSON: {error}");
    Refusal::new(StatusCode::BAD_REQUEST, "INVALID_JSON", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    struct Body {
        list: Vec<u8>,
    }

    #[test]
    fn a_body_that_does_not_fit_is_told_where() {
        let refused = |text: &str| read::<Body>(text.as_bytes()).unwrap_err();
        for (text, code, says) in [
            ("", "INVALID_JSON", "line 1"),
            ("{\"list\": [1", "INVALID_JSON", "line 1 column 11"),
            ("{\"list\": []} x", "INVALID_JSON", "trailing"),
            ("{\"list\": 7, \"more\": }", "INVALID_JSON", "line 1"),
            ("{\"list\": [1, \"a\"]}", "INVALID_REQUEST", "`list[1]`"),
            ("{}", "INVALID_REQUEST", "the body lacks the field `list`;"),
            ("[]", "INVALID_REQUEST", "the body is no JSON object;"),
            ("[[7]]", "INVALID_REQUEST", "the body is no JSON object;"),
        ] {
            let refusal = refused(text);
            assert!(refusal.code() == code && refusal.to_string().contains(says), "{text}: {refusal}");
        }
        assert_eq!(read::<Body>(b"{\"list\": [7], \"more\": {}}").unwrap().list, [7]);
    }
}
