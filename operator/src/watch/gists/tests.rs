use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::*;

fn object<K: DeserializeOwned>(change: &Value) -> K {
    let mut object = json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": "a", "namespace": "n", "uid": "1", "generation": 1, "resourceVersion": "1",
            "labels": {"davit.dev/runtime": "default"},
        },
        "spec": {
            "source": {"configMap": {"name": "a"}},
            "containers": [],
        },
        "status": {},
    });
    merge(&mut object, change);
    serde_json::from_value(object).unwrap()
}

fn merge(object: &mut Value, change: &Value) {
    match (object, change) {
        (Value::Object(object), Value::Object(change)) => {
            change.iter().for_each(|(key, change)| merge(object.entry(key).or_insert(Value::Null), change));
        }
        (object, change) => *object = change.clone(),
    }
}

/// Whether a change of an object wakes anybody.
fn wakes<K: DeserializeOwned, G: Gist<K>>(change: &Value) -> bool {
    G::of(&object(&json!({}))) != G::of(&object(change))
}

/// What people change of any object.
fn changes_of_people() -> [Value; 5] {
    [
        json!({"metadata": {"uid": "2"}}),
        json!({"metadata": {"generation": 2}}),
        json!({"metadata": {"annotations": {"davit.dev/requestedAt": "now"}}}),
        json!({"metadata": {"labels": {"team": "a"}}}),
        json!({"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}}),
    ]
}

#[test]
fn what_people_change_wakes_and_what_the_operator_writes_does_not() {
    for change in changes_of_people() {
        assert!(wakes::<Plugin, PluginGist>(&change), "{change}");
        assert!(wakes::<PluginRuntime, RuntimeGist>(&change), "{change}");
        assert!(wakes::<PartialObjectMeta<Pod>, OwnedGist>(&change), "{change}");
    }
    let written = json!({"metadata": {"resourceVersion": "2"}, "status": {"observedGeneration": 1}});
    assert!(!wakes::<Plugin, PluginGist>(&written));
    assert!(!wakes::<PluginRuntime, RuntimeGist>(&written));
    assert!(!wakes::<PartialObjectMeta<Pod>, OwnedGist>(&written));
}

#[test]
fn a_kind_without_a_generation_wakes_with_each_version() {
    let of = |version: &str| {
        let mut service: PartialObjectMeta<Pod> = object(&json!({"metadata": {"resourceVersion": version}}));
        service.metadata.generation = None;
        OwnedGist::of(&service)
    };
    assert!(of("1") == of("1") && of("1") != of("2"));
}

#[test]
fn a_pod_wakes_by_its_address_phase_readiness_hindrance_end_and_uid_alone() {
    for change in [
        json!({"metadata": {"uid": "2"}}),
        json!({"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}}),
        json!({"status": {"podIP": "127.0.0.9"}}),
        json!({"status": {"phase": "Failed"}}),
        json!({"status": {"conditions": [{"type": "Ready", "status": "True"}]}}),
        json!({"status": {"conditions": [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}]}}),
    ] {
        assert!(wakes::<Pod, PodGist>(&change), "{change}");
    }
    for change in [
        json!({"metadata": {"resourceVersion": "2", "annotations": {"seen": "now"}}}),
        json!({"status": {"conditions": [{"type": "Ready", "status": "False", "message": "probe"}]}}),
        json!({"status": {"startTime": "2026-01-01T00:00:00Z"}}),
    ] {
        assert!(!wakes::<Pod, PodGist>(&change), "{change}");
    }
}

#[test]
fn a_config_map_wakes_with_each_version_and_is_kept_without_what_nobody_reads() {
    assert!(wakes::<PartialObjectMeta<ConfigMap>, ConfigMapGist>(
        &json!({"metadata": {"resourceVersion": "2"}})
    ));
    let mut map: PartialObjectMeta<ConfigMap> =
        object(&json!({"metadata": {"annotations": {"long": "text"}, "managedFields": [{"manager": "me"}]}}));
    ConfigMapGist::strip(&mut map);
    assert_eq!((map.labels().len(), map.annotations().len(), map.managed_fields().len()), (0, 0, 0));
}
