//! In: the manifest's bytes. Out: its tree, or where they are no YAML. Every
//! count and depth that the parser follows has a bound.

use std::borrow::Cow;

use serde_saphyr::{Error, MessageFormatter as _, UserMessageFormatter, alias_limits, budget, options};

use super::MAX_SIZE;
use super::error::{Finding, Position};
use super::node::Node;
use crate::reason::Reason;

/// Mappings and lists nested deeper than this are refused.
const MAX_DEPTH: usize = 32;
/// Values and keys beyond this are refused.
const MAX_NODES: usize = 50_000;
/// Anchors, aliases and merge keys beyond this are refused, each.
const MAX_ALIASES: usize = 256;

pub(super) fn parse(bytes: &[u8]) -> Result<Node, Finding> {
    if bytes.len() > MAX_SIZE {
        return Err(fault(Position::START, "the manifest is larger than 1 MiB: shorten it"));
    }
    let text = str::from_utf8(bytes).map_err(|error| {
        let at = Position::behind(&String::from_utf8_lossy(&bytes[..error.valid_up_to()]));
        fault(at, "the manifest is not UTF-8 from here on: save it with that encoding")
    })?;
    serde_saphyr::from_str_with_options(text, options()).map_err(|error| {
        let at = error.location().map_or(Position::START, Position::from);
        fault(at, format!("not a usable YAML file: {}", describe(&error)))
    })
}

fn describe(error: &Error) -> Cow<'_, str> {
    match error {
        Error::Budget { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. } => {
            Cow::Borrowed("too many values, aliases or levels: write less of them")
        }
        Error::AliasError { error, .. } => describe(error),
        error => UserMessageFormatter.format_message(error),
    }
}

fn fault(at: Position, message: impl Into<String>) -> Finding {
    Finding { at, reason: Reason::ManifestInvalid, message: message.into() }
}

/// Words such as `yes` and `on` are texts, as in YAML 1.2 and in Bun.
fn options() -> serde_saphyr::Options {
    options! {
        budget: budget! {
            max_depth: MAX_DEPTH,
            flow_nesting_limit: MAX_DEPTH,
            max_events: 4 * MAX_NODES,
            max_nodes: MAX_NODES,
            max_aliases: MAX_ALIASES,
            max_anchors: MAX_ALIASES,
            max_merge_keys: MAX_ALIASES,
            max_recorded_anchor_events: MAX_NODES,
            max_recorded_anchor_bytes: MAX_SIZE,
            max_documents: 2,
            max_total_scalar_bytes: 2 * MAX_SIZE,
        },
        alias_limits: alias_limits! {
            max_total_replayed_events: MAX_NODES,
            max_replay_stack_depth: 8,
        },
        strict_booleans: true,
        reject_unsupported_tags: true,
        with_snippet: false,
    }
}
