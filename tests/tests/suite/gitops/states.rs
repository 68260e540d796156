//! Plugins and PluginRuntimes in every state that they can be in, as the real
//! operator brings them there.

use davit_tests::cluster::World;
use serde_json::{Value, json};

const CODE: &str = "export default { routes: { fetch: () => new Response(\"here\") } };\n";
const BROKEN: &str = "version: [\n";
/// Takes longer to start than the test takes to look.
const SLOW: &str =
    "export default { routes: { fetch: () => new Response(\"late\") }, onInit: () => Bun.sleep(30_000) };\n";

/// Makes all of them in a world, and returns each with the name of its state.
pub(super) async fn all(world: &mut World) -> Vec<(&'static str, Value)> {
    world.apply_runtime("default", 2).await;
    of_plugins(world).await;
    of_runtimes(world).await;
    let mut states = Vec::new();
    for name in [
        "serving",
        "disabled",
        "suspended",
        "held",
        "paused",
        "stalled",
        "retried",
        "last-good",
        "orphan",
        "waits",
    ] {
        states.push((name, world.plugin(name).await));
    }
    for name in ["default", "empty", "foreign"] {
        states.push((name, world.runtime(name).await));
    }
    world.apply_config_map_plugin("starting", "", SLOW).await;
    states.push(("starting", world.plugin_is("starting", "Ready", "Unknown", "RolloutInProgress").await));
    // Nobody is there from now on.
    world.operator.stop().await;
    world.apply_from_config_map("fresh").await;
    world.patch("Plugin", "serving", json!({"spec": {"config": {"a": 1}}})).await;
    world.apply_runtime("nobody", 1).await;
    end(world, "disabled").await;
    for (state, kind, name) in [
        ("fresh", "Plugin", "fresh"),
        ("changed", "Plugin", "serving"),
        ("ending", "Plugin", "disabled"),
        ("nobody", "PluginRuntime", "nobody"),
    ] {
        states.push((state, world.object(kind, name).await.expect("it is there")));
    }
    world.patch("Plugin", "disabled", json!({"metadata": {"finalizers": null}})).await;
    states
}

async fn of_plugins(world: &World) {
    for name in ["serving", "suspended", "last-good", "disabled"] {
        world.apply_config_map_plugin(name, "", CODE).await;
        world.plugin_serves(name).await;
    }
    world.patch("Plugin", "suspended", json!({"spec": {"suspend": true}})).await;
    world.plugin_is("suspended", "Ready", "True", "Suspended").await;
    world.patch("Plugin", "disabled", json!({"spec": {"enabled": false}})).await;
    world.plugin_is("disabled", "Ready", "True", "Disabled").await;
    world.apply_config_map("last-good", BROKEN, CODE).await;
    world.plugin_is("last-good", "Ready", "False", "ManifestInvalid").await;
    world.apply_config_map("stalled", "", CODE).await;
    let source = json!({"configMap": {"name": "stalled"}});
    world.apply_plugin("stalled", &json!({"source": source, "base": "/api"})).await;
    world.plugin_is("stalled", "Stalled", "True", "BaseReserved").await;
    world.apply_from_config_map("retried").await;
    world.plugin_is("retried", "Ready", "False", "ConfigMapNotFound").await;
    world.apply_from_config_map("paused").await;
    world.plugin_is("paused", "Ready", "False", "ConfigMapNotFound").await;
    world.patch("Plugin", "paused", json!({"spec": {"suspend": true}})).await;
    world.plugin_is("paused", "Ready", "False", "Suspended").await;
    let source = json!({"configMap": {"name": "serving"}});
    world.apply_plugin("orphan", &json!({"source": source, "runtimeRef": {"name": "none"}})).await;
    world.plugin_is("orphan", "Ready", "False", "RuntimeNotFound").await;
    let source = json!({"configMap": {"name": "gone"}});
    world.apply_plugin("held", &json!({"source": source, "suspend": true})).await;
    world.plugin_is("held", "Ready", "Unknown", "Suspended").await;
    world.apply_config_map_plugin("waits", "dependencies: [gone]\n", CODE).await;
    world.plugin_is("waits", "Ready", "False", "DependencyMissing").await;
}

async fn of_runtimes(world: &World) {
    world.runtime_is("default", "Ready", "True").await;
    world.apply_runtime("empty", 0).await;
    world.runtime_is("empty", "Ready", "Unknown").await;
    let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "foreign"},
        "spec": {"ports": [{"port": 80}]}});
    world.apply_value(&service).await;
    world.apply_runtime("foreign", 1).await;
    world.runtime_is("foreign", "Stalled", "True").await;
}

/// Deletes a Plugin that somebody still holds.
async fn end(world: &World, name: &str) {
    world.patch("Plugin", name, json!({"metadata": {"finalizers": ["davit.test/held"]}})).await;
    world.delete("Plugin", name).await;
}
