//! What a Plugin grants of the environment, and who may share it.

use davit_tests::cluster::World;
use davit_tests::cluster::world::condition;
use davit_tests::until;
use serde_json::{Value, json};

/// Tells all of its environment and its configuration.
const TELL: &str = r"
export default (config: any) => ({
  routes: { fetch: () => Response.json({ bun: Bun.env, process: process.env, config }) },
});
";
/// What the package asks for, of which the resource grants a part.
const ASKS: &str = "\
config:
  port: {type: number, env: HTTP_PORT, default: 1}
  level: {type: enum, options: [info, debug], env: LOG_LEVEL}
davit: {permissions: {env: [LOG_LEVEL, API_TOKEN], authenticate: true}}
";

/// A world with one replica whose own environment has some variables.
async fn world() -> World {
    let world = World::new().await;
    let env = json!([{"name": "LOG_LEVEL", "value": "debug"}, {"name": "API_TOKEN", "value": "hunter2"}]);
    let runtime = json!({"apiVersion": "davit.dev/v1alpha1", "kind": "PluginRuntime",
        "metadata": {"name": "default"}, "spec": {"replicas": 1, "podTemplate": {"env": env}}});
    world.apply_value(&runtime).await;
    world
}

async fn apply(world: &World, name: &str, more: &str, grants: Value) {
    world.apply_config_map(name, more, TELL).await;
    let mut spec = json!({"source": {"configMap": {"name": name}}});
    spec.as_object_mut().expect("an object").extend(grants.as_object().expect("an object").clone());
    world.apply_plugin(name, &spec).await;
}

/// Waits until what a plugin tells fits.
async fn told(world: &World, path: &str, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
    let pod = world.replicas("default", 1).await.remove(0);
    until(what, async || {
        let answer = world.get(&pod, path).await.ok()?;
        let told = serde_json::from_slice::<Value>(&answer.body).ok()?;
        fits(&told).then_some(told)
    })
    .await
}

/// The names of all variables but the one by which Bun tells Bun processes that a
/// plugin starts to end with it.
fn names(env: &Value) -> Vec<&str> {
    let names = env.as_object().expect("a mapping").keys().map(String::as_str);
    names.filter(|name| *name != "BUN_FEATURE_FLAG_NO_ORPHANS").collect()
}

fn message(plugin: &Value, name: &str) -> String {
    condition(plugin, name).expect("the condition is there")["message"].to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_sees_what_its_resource_grants_and_nothing_of_the_runtimes() {
    let world = world().await;
    let env = |port: &str| json!([{"name": "HTTP_PORT", "value": port}, {"name": "GREETING", "value": "hi"}]);
    let permissions = json!({"env": ["LOG_LEVEL", "NOT_SET"]});
    apply(&world, "app", ASKS, json!({"env": env("8080"), "permissions": permissions})).await;
    let plugin = world.plugin_serves("app").await;
    assert_eq!(plugin["status"]["notGranted"], json!(["env API_TOKEN", "authenticate"]));
    let seen = told(&world, "/app", "an answer", |_| true).await;
    assert_eq!(names(&seen["bun"]), ["DAVIT_DATA_DIR", "GREETING", "HTTP_PORT", "LOG_LEVEL"]);
    assert_eq!(seen["bun"], seen["process"]);
    assert_eq!((&seen["config"]["port"], &seen["config"]["level"]), (&json!(8080), &json!("debug")));
    let key = world.key("default").await;
    assert!(!seen.to_string().contains(&key) && !seen.to_string().contains("hunter2"), "{seen}");

    // A new value replaces the worker, and a grant that is taken back is gone.
    world.patch("Plugin", "app", json!({"spec": {"env": env("9090"), "permissions": null}})).await;
    let seen = told(&world, "/app", "the new value", |told| told["config"]["port"] == 9090).await;
    assert_eq!(names(&seen["bun"]), ["DAVIT_DATA_DIR", "GREETING", "HTTP_PORT"]);
    assert_eq!(seen["config"]["level"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_runtimes_own_variables_are_refused_by_the_api_server_and_in_a_schema() {
    let world = world().await;
    let plugin = |grants: Value| {
        let mut plugin = json!({"apiVersion": "davit.dev/v1alpha1", "kind": "Plugin", "metadata": {"name": "app"},
            "spec": {"source": {"configMap": {"name": "app"}}}});
        plugin["spec"]
            .as_object_mut()
            .expect("an object")
            .extend(grants.as_object().expect("an object").clone());
        plugin
    };
    for grants in [
        json!({"permissions": {"env": ["RUNTIME_ROOT_KEY"]}}),
        json!({"permissions": {"env": ["RUNTIME_ROOT_KEY_FILE"]}}),
        json!({"env": [{"name": "DAVIT_BUN", "value": "/bin/sh"}]}),
    ] {
        let refusal = world.try_apply(&plugin(grants)).await.expect_err("a grant of the runtime's own");
        assert!(refusal.to_string().contains("are the runtime's own"), "{refusal}");
    }
    apply(&world, "app", "config: {key: {type: password, env: RUNTIME_ROOT_KEY_FILE}}\n", json!({})).await;
    let plugin = world.plugin_is("app", "Verified", "False", "ManifestInvalid").await;
    assert!(message(&plugin, "Verified").contains("is the runtime's own"), "{plugin:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_does_not_fit_is_told_by_its_name_and_another_one_cures_it() {
    let world = world().await;
    let env = |value: &str| json!({"env": [{"name": "HTTP_PORT", "value": value}]});
    apply(&world, "app", ASKS, env("secret-port")).await;
    let plugin = world.plugin_is("app", "Ready", "False", "ConfigInvalid").await;
    let says = message(&plugin, "Ready");
    assert!(says.contains("`port` of the variable HTTP_PORT") && !says.contains("secret-port"), "{says}");
    world.patch("Plugin", "app", json!({"spec": env("80")})).await;
    world.plugin_serves("app").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_a_manifest_links_shares_no_environment_until_the_resource_says_so() {
    let world = world().await;
    let key = json!({"env": [{"name": "KEY", "value": "first-value"}]});
    apply(&world, "pay", "", key).await;
    world.plugin_serves("pay").await;
    apply(&world, "shop", "dependencies: [pay]\n", json!({})).await;
    let plugin = world.plugin_is("shop", "DependenciesReady", "False", "GroupNeedsConsent").await;
    let says = message(&plugin, "DependenciesReady");
    assert!(says.contains("shop would gain env KEY") && says.contains("spec.dependencies"), "{says}");
    world.plugin_serves("pay").await;

    let consent = json!({"dependencies": [{"name": "pay"}]});
    world.patch("Plugin", "shop", json!({"spec": consent.clone()})).await;
    world.plugin_serves("shop").await;
    let seen = told(&world, "/shop", "the shared variable", |told| told["bun"]["KEY"] == "first-value").await;
    assert_eq!(names(&seen["bun"]), ["DAVIT_DATA_DIR", "KEY"]);
    until("the event of the merge", async || {
        let events = world.objects("Event").await;
        let merged = |event: &Value| event["reason"] == "GroupMerged" && event["regarding"]["name"] == "pay";
        events.iter().any(merged).then_some(())
    })
    .await;

    // The later one of two who want different values fails; the others go on.
    let mut other = consent;
    other["env"] = json!([{"name": "KEY", "value": "second-value"}]);
    apply(&world, "late", "", other).await;
    let plugin = world.plugin_is("late", "DependenciesReady", "False", "EnvConflict").await;
    let says = message(&plugin, "DependenciesReady");
    assert!(says.contains("pay") && says.contains("variable KEY"), "{says}");
    assert!(!says.contains("-value"), "{says}");
    world.plugin_serves("pay").await;
    world.plugin_serves("shop").await;
}
