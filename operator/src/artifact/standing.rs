//! What a source named when it could be asked last: it stands while the source
//! cannot be asked, as long as it is the same one. Not knowing removes nothing.

use davit_crds::Plugin;

use super::known::{Artifact, Artifacts, Resolved};
use crate::source::{is_pinned, is_place_of};

/// What a Plugin's source named last: as this process knows, else as the status
/// says, if that speaks of this place, and of this generation unless the source
/// names its bytes itself.
pub(super) fn standing(
    plugin: &Plugin,
    uid: &str,
    artifacts: &Artifacts,
    before: Option<&Artifact>,
) -> Option<Resolved> {
    let known = before.and_then(|before| before.resolved.clone());
    if known.is_some() && artifacts.looks.is_same_source(uid, &plugin.spec.source) {
        return known;
    }
    let status = plugin.status.as_ref()?;
    let same = is_pinned(plugin) || Some(status.observed_generation) == plugin.metadata.generation;
    let named = status.resolved.as_ref().filter(|named| same && is_place_of(plugin, &named.reference))?;
    Some(Resolved { digest: named.digest, reference: named.reference.clone(), time: named.time })
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use davit_plugin::Digest;
    use jiff::Timestamp;
    use serde_json::json;

    use super::super::looks::{Outcome, Question};
    use super::*;

    fn plugin(generation: i64, map: &str, observed: i64, named: &str) -> Plugin {
        let resolved =
            json!({ "digest": Digest::of(b"status"), "reference": named, "time": "2026-11-21T10:00:00Z" });
        let plugin = json!({
            "apiVersion": "davit.dev/v1alpha1", "kind": "Plugin",
            "metadata": { "name": "a", "uid": "u", "generation": generation },
            "spec": { "source": { "configMap": { "name": map } } },
            "status": { "observedGeneration": observed, "resolved": resolved },
        });
        serde_json::from_value(plugin).unwrap()
    }

    fn found(plugin: &Plugin, artifacts: &Artifacts) -> Option<Digest> {
        let before = artifacts.get("u");
        standing(plugin, "u", artifacts, before.as_deref()).map(|resolved| resolved.digest)
    }

    #[test]
    fn a_status_stands_only_for_its_own_generation_and_place() {
        let nothing = Artifacts::default();
        let said = Some(Digest::of(b"status"));
        assert_eq!(found(&plugin(3, "c", 3, "configmap/c"), &nothing), said);
        assert_eq!(found(&plugin(4, "c", 3, "configmap/c"), &nothing), None);
        // A suspended Plugin's status keeps what another source named.
        assert_eq!(found(&plugin(3, "d", 3, "configmap/c"), &nothing), None);
    }

    #[test]
    fn a_digest_stands_for_every_generation() {
        let named = format!("r.test/a@{}", Digest::of(b"manifest"));
        let mut plugin = plugin(4, "c", 3, &named);
        let source =
            |reference: &str| serde_json::from_value(json!({ "oci": { "reference": reference } })).unwrap();
        plugin.spec.source = source(&named);
        assert_eq!(found(&plugin, &Artifacts::default()), Some(Digest::of(b"status")));
        plugin.spec.source = source("r.test/a:1");
        assert_eq!(found(&plugin, &Artifacts::default()), None);
    }

    #[test]
    fn what_this_process_knows_stands_for_every_generation_with_the_same_source() {
        let artifacts = Artifacts::default();
        let asked = plugin(3, "c", -1, "configmap/c");
        artifacts.looks.ended("u", Question::of(&asked), Outcome::Good, Instant::now());
        let resolved = Resolved {
            digest: Digest::of(b"known"),
            reference: "configmap/c".into(),
            time: Timestamp::UNIX_EPOCH,
        };
        let artifact = Artifact { generation: 3, resolved: Some(resolved), kept: None, trouble: None };
        artifacts.set("u", artifact);
        assert_eq!(found(&plugin(4, "c", 3, "configmap/c"), &artifacts), Some(Digest::of(b"known")));
        assert_eq!(found(&plugin(4, "d", 3, "configmap/c"), &artifacts), None);
    }
}
