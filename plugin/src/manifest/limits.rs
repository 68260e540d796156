//! `davit.limits`: what one request to the plugin may cost.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fields::{Fields, Findings};
use super::node::{Kind, Node};
use super::quantity::{ByteSize, parse_duration};

/// The largest request body that a manifest may allow.
pub const MAX_BODY_SIZE: u64 = 100 << 20;
/// The longest wait for a response's head that a manifest may allow.
pub const MAX_REQUEST_TIMEOUT: Duration = Duration::from_hours(1);

/// Limits of one plugin's requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Limits {
    /// The largest request body, in bytes.
    pub max_body_size: u64,
    /// How long the response's head may take, in milliseconds.
    pub request_timeout_ms: u64,
}

impl Default for Limits {
    /// 10 MiB and 30 seconds.
    fn default() -> Self {
        Self { max_body_size: 10 << 20, request_timeout_ms: 30_000 }
    }
}

impl Limits {
    /// How long the response's head may take.
    pub fn request_timeout(&self) -> Duration {
        Duration::from_millis(self.request_timeout_ms)
    }

    /// Reads the mapping under `davit.limits`.
    pub(super) fn read(node: Node, findings: &mut Findings) -> Self {
        let mut limits = Self::default();
        let mut fields = Fields::of(node, "davit.limits", findings);
        if let Some(node) = fields.take("maxBodySize") {
            limits.max_body_size = max_body_size(&node, findings).unwrap_or(limits.max_body_size);
        }
        if let Some(node) = fields.take("requestTimeout") {
            limits.request_timeout_ms =
                request_timeout_ms(&node, findings).unwrap_or(limits.request_timeout_ms);
        }
        fields.refuse_rest("maxBodySize and requestTimeout", findings);
        limits
    }
}

/// A size in bytes that a body may have.
pub(super) fn max_body_size(node: &Node, findings: &mut Findings) -> Option<u64> {
    match quantity_text(node).parse::<ByteSize>() {
        Ok(ByteSize(bytes)) if bytes <= MAX_BODY_SIZE => return Some(bytes),
        Ok(size) => {
            findings.add(node.at, format!("maxBodySize {size} is too large: at most 100Mi is allowed"));
        }
        Err(error) => findings.add(node.at, format!("maxBodySize: {error}")),
    }
    None
}

fn request_timeout_ms(node: &Node, findings: &mut Findings) -> Option<u64> {
    match parse_duration(&quantity_text(node)) {
        Ok(timeout) if (Duration::from_millis(1)..=MAX_REQUEST_TIMEOUT).contains(&timeout) => {
            return u64::try_from(timeout.as_millis()).ok();
        }
        Ok(_) => findings.add(node.at, "requestTimeout must lie between 1ms and 1h"),
        Err(error) => findings.add(node.at, format!("requestTimeout: {error}")),
    }
    None
}

/// A number or a text, as the parsers of quantities take it.
pub(super) fn quantity_text(node: &Node) -> String {
    match &node.kind {
        Kind::Scalar(Value::String(text)) => text.clone(),
        _ => node.to_json().to_string(),
    }
}
