//! No Plugin gets at the Secrets of a PluginRuntime.

use davit_tests::cluster::World;
use davit_tests::cluster::world::condition;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_cannot_name_a_secret_of_a_runtime_as_its_credentials() {
    let world = World::new().await;
    world.apply_runtime("default", 1).await;
    world.replicas("default", 1).await;
    let pushed = world.push("app", "1", "version: 1.0.0\n", super::CODE).await;
    for secret in ["default-control-ca", "default-control-tls", "default-admin-key"] {
        let oci = json!({"reference": pushed.reference, "insecure": true, "pullSecrets": [{"name": secret}]});
        world.apply_plugin("app", &json!({"source": {"oci": oci}})).await;
        let plugin = world.plugin_is("app", "SourceResolved", "False", "SecretNotFound").await;
        let resolved = condition(&plugin, "SourceResolved").expect("the condition");
        let message = resolved["message"].as_str().expect("a message");
        assert!(message.contains(secret) && message.contains("PluginRuntime"), "{message}");
    }
    world.apply_oci("app", &pushed.reference).await;
    world.plugin_serves("app").await;
}
