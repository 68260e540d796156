//! The mapping under `davit:`: what Davit adds to Buntime's manifest
//! (interfaces §8).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fields::{self, Fields, Findings};
use super::limits::Limits;
use super::node::{Kind, Node};
use crate::VariableName;

/// A larger number of Workers is refused.
pub const MAX_WORKERS: u32 = 64;
/// How many Workers a plugin has at once, unless it says otherwise.
pub const DEFAULT_WORKERS: u32 = 8;
/// A longer list of environment variables is refused.
pub const MAX_VARIABLES: usize = 64;

/// How a plugin's module is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// It lives in its group's process as long as the plugin does.
    #[default]
    Persistent,
    /// It runs in Workers of its group's process.
    Serverless,
    /// A root `index`: serverless, unless its default export is a function or
    /// has a lifecycle member of a persistent plugin.
    Auto,
}

/// How a new version takes the old one's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Replacement {
    /// The new one is up before the old one ends.
    #[default]
    Overlap,
    /// The old one ends before the new one starts.
    Exclusive,
}

/// What a plugin may do beyond answering its own routes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Permissions {
    /// Variables of the runtime's own environment that it may read.
    #[serde(skip_serializing_if = "BTreeSet::is_empty", default)]
    pub env: BTreeSet<VariableName>,
    /// Whether its `onRequest` may vouch for callers.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub authenticate: bool,
}

/// All that stands under `davit:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Davit {
    pub(super) limits: Limits,
    pub(super) permissions: Permissions,
    pub(super) mode: Option<Mode>,
    pub(super) replacement: Replacement,
    pub(super) workers: u32,
}

impl Davit {
    pub(super) fn read(node: Option<Node>, findings: &mut Findings, warnings: &mut Findings) -> Self {
        let mut fields = node.map_or_else(Fields::none, |node| Fields::of(node, "davit", findings));
        let davit = Self {
            limits: fields.take("limits").map_or_else(Limits::default, |node| Limits::read(node, findings)),
            permissions: permissions(fields.take("permissions"), findings, warnings),
            mode: word(&mut fields, "mode", &MODES, findings),
            replacement: word(&mut fields, "replacement", &REPLACEMENTS, findings).unwrap_or_default(),
            workers: workers(fields.take("workers"), findings),
        };
        fields.refuse_rest("limits, permissions, mode, replacement and workers", findings);
        davit
    }
}

const MODES: [(&str, Mode); 2] = [("persistent", Mode::Persistent), ("serverless", Mode::Serverless)];
const REPLACEMENTS: [(&str, Replacement); 2] =
    [("overlap", Replacement::Overlap), ("exclusive", Replacement::Exclusive)];

fn word<T: Copy>(
    fields: &mut Fields,
    key: &str,
    words: &[(&str, T); 2],
    findings: &mut Findings,
) -> Option<T> {
    let node = fields.take(key)?;
    let text = fields::text(&node, key, findings)?;
    let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
    if found.is_none() {
        let [(one, _), (other, _)] = words;
        let message = format!("davit.{key} is {}: write `{one}` or `{other}`", node.described());
        findings.add(node.at, message);
    }
    found
}

fn workers(node: Option<Node>, findings: &mut Findings) -> u32 {
    let Some(node) = node else { return DEFAULT_WORKERS };
    let count = match &node.kind {
        Kind::Scalar(Value::Number(number)) => number.as_u64().and_then(|count| u32::try_from(count).ok()),
        _ => None,
    };
    count.filter(|count| (1..=MAX_WORKERS).contains(count)).unwrap_or_else(|| {
        let message =
            format!("davit.workers is {}: write a number from 1 to {MAX_WORKERS}", node.described());
        findings.add(node.at, message);
        DEFAULT_WORKERS
    })
}

fn permissions(node: Option<Node>, findings: &mut Findings, warnings: &mut Findings) -> Permissions {
    let Some(node) = node else { return Permissions::default() };
    let mut fields = Fields::of(node, "davit.permissions", findings);
    let names = fields.list("env", MAX_VARIABLES, findings);
    let env = names.iter().filter_map(|node| fields::parse(node, "env", findings)).collect();
    let authenticate = fields.flag("authenticate", findings).unwrap_or(false);
    if let Some(net) = fields.take("net") {
        warnings.add(net.at, "davit.permissions.net has no effect yet: plugins reach every host");
    }
    fields.refuse_rest("env, authenticate and net", findings);
    Permissions { env, authenticate }
}
