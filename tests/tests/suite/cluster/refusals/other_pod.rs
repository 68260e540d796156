//! Addresses are given to other pods in time: who answers is looked at.

use davit_tests::cluster::{PlayedPod, World};
use davit_tests::until;
use serde_json::json;

use super::serving;

/// Lets the API server give an address as that of a pod.
async fn moved(world: &World, pod: &PlayedPod, to: &PlayedPod) {
    let status = json!({"podIP": to.address(), "podIPs": [{"ip": to.address()}]});
    world.patch_status("Pod", pod.name(), status).await;
}

async fn body(world: &World, pod: &PlayedPod) -> String {
    let answer = world.get(pod, "/app").await.expect("the replica answers");
    String::from_utf8(answer.body.to_vec()).expect("text")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_pod_answers_does_not_count_as_the_answer_of_the_one_that_was_asked() {
    let world = serving(2).await;
    let pods = world.replicas("default", 2).await;
    let (away, there) = (&pods[0], &pods[1]);
    moved(&world, away, there).await;
    let code = super::CODE.replace("here", "changed");
    world.apply_config_map("app", "version: 2.0.0\n", &code).await;
    until("the change on the one replica", async || (body(&world, there).await == "changed").then_some(()))
        .await;
    let runtime = world
        .when("PluginRuntime", "default", "one replica of two that serves", |runtime| {
            runtime["status"]["replicas"] == 2 && runtime["status"]["ready"] == 1
        })
        .await;
    assert_eq!(body(&world, away).await, "here", "{runtime:#}");
    let before = world.state(there).await;
    assert_ne!(world.state(away).await.committed, before.committed);

    moved(&world, away, away).await;
    world.everywhere("default", "/app", "changed").await;
    world.plugin_serves("app").await;
    assert_eq!(
        world.state(away).await.committed.map(|agreed| agreed.plan),
        before.committed.map(|agreed| agreed.plan)
    );
}
