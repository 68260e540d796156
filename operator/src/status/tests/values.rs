//! What the status says besides its conditions.

use std::sync::Arc;

use serde_json::json;

use super::super::{Fate, of_plugin};
use super::world::{GENERATION, artifact, at, having, kept, live, on_last_good, troubled, unknown, verified};
use crate::artifact::Artifact;
use crate::trouble::Trouble;
use davit_crds::ConditionType::SourceResolved;
use davit_plugin::reason::Reason;

#[test]
fn the_status_looks_as_the_documentation_shows_it() {
    let digest = kept("2.0.0").digest;
    let status = serde_json::to_value(of_plugin(&live(&json!({})), at(0))).unwrap();
    let expected = json!({
        "observedGeneration": 3,
        "resolved": {
            "version": "2.0.0", "digest": digest, "reference": format!("registry.test/acme/hello@{digest}"),
            "time": "2027-01-15T08:00:00Z",
        },
        "serving": {
            "version": "2.0.0", "digest": digest, "generation": 3, "loadedReplicas": 2, "replicas": 2,
            "time": "2027-01-15T08:00:00Z",
        },
        "loaded": "2/2",
        "shortDigest": digest.short(),
        "sourceType": "OCI",
        "base": "/hello",
        "group": ["@acme/hello"],
        "notGranted": ["route GET /api/other/**"],
        "conditions": status["conditions"],
    });
    assert_eq!(status, expected);
    let first = &status["conditions"][0];
    assert_eq!(first["lastTransitionTime"], "2027-01-15T08:00:00Z");
    assert_eq!(first["observedGeneration"], 3);
}

#[test]
fn a_config_map_is_named_as_the_source() {
    let fate = unknown(&json!({"source": {"configMap": {"name": "hello"}}}));
    let status = serde_json::to_value(of_plugin(&fate, at(0))).unwrap();
    assert_eq!(status["sourceType"], "ConfigMap");
}

#[test]
fn times_stay_while_nothing_else_changes() {
    let first = of_plugin(&live(&json!({})), at(1));
    let mut asked_again = live(&json!({}));
    let mut newer = artifact(kept("2.0.0"));
    newer.resolved.as_mut().unwrap().time = at(500);
    asked_again.artifact = Some(Arc::new(newer));
    assert_eq!(of_plugin(&having(asked_again, first.clone()), at(500)), first);

    let joining = Fate { replicas: 3, ..live(&json!({})) };
    let joining = of_plugin(&having(joining, first.clone()), at(500));
    assert_eq!(joining.serving.unwrap().time, at(1));

    let new = of_plugin(&on_last_good(live(&json!({}))), at(500));
    assert_eq!(new.serving.unwrap().time, at(0), "the last good version serves since then");
    let mut went_live = on_last_good(live(&json!({})));
    (went_live.serving, went_live.current) = (live(&json!({})).serving, true);
    assert_eq!(of_plugin(&went_live, at(500)).serving.unwrap().time, at(500));
}

#[test]
fn a_source_that_names_nothing_any_more_is_not_resolved() {
    let gone = Trouble::retry(SourceResolved, Reason::TagNotFound, "because");
    let status = of_plugin(&on_last_good(troubled(gone, &json!({}))), at(1));
    assert_eq!(status.resolved, None);
    assert_eq!(status.short_digest, Some(kept("1.0.0").digest.short()));
}

#[test]
fn what_was_resolved_stays_until_the_source_is_asked() {
    let status = of_plugin(&on_last_good(unknown(&json!({}))), at(1));
    assert_eq!(status.resolved.unwrap().digest, kept("1.0.0").digest);
}

#[test]
fn the_digest_for_people_is_of_what_serves_else_of_what_is_found() {
    let found = of_plugin(&verified(&json!({})), at(1));
    assert_eq!(found.short_digest, Some(kept("2.0.0").digest.short()));
    let old = of_plugin(&on_last_good(verified(&json!({}))), at(1));
    assert_eq!(old.short_digest, Some(kept("1.0.0").digest.short()));
}

#[test]
fn a_version_is_told_only_once_the_package_was_read() {
    let artifact = Artifact { kept: None, ..artifact(kept("2.0.0")) };
    let fate = Fate { artifact: Some(Arc::new(artifact)), ..unknown(&json!({})) };
    let resolved = of_plugin(&fate, at(1)).resolved.unwrap();
    assert_eq!((resolved.version, resolved.digest), (None, kept("2.0.0").digest));
}

#[test]
fn a_generation_that_only_turns_a_knob_is_served_by_the_same_package() {
    let mut before = of_plugin(&live(&json!({})), at(1));
    before.observed_generation = GENERATION - 1;
    before.serving.as_mut().unwrap().generation = GENERATION - 1;
    let serving = of_plugin(&having(live(&json!({})), before), at(2)).serving.unwrap();
    assert_eq!((serving.generation, serving.time), (GENERATION, at(2)));
}

#[test]
fn a_version_whose_report_was_lost_is_not_taken_for_what_this_generation_asked_for() {
    let of_another = of_plugin(&on_last_good(live(&json!({}))), at(1));
    let mut before = of_another;
    before.serving.as_mut().unwrap().generation = GENERATION;
    let fate = Fate { current: false, ..live(&json!({})) };
    let mut unread = artifact(kept("2.0.0"));
    unread.kept = None;
    let fate = Fate { artifact: Some(Arc::new(unread)), ..fate };
    let first = of_plugin(&having(fate.clone(), before), at(2));
    assert_eq!(first.serving.as_ref().unwrap().generation, GENERATION - 1);
    assert_eq!(of_plugin(&having(fate, first.clone()), at(3)), first);
}
