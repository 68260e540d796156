//! What a PluginRuntime says.

use davit_crds::condition::RUNTIME_TABLE;
use davit_crds::{ConditionType, PluginRuntime, PluginRuntimeStatus};
use davit_plugin::Digest;
use davit_plugin::control::Fence;
use davit_plugin::reason::{Problem, Reason};
use serde_json::json;

use super::super::{RuntimeFate, of_runtime};
use super::world::at;
use crate::trouble::Trouble;

fn runtime(status: Option<PluginRuntimeStatus>) -> PluginRuntime {
    let runtime = json!({
        "apiVersion": "davit.dev/v1alpha1", "kind": "PluginRuntime", "spec": {"replicas": 2},
        "metadata": {"name": "default", "namespace": "apps", "uid": "u", "generation": 4},
    });
    PluginRuntime { status, ..serde_json::from_value(runtime).unwrap() }
}

fn serving() -> RuntimeFate {
    RuntimeFate {
        plan: Some(Digest::of(b"plan")),
        fence: Some(Fence { epoch: 3, sequence: 7 }),
        replicas: 2,
        ready: 2,
        plugins: 0,
        selector: "davit.dev/runtime=default".into(),
        hindrance: None,
        keys: None,
        trouble: None,
    }
}

/// Also that the table has all of it.
fn read(status: &PluginRuntimeStatus) -> String {
    for condition in &status.conditions {
        let mut all = RUNTIME_TABLE.iter().flat_map(|(_, rows)| rows.iter());
        assert!(all.any(|row| row.reason.to_string() == condition.reason), "{condition:?}");
    }
    let one = |it: &davit_crds::Condition| format!("{}={} {}", it.type_, it.status, it.reason);
    status.conditions.iter().map(one).collect::<Vec<_>>().join(", ")
}

#[test]
fn no_plugins_at_all_are_a_plan_that_serves() {
    let status = of_runtime(&runtime(None), &serving(), at(1));
    assert_eq!(read(&status), "Ready=True Serving, PlanCommitted=True Programmed");
    assert_eq!((status.observed_generation, status.replicas, status.ready, status.plugins), (4, 2, 2, 0));
    assert_eq!(status.fence.map(|fence| (fence.epoch, fence.sequence)), Some((3, 7)));
    assert_eq!(status.selector.as_deref(), Some("davit.dev/runtime=default"));
    assert!(status.conditions.iter().all(|condition| condition.observed_generation == Some(4)));
}

#[test]
fn before_the_first_plan_it_is_on_its_way() {
    let fate = RuntimeFate { plan: None, fence: None, ready: 0, ..serving() };
    let status = of_runtime(&runtime(None), &fate, at(1));
    let expected = "Ready=Unknown RolloutInProgress, Reconciling=True RolloutInProgress, \
                    PlanCommitted=Unknown RolloutInProgress";
    assert_eq!(read(&status), expected);
}

#[test]
fn replicas_that_do_not_serve_the_plan_or_do_not_exist_lower_ready() {
    for (replicas, ready) in [(2, 1), (3, 2), (1, 1), (0, 0)] {
        let status = of_runtime(&runtime(None), &RuntimeFate { replicas, ready, ..serving() }, at(1));
        let expected =
            "Ready=False ReplicasLagging, Reconciling=True ReplicasLagging, PlanCommitted=True Programmed";
        assert_eq!(read(&status), expected);
    }
}

#[test]
fn what_hinders_a_pod_is_in_the_message_of_ready() {
    let hindrance = Some("default-1: ErrImagePull: no such host".to_owned());
    for plan in [None, serving().plan] {
        let fate = RuntimeFate { plan, ready: 1, hindrance: hindrance.clone(), ..serving() };
        let status = of_runtime(&runtime(None), &fate, at(1));
        assert!(status.conditions[0].message.ends_with("default-1: ErrImagePull: no such host"));
    }
}

#[test]
fn a_secret_without_its_key_lowers_ready_and_says_which() {
    let keys = Some(Problem::new(Reason::SecretNotFound, "the Secret ops: it is not there"));
    let status = of_runtime(&runtime(None), &RuntimeFate { keys, ..serving() }, at(1));
    let expected =
        "Ready=False SecretNotFound, Reconciling=True SecretNotFound, PlanCommitted=True Programmed";
    assert_eq!(read(&status), expected);
    let message = &status.conditions[0].message;
    assert!(message.contains("the Secret ops") && message.contains("serves on 2 of 2 replicas"), "{message}");
}

#[test]
fn trouble_with_its_own_objects_leaves_the_rest_as_it_was() {
    let before = of_runtime(&runtime(None), &serving(), at(1));
    let (stage, reason) = (ConditionType::Ready, Reason::NameTaken);
    for (trouble, kind) in [
        (Trouble::stall(stage, reason, "why"), "Stalled"),
        (Trouble::retry(stage, reason, "why"), "Reconciling"),
    ] {
        let runtime = runtime(Some(before.clone()));
        let status = of_runtime(&runtime, &RuntimeFate::troubled(&runtime, trouble), at(2));
        assert_eq!(
            read(&status),
            format!("Ready=False {reason}, {kind}=True {reason}, PlanCommitted=True Programmed")
        );
        assert_eq!(PluginRuntimeStatus { conditions: before.conditions.clone(), ..status }, before);
    }
}

#[test]
fn a_fence_never_goes_back() {
    let before = of_runtime(&runtime(None), &serving(), at(1));
    for (fence, latest) in [
        (None, (3, 7)),
        (Some(Fence { epoch: 2, sequence: 99 }), (3, 7)),
        (Some(Fence { epoch: 3, sequence: 8 }), (3, 8)),
        (Some(Fence { epoch: 4, sequence: 1 }), (4, 1)),
    ] {
        let status = of_runtime(&runtime(Some(before.clone())), &RuntimeFate { fence, ..serving() }, at(2));
        assert_eq!(status.fence.map(|fence| (fence.epoch, fence.sequence)), Some(latest));
    }
}

#[test]
fn the_same_again_is_the_same_status() {
    let before = of_runtime(&runtime(None), &serving(), at(1));
    assert_eq!(of_runtime(&runtime(Some(before.clone())), &serving(), at(9)), before);
}
