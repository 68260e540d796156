//! The number under which a request stands in logs, errors and `X-Request-Id`.

use std::fmt;
use std::sync::Arc;

use http::{HeaderMap, HeaderValue};
use uuid::Uuid;

/// The number of a request in logs, errors and `X-Request-Id`: the client's own
/// if it sent a sensible one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

const ID: &str = "x-request-id";

impl RequestId {
    /// Takes the client's number, or makes one.
    pub fn of(headers: &HeaderMap) -> Self {
        let sensible =
            |id: &&str| (1..=128).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
        let sent = headers.get(ID).and_then(|id| id.to_str().ok()).filter(sensible);
        Self(sent.map_or_else(|| Uuid::now_v7().to_string().into(), Arc::from))
    }

    pub(super) fn header(&self) -> (&'static str, HeaderValue) {
        (ID, HeaderValue::from_str(&self.0).unwrap_or(HeaderValue::from_static("-")))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl RequestId {
        /// A number that a test knows.
        pub(crate) fn fixed(id: &str) -> Self {
            Self(id.into())
        }
    }

    #[test]
    fn keeps_a_sensible_request_id_and_replaces_any_other() {
        let id = |text: &'static str| {
            RequestId::of(&HeaderMap::from_iter([(ID.parse().unwrap(), HeaderValue::from_static(text))]))
        };
        assert_eq!(id("abc-1").to_string(), "abc-1");
        assert_ne!(id("a b").to_string(), "a b");
        assert_ne!(id("").to_string(), "");
    }
}
