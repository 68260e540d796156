//! Objects whose names a PluginRuntime needs, but that are somebody else's.

use std::time::Duration;

use davit_tests::cluster::World;
use davit_tests::cluster::world::{condition, reason};
use serde_json::{Value, json};

/// A failed pass is tried again after at most 30 s.
const PATIENCE: Duration = Duration::from_mins(1);

/// Somebody's own objects, by the PluginRuntime whose name each takes.
const TAKEN: [(&str, &str, &str); 6] = [
    (
        "authority",
        "Secret",
        "{apiVersion: v1, kind: Secret, metadata: {name: authority-control-ca}, stringData: {a: b}}",
    ),
    (
        "pair",
        "Secret",
        "{apiVersion: v1, kind: Secret, metadata: {name: pair-control-tls}, stringData: {a: b}}",
    ),
    (
        "key",
        "Secret",
        "{apiVersion: v1, kind: Secret, metadata: {name: key-admin-key}, stringData: {key: mine}}",
    ),
    (
        "public",
        "Service",
        "{apiVersion: v1, kind: Service, metadata: {name: public}, spec: {ports: [{port: 80}], selector: {a: b}}}",
    ),
    (
        "budget",
        "PodDisruptionBudget",
        "{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: budget}, \
          spec: {minAvailable: 1, selector: {matchLabels: {a: b}}}}",
    ),
    (
        "workload",
        "Deployment",
        "{apiVersion: apps/v1, kind: Deployment, metadata: {name: workload}, spec: {replicas: 0, \
          selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, \
          spec: {containers: [{name: a, image: a}]}}}}",
    ),
];

/// What somebody wrote, without what controllers write.
fn written(object: &Value) -> Value {
    let metadata = &object["metadata"];
    json!([
        metadata["uid"],
        metadata["generation"],
        metadata["labels"],
        metadata["ownerReferences"],
        object["spec"],
        object["data"]
    ])
}

fn name_of(document: &str) -> String {
    davit_tests::cluster::yaml::documents(document)[0]["metadata"]["name"]
        .as_str()
        .expect("a name")
        .to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_of_somebody_else_is_named_and_not_touched() {
    let world = World::new().await;
    let mut before = Vec::new();
    for (runtime, kind, document) in TAKEN {
        world.apply(document).await;
        before.push(world.object(kind, &name_of(document)).await.expect("it was applied"));
        world.apply_runtime(runtime, 1).await;
    }
    for ((runtime, kind, document), before) in TAKEN.into_iter().zip(&before) {
        let name = name_of(document);
        let stalled = |object: &Value| reason(object, "Stalled") == ("True", "NameTaken");
        let object = world.when("PluginRuntime", runtime, "Stalled by NameTaken", stalled).await;
        assert_eq!(reason(&object, "Ready"), ("False", "NameTaken"), "{object:#}");
        let message = &condition(&object, "Stalled").expect("the condition")["message"];
        assert!(message.as_str().is_some_and(|it| it.contains(&format!("{kind} {name} "))), "{message}");
        let after = world.object(kind, &name).await.expect("it is still there");
        assert_eq!(written(&after), written(before), "{kind} {name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_runtime_goes_on_once_the_name_is_free() {
    let world = World::new().await;
    let (runtime, kind, document) = TAKEN[3];
    world.apply(document).await;
    world.apply_runtime(runtime, 1).await;
    let stalled = |object: &Value| reason(object, "Stalled").0 == "True";
    world.when("PluginRuntime", runtime, "Stalled", stalled).await;
    world.delete(kind, &name_of(document)).await;
    let ready =
        |object: &Value| reason(object, "Ready").0 == "True" && condition(object, "Stalled").is_none();
    world.when_within(PATIENCE, "PluginRuntime", runtime, "Ready", ready).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_key_that_the_resource_names_must_be_there() {
    let world = World::new().await;
    let spec = json!({"replicas": 1, "adminKeySecret": "mine"});
    let kind = json!({"apiVersion": "davit.dev/v1alpha1", "kind": "PluginRuntime"});
    let mut runtime = kind;
    (runtime["metadata"], runtime["spec"]) = (json!({"name": "default"}), spec);
    world.apply_value(&runtime).await;
    let lacks = |object: &Value| reason(object, "Ready") == ("False", "SecretNotFound");
    let object = world.when("PluginRuntime", "default", "no admin key", lacks).await;
    let message = &condition(&object, "Ready").expect("the condition")["message"];
    assert!(message.as_str().is_some_and(|it| it.contains("mine")), "{message}");
    world.apply("{apiVersion: v1, kind: Secret, metadata: {name: mine}, stringData: {key: a-key-of-my-own-0123456789}}").await;
    let ready = |object: &Value| reason(object, "Ready").0 == "True";
    world.when_within(PATIENCE, "PluginRuntime", "default", "Ready", ready).await;
    assert!(world.object("Secret", "default-admin-key").await.is_none());
}
