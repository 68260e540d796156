//! How long the steps of a change may take.

use std::time::Duration;

use davit_plugin::manifest::parse_duration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::schema;

/// Durations as the API has them, e.g. `500ms`, `30s`, `5m` or `1h`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Rollout {
    /// How long the new versions may take to start before the last good ones stay, from 1s to 1h.
    #[schemars(schema_with = "schema::prepare_timeout")]
    pub prepare_timeout: String,
    /// How long a change waits for plugins that are still starting before it goes live without them, from 0s to 1m and at most prepareTimeout.
    #[schemars(schema_with = "schema::settle")]
    pub settle: String,
    /// How long open requests may go on when their plugin is replaced or a pod ends, from 0s to 1h.
    #[schemars(schema_with = "schema::drain_timeout")]
    pub drain_timeout: String,
}

const PREPARE_TIMEOUT: Duration = Duration::from_mins(1);
const SETTLE: Duration = Duration::from_secs(2);
const DRAIN_TIMEOUT: Duration = Duration::from_secs(30);

impl Default for Rollout {
    fn default() -> Self {
        let text = |duration: Duration| format!("{}s", duration.as_secs());
        Self {
            prepare_timeout: text(PREPARE_TIMEOUT),
            settle: text(SETTLE),
            drain_timeout: text(DRAIN_TIMEOUT),
        }
    }
}

/// The API server refuses texts that are no durations; for one that it did not
/// refuse, the default counts.
impl Rollout {
    /// How long the new versions may take to start.
    pub fn prepare_timeout(&self) -> Duration {
        parse_duration(&self.prepare_timeout).unwrap_or(PREPARE_TIMEOUT)
    }

    /// How long a change waits for plugins that are still starting.
    pub fn settle(&self) -> Duration {
        parse_duration(&self.settle).unwrap_or(SETTLE)
    }

    /// How long open requests may go on.
    pub fn drain_timeout(&self) -> Duration {
        parse_duration(&self.drain_timeout).unwrap_or(DRAIN_TIMEOUT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_one_has_the_documented_defaults() {
        let rollout: Rollout = serde_json::from_str("{}").unwrap();
        let times = [rollout.prepare_timeout(), rollout.settle(), rollout.drain_timeout()];
        assert_eq!(times, [60, 2, 30].map(Duration::from_secs));
        assert_eq!(serde_json::to_value(&rollout).unwrap()["prepareTimeout"], "60s");
    }

    #[test]
    fn reads_durations_with_their_unit_and_keeps_the_default_for_what_is_none() {
        let text = r#"{"prepareTimeout":"5m","settle":"500ms","drainTimeout":"soon"}"#;
        let rollout: Rollout = serde_json::from_str(text).unwrap();
        assert_eq!(rollout.prepare_timeout(), Duration::from_mins(5));
        assert_eq!(rollout.settle(), Duration::from_millis(500));
        assert_eq!(rollout.drain_timeout(), Duration::from_secs(30));
    }
}
