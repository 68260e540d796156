//! The objects that the operator makes for a PluginRuntime stay as it made them.

use davit_tests::cluster::World;
use davit_tests::until;
use serde_json::{Value, json};

const CODE: &str = "export default { routes: { fetch: () => new Response(\"VERSION\") } };\n";

const CLAIMS: &str = "
apiVersion: davit.dev/v1alpha1
kind: PluginRuntime
metadata: {name: default}
spec:
  replicas: 2
  storage: {persistentVolumeClaim: {resources: {requests: {storage: 1Gi}}}}
";

async fn publish(world: &World, version: u32) {
    let manifest = format!("version: {version}.0.0\n");
    let code = CODE.replace("VERSION", &version.to_string());
    world.apply_config_map_plugin("app", &manifest, &code).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_with_a_claim_keeps_its_volume_over_the_end_of_its_pod() {
    let mut world = World::new().await;
    world.apply(CLAIMS).await;
    publish(&world, 1).await;
    world.replicas("default", 2).await;
    world.everywhere("default", "/app", "1").await;
    world.plugin_serves("app").await;
    assert!(world.object("Deployment", "default").await.is_none());
    assert!(world.object("PersistentVolumeClaim", "volume-default-0").await.is_some());

    // Only its volume can tell the new pod what to serve.
    world.operator.kill().await;
    let pods = world.kubelet.replicas("default");
    let old = pods.iter().find(|pod| pod.name() == "default-0").expect("the first replica");
    world.delete("Pod", old.name()).await;
    let is_new = |pod: &davit_tests::cluster::PlayedPod| pod.name() == old.name() && pod.uid() != old.uid();
    until("the new pod, which serves", async || {
        let pods = world.kubelet.replicas("default");
        let new = pods.iter().find(|pod| is_new(pod))?;
        let answer = world.get(new, "/app").await.ok()?;
        (answer.status == 200 && answer.body == "1").then_some(())
    })
    .await;
    world.operator.start_again().await;
    publish(&world, 2).await;
    world.everywhere("default", "/app", "2").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_control_secrets_are_made_anew_and_changes_go_on() {
    let mut world = World::new().await;
    world.apply_runtime("default", 2).await;
    publish(&world, 1).await;
    world.replicas("default", 2).await;
    world.plugin_serves("app").await;
    let lost = [
        &["default-control-tls"][..],
        &["default-control-ca"],
        &["default-control-ca", "default-control-tls"],
    ];
    for (version, lost) in (2..).zip(lost) {
        world.operator.stop().await;
        for name in lost {
            world.delete("Secret", name).await;
        }
        world.operator.start_again().await;
        publish(&world, version).await;
        world.everywhere("default", "/app", &version.to_string()).await;
        world.plugin_serves("app").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_changes_or_deletes_is_as_it_was_again() {
    let world = World::new().await;
    world.apply_runtime("default", 1).await;
    world.runtime_is("default", "Ready", "True").await;
    for (kind, name) in [
        ("Service", "default"),
        ("Service", "default-control"),
        ("PodDisruptionBudget", "default"),
        ("Deployment", "default"),
    ] {
        let before = world.object(kind, name).await.expect("the operator has made it");
        world.delete(kind, name).await;
        let anew = |object: &Value| object["metadata"]["uid"] != before["metadata"]["uid"];
        world.when(kind, name, "made anew", anew).await;
    }
    world
        .patch(
            "Service",
            "default",
            json!({"spec": {"ports": [{"port": 80, "name": "http", "targetPort": 1}]}}),
        )
        .await;
    let right = |service: &Value| service["spec"]["ports"][0]["targetPort"] == "http";
    world.when("Service", "default", "its target port again", right).await;
    world.patch("Deployment", "default", json!({"spec": {"replicas": 0}})).await;
    world.when("Deployment", "default", "one replica again", |it| it["spec"]["replicas"] == 1).await;
    world.runtime_is("default", "Ready", "True").await;
}
