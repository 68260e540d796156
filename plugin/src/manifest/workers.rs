//! The manifest's fields that concern serverless plugins alone (Buntime contract
//! §3). A persistent plugin may use the same keys for its own configuration, so
//! what is wrong with them counts only once the mode is known.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::davit::MAX_VARIABLES;
use super::error::Position;
use super::fields::{self, Fields, Findings};
use super::limits::{self, Limits, MAX_REQUEST_TIMEOUT};
use super::node::{Kind, Node};
use super::quantity::parse_duration;
use crate::VariableName;
use crate::variable::InvalidVariable;

/// The longest that a Worker may be kept.
const MAX_KEPT: Duration = Duration::from_hours(24);
const MAX_REQUESTS: u32 = 1_000_000;

/// How a serverless plugin's Workers are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Workers {
    /// How long a response's head may take before its Worker is ended, in
    /// milliseconds.
    pub timeout_ms: u64,
    /// How long a Worker lives, in milliseconds; 0 is a fresh one for each request.
    pub ttl_ms: u64,
    /// How long a Worker without a request is kept, in milliseconds.
    pub idle_timeout_ms: u64,
    /// How many requests one Worker answers.
    pub max_requests: u32,
    /// How many Workers there are at once.
    pub max: u32,
    /// Variables of the Workers' environment, besides the group's.
    #[serde(default)]
    pub env: BTreeMap<VariableName, String>,
}

impl Workers {
    /// Reads the top-level keys, of which none is taken, and fits the limits to
    /// them where `davit.limits` says nothing else.
    pub(super) fn read(root: &Fields, limits: &mut Limits, max: u32, findings: &mut Findings) -> Self {
        let default = Limits::default();
        if let Some(node) = root.node("maxBodySize")
            && let Some(bytes) = limits::max_body_size(node, findings)
            && limits.max_body_size == default.max_body_size
        {
            limits.max_body_size = bytes;
        }
        let timeout = millis(root, "timeout", Duration::from_millis(1), MAX_REQUEST_TIMEOUT, findings);
        if let Some(timeout) = timeout
            && limits.request_timeout_ms == default.request_timeout_ms
        {
            limits.request_timeout_ms = timeout;
        }
        Self {
            timeout_ms: timeout.unwrap_or(limits.request_timeout_ms),
            ttl_ms: millis(root, "ttl", Duration::ZERO, MAX_KEPT, findings).unwrap_or(0),
            idle_timeout_ms: millis(root, "idleTimeout", Duration::from_millis(1), MAX_KEPT, findings)
                .unwrap_or(60_000),
            max_requests: max_requests(root, findings).unwrap_or(1_000),
            max,
            env: env(root, findings),
        }
    }
}

fn millis(root: &Fields, key: &str, least: Duration, most: Duration, findings: &mut Findings) -> Option<u64> {
    let node = root.node(key)?;
    match parse_duration(&limits::quantity_text(node)) {
        Ok(duration) if (least..=most).contains(&duration) => u64::try_from(duration.as_millis()).ok(),
        Ok(_) => {
            findings.add(node.at, format!("{key} must lie between {least:?} and {most:?}"));
            None
        }
        Err(error) => {
            findings.add(node.at, format!("{key}: {error}"));
            None
        }
    }
}

fn max_requests(root: &Fields, findings: &mut Findings) -> Option<u32> {
    let node = root.node("maxRequests")?;
    let count = match &node.kind {
        Kind::Scalar(Value::Number(number)) => number.as_u64().and_then(|count| u32::try_from(count).ok()),
        _ => None,
    };
    let count = count.filter(|count| (1..=MAX_REQUESTS).contains(count));
    if count.is_none() {
        let message = format!("maxRequests is {}: write a number from 1 to {MAX_REQUESTS}", node.described());
        findings.add(node.at, message);
    }
    count
}

fn env(root: &Fields, findings: &mut Findings) -> BTreeMap<VariableName, String> {
    let Some(node) = root.node("env") else { return BTreeMap::new() };
    let entries = Fields::of(node.clone(), "env", findings).rest();
    if entries.len() > MAX_VARIABLES {
        let message = format!("env has {} variables: at most {MAX_VARIABLES} are allowed", entries.len());
        findings.add(node.at, message);
        return BTreeMap::new();
    }
    let variable = |(name, at, node): (String, Position, Node)| {
        let parsed = name.parse().map_err(|error: InvalidVariable| findings.add(at, format!("env: {error}")));
        let value = fields::text(&node, &format!("env.{name}"), findings)?.to_owned();
        Some((parsed.ok()?, value))
    };
    entries.into_iter().filter_map(variable).collect()
}
