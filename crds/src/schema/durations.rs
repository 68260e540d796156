//! Durations.

use schemars::{Schema, SchemaGenerator};

use super::{matches, text};

/// A number with its unit, as [`davit_plugin::manifest::parse_duration`] reads it.
pub(super) const DURATION: &str = "^[0-9]{1,9}(ms|s|m|h)$";

/// A duration between two others.
fn duration(least: &str, most: &str) -> Schema {
    let rule = format!(
        "{} && duration(self) >= duration('{least}') && duration(self) <= duration('{most}')",
        matches(DURATION)
    );
    let message =
        format!("write a duration from {least} to {most} with its unit, e.g. `500ms`, `30s` or `1m`");
    text(12, &rule, &message)
}

/// `rollout.prepareTimeout`.
pub(crate) fn prepare_timeout(_: &mut SchemaGenerator) -> Schema {
    duration("1s", "1h")
}

/// `rollout.settle`.
pub(crate) fn settle(_: &mut SchemaGenerator) -> Schema {
    duration("0s", "1m")
}

/// `rollout.drainTimeout`; the runtime takes as much.
pub(crate) fn drain_timeout(_: &mut SchemaGenerator) -> Schema {
    duration("0s", "1h")
}
