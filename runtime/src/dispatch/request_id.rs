//! The number under which a request stands in logs, errors and `X-Request-Id`.

use std::fmt;
use std::sync::Arc;

use http::{HeaderMap, HeaderValue};
use uuid::Uuid;

use super::trace::{self, TraceId};

/// The number of a request in logs, errors and `X-Request-Id`: the client's own
/// if it sent a sensible one. With it the trace that the request belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId {
    id: Arc<str>,
    trace: TraceId,
}

const ID: &str = "x-request-id";

impl RequestId {
    /// Takes the client's number, or makes one. Goes on with the client's trace, or
    /// begins one: the headers say so from now on.
    pub fn of(headers: &mut HeaderMap) -> Self {
        let trace = trace::go_on(headers);
        let sensible =
            |id: &&str| (1..=128).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
        let sent = headers.get(ID).and_then(|id| id.to_str().ok()).filter(sensible);
        Self { id: sent.map_or_else(|| Uuid::now_v7().to_string().into(), Arc::from), trace }
    }

    /// The trace that the request belongs to.
    pub fn trace(&self) -> TraceId {
        self.trace
    }

    pub(super) fn header(&self) -> (&'static str, HeaderValue) {
        (ID, HeaderValue::from_str(&self.id).unwrap_or(HeaderValue::from_static("-")))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl RequestId {
        /// A number that a test knows.
        pub(crate) fn fixed(id: &str) -> Self {
            Self { id: id.into(), trace: trace::go_on(&mut HeaderMap::new()) }
        }
    }

    #[test]
    fn keeps_a_sensible_request_id_and_replaces_any_other() {
        let id = |text: &'static str| {
            RequestId::of(&mut HeaderMap::from_iter([(ID.parse().unwrap(), HeaderValue::from_static(text))]))
        };
        assert_eq!(id("abc-1").to_string(), "abc-1");
        assert_ne!(id("a b").to_string(), "a b");
        assert_ne!(id("").to_string(), "");
    }
}
