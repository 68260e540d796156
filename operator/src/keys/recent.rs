//! The keys as they were read last: passes follow each other faster than anybody
//! changes Secrets.

use std::time::{Duration, Instant};

use davit_plugin::plan::PlannedKey;
use kube::Client;

use super::Keys;

/// How long Secrets count as they were read: passes may follow each other much
/// faster,
const RECENT: Duration = Duration::from_secs(2);
/// and how soon a pass follows for their sake alone. A revoked key ends
/// first thing in the pass that reads its Secret again: after both of these, and
/// after the pass that goes on, which may wait for plugins and replicas
/// (`docs/operations/keys.md` says for how long).
pub const EVERY: Duration = Duration::from_secs(3);

/// What was read last for one PluginRuntime. None of it is needed.
#[derive(Debug, Default)]
pub struct RecentKeys(Option<Read>);

#[derive(Debug)]
struct Read {
    names: Vec<String>,
    at: Instant,
    keys: Keys,
}

impl RecentKeys {
    /// The keys of the Secrets of these names; they are read unless they have just
    /// been. `agreed` are those of the plan that serves, which count before this
    /// has read any.
    pub async fn keys(
        &mut self,
        client: &Client,
        namespace: &str,
        names: &[String],
        agreed: &[PlannedKey],
    ) -> Keys {
        if let Some(keys) = self.fresh(names, Instant::now()) {
            return keys;
        }
        let before = self.0.as_ref().map_or_else(|| Keys::planned(agreed), |read| read.keys.clone());
        let keys = Keys::read(client, namespace, names, &before).await;
        self.0 = Some(Read { names: names.to_vec(), at: Instant::now(), keys: keys.clone() });
        keys
    }

    fn fresh(&self, names: &[String], now: Instant) -> Option<Keys> {
        let fresh =
            self.0.as_ref().filter(|read| read.names == names && now.duration_since(read.at) < RECENT);
        fresh.map(|read| read.keys.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn are_read_again_when_they_are_old_or_others_are_named() {
        let (at, names) = (Instant::now(), vec!["a".to_owned()]);
        let recent = RecentKeys(Some(Read { names: names.clone(), at, keys: Keys::default() }));
        assert_eq!(recent.fresh(&names, at + Duration::from_secs(1)), Some(Keys::default()));
        assert_eq!(recent.fresh(&names, at + RECENT), None);
        assert_eq!(recent.fresh(&[], at), None);
        assert_eq!(RecentKeys::default().fresh(&names, at), None);
    }
}
