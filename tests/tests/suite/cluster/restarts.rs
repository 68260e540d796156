//! What has served goes on serving, whoever is away.

use davit_tests::cluster::World;
use davit_tests::until;
use serde_json::json;

const CODE: &str = "export default { routes: { fetch: () => new Response(\"here\") } };\n";

/// A world in which `app` from the registry and `note` from a ConfigMap serve on
/// two replicas.
async fn serving() -> World {
    let world = World::new().await;
    world.apply_runtime("default", 2).await;
    let pushed = world.push("app", "1", "version: 1.0.0\n", CODE).await;
    world.apply_oci("app", &pushed.reference).await;
    world.apply_config_map_plugin("note", "", CODE).await;
    world.replicas("default", 2).await;
    world.plugin_serves("app").await;
    world.plugin_serves("note").await;
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_that_restarts_serves_its_plan_without_the_operator() {
    let mut world = serving().await;
    world.operator.kill().await;
    let pod = world.kubelet.replicas("default")[0].clone();
    let before = pod.starts();
    pod.kill();
    until("the replica's second start", async || (pod.starts() > before).then_some(())).await;
    world.everywhere("default", "/app", "here").await;
    world.everywhere("default", "/note", "here").await;
    // Nobody confirms its plan, so it is ready only after its grace.
    world.replicas("default", 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_empty_replica_waits_unready_and_is_filled_once_the_operator_is_back() {
    let mut world = serving().await;
    world.operator.kill().await;
    let before = world.kubelet.replicas("default");
    let gone = before[0].clone();
    world.delete("Pod", gone.name()).await;
    world.is_gone("Pod", gone.name()).await;
    let fresh = until("the new replica's port", async || {
        let pods = world.kubelet.replicas("default");
        let fresh = pods.iter().find(|pod| before.iter().all(|old| old.uid() != pod.uid()))?;
        let answer = world.get(fresh, "/_/api/health/ready").await.ok()?;
        (answer.status == 503).then(|| fresh.clone())
    })
    .await;
    assert!(!world.is_ready(&fresh).await);
    world.operator.start_again().await;
    world.replicas("default", 2).await;
    world.everywhere("default", "/app", "here").await;
    world.everywhere("default", "/note", "here").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_leaves_the_plan_when_operator_and_registry_have_lost_all_and_replicas_fill_each_other() {
    let mut world = serving().await;
    let plan = world.runtime("default").await["status"]["plan"].clone();
    world.operator.kill().await;
    world.operator.forget();
    world.registry.restart_empty().await;
    world.operator.start_again().await;
    let app = world.plugin_is("app", "SourceResolved", "False", "TagNotFound").await;
    assert_eq!(app["status"]["serving"]["version"], "1.0.0", "{app:#}");
    world.plugin_serves("note").await;
    assert_eq!(world.runtime("default").await["status"]["plan"], plan);
    world.everywhere("default", "/app", "here").await;

    world.registry.stop();
    world.patch("PluginRuntime", "default", json!({"spec": {"replicas": 3}})).await;
    world.replicas("default", 3).await;
    world.everywhere("default", "/app", "here").await;
    world.everywhere("default", "/note", "here").await;
    assert_eq!(world.runtime("default").await["status"]["plan"], plan);
}
