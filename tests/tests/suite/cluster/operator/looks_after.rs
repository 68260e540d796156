//! What an operator looks after, and what it leaves alone.

use davit_tests::cluster::{Operator, World};
use serde_json::{Value, json};

const CODE: &str = "export default { routes: { fetch: () => new Response(\"here\") } };\n";

async fn apply_runtime_of(world: &World, name: &str, class: &str) {
    let spec = json!({"operatorClass": class, "replicas": 1});
    let runtime = json!({
        "apiVersion": "davit.dev/v1alpha1", "kind": "PluginRuntime", "metadata": {"name": name}, "spec": spec,
    });
    world.apply_value(&runtime).await;
}

async fn apply_plugin_on(world: &World, name: &str, runtime: &str) {
    world.apply_config_map(name, "", CODE).await;
    let spec = json!({"runtimeRef": {"name": runtime}, "source": {"configMap": {"name": name}}});
    world.apply_plugin(name, &spec).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_operator_serves_its_class_and_leaves_others_alone() {
    let world = World::new().await;
    apply_runtime_of(&world, "blue", "blue").await;
    apply_plugin_on(&world, "theirs", "blue").await;
    apply_runtime_of(&world, "default", "davit").await;
    apply_plugin_on(&world, "ours", "default").await;
    world.plugin_serves("ours").await;
    let untouched = json!({"observedGeneration": -1});
    assert_eq!(world.runtime("blue").await["status"], untouched);
    assert_eq!(world.plugin("theirs").await["status"], untouched);
    assert_eq!(world.object("Deployment", "blue").await, None);

    let mut blue = Operator::new(&world.namespace);
    blue.env("DAVIT_OPERATOR_CLASS", "blue");
    blue.start_again().await;
    world.plugin_serves("theirs").await;
    world.everywhere("blue", "/theirs", "here").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_operator_serves_several_namespaces() {
    let (one, two) = (World::without_operator().await, World::without_operator().await);
    let _operator = Operator::start(&format!("{},{}", one.namespace, two.namespace)).await;
    for world in [&one, &two] {
        apply_runtime_of(world, "default", "davit").await;
        apply_plugin_on(world, "app", "default").await;
    }
    for world in [&one, &two] {
        world.plugin_serves("app").await;
        world.everywhere("default", "/app", "here").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_that_a_stranger_writes_is_put_right_by_the_next_pass() {
    let world = World::new().await;
    apply_runtime_of(&world, "default", "davit").await;
    apply_plugin_on(&world, "app", "default").await;
    world.plugin_serves("app").await;
    world.patch_status("Plugin", "app", json!({"loaded": "9/9", "base": "/elsewhere"})).await;
    let right = |plugin: &Value| plugin["status"]["loaded"] == "1/1" && plugin["status"]["base"] == "/app";
    world.when("Plugin", "app", "its own status again", right).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_says_when_its_runtime_goes() {
    let world = World::new().await;
    apply_runtime_of(&world, "default", "davit").await;
    apply_plugin_on(&world, "app", "default").await;
    world.plugin_serves("app").await;
    world.delete("PluginRuntime", "default").await;
    world.plugin_is("app", "Ready", "False", "RuntimeNotFound").await;
}
