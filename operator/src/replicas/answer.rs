//! In: the head of an answer. Out: what it says, if the pod that was asked says
//! it. Reads no more than it was told to.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use davit_plugin::control::{POD_UID, Refusal};
use reqwest::{Response, StatusCode};
use serde::de::DeserializeOwned;

use super::error::ReplicaError;

/// The largest refusal, in bytes: it may name every package of a plan.
const MAX_REFUSAL: usize = 4 << 20;

/// A successful answer of the pod that was asked.
pub(super) struct Answer {
    response: Response,
    patience: Duration,
}

impl Answer {
    /// Drops what is another pod's, and reads why a call was refused.
    pub(super) async fn of(response: Response, pod: &str, patience: Duration) -> Result<Self, ReplicaError> {
        let whose = response.headers().get(POD_UID).map(|value| String::from_utf8_lossy(value.as_bytes()));
        match whose {
            Some(whose) if whose == pod => {}
            Some(whose) => return Err(ReplicaError::OtherPod(whose.into_owned())),
            None => return Err(ReplicaError::OtherPod("none".into())),
        }
        let (status, answer) = (response.status(), Self { response, patience });
        if status.is_success() { Ok(answer) } else { Err(answer.refusal(status).await) }
    }

    async fn refusal(self, status: StatusCode) -> ReplicaError {
        match self.json::<Refusal>(MAX_REFUSAL).await {
            Ok(refusal) => refusal.into(),
            Err(ReplicaError::Malformed(why)) => ReplicaError::Malformed(format!(
                "status {} without a reason that can be read ({why})",
                status.as_u16()
            )),
            Err(error) => error,
        }
    }

    /// The body as JSON of at most `limit` bytes.
    pub(super) async fn json<T: DeserializeOwned>(self, limit: usize) -> Result<T, ReplicaError> {
        let body = self.bytes(limit).await?;
        serde_json::from_slice(&body).map_err(|error| ReplicaError::Malformed(error.to_string()))
    }

    /// The body of at most `limit` bytes.
    pub(super) async fn bytes(mut self, limit: usize) -> Result<Bytes, ReplicaError> {
        let too_large = || ReplicaError::Malformed(format!("it is larger than {limit} bytes"));
        let announced = self.response.content_length().unwrap_or(0);
        let announced =
            usize::try_from(announced).ok().filter(|length| *length <= limit).ok_or_else(too_large)?;
        let mut body = BytesMut::with_capacity(announced);
        loop {
            let chunk = self.response.chunk().await;
            match chunk.map_err(|error| ReplicaError::unreachable(&error, self.patience))? {
                Some(chunk) if chunk.len() > limit - body.len() => return Err(too_large()),
                Some(chunk) => body.extend_from_slice(&chunk),
                None => return Ok(body.freeze()),
            }
        }
    }
}
