//! Packages from a real registry.

use davit_tests::Plugins;
use davit_tests::cluster::Registry;
use davit_tests::cluster::registry::docker_config;
use serde_json::{Value, json};

use super::{CODE, Scene, answers, is, plugin};

async fn pushed(registry: &Registry) -> String {
    let plugins = Plugins::new();
    let folder = plugins.plugin("shop", "publicRoutes: [/own]\ngreeting: pulled\n", CODE);
    registry.push(&folder, "acme/shop:1").await.reference
}

fn from(reference: &str, more: &Value) -> Value {
    let mut oci = json!({"reference": reference, "insecure": true});
    oci.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    plugin("shop", json!({"source": {"oci": oci}}))
}

#[tokio::test]
async fn a_plugin_from_a_registry_serves_and_opens_nothing_by_itself() {
    let (scene, registry) = (Scene::new(), Registry::start().await);
    let reference = pushed(&registry).await;
    scene.save(&[from(&reference, &json!({}))]);
    let server = scene.start_alone().await;
    answers(&server, "/shop", "pulled").await;
    is(&server, "/shop/own", 401).await;
}

#[tokio::test]
async fn a_registry_that_is_down_is_told_and_asked_again() {
    let (scene, mut registry) = (Scene::new(), Registry::start().await);
    let reference = pushed(&registry).await;
    registry.stop();
    scene.save(&[from(&reference, &json!({}))]);
    let server = scene.start_alone().await;
    let line = server.logs().line("[RegistryUnreachable]").await;
    assert!(line.contains("✗ shop  cannot reach "), "{line}");
    registry.start_again().await;
    answers(&server, "/shop", "pulled").await;
}

#[tokio::test]
async fn its_pull_secrets_are_shown_to_the_registry() {
    let (scene, registry) = (Scene::new(), Registry::start_with_password().await);
    let reference = pushed(&registry).await;
    let declared = from(&reference, &json!({"pullSecrets": [{"name": "regcred"}]}));
    let secret = |config: &str| {
        json!({
            "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "regcred"},
            "type": "kubernetes.io/dockerconfigjson", "stringData": {".dockerconfigjson": config},
        })
    };
    scene.save(&[from(&reference, &json!({}))]);
    let server = scene.start_alone().await;
    server.logs().line("[RegistryDenied]").await;
    scene.save(std::slice::from_ref(&declared));
    server.logs().line("✗ shop  there is no Secret regcred").await;
    let wrong = docker_config(&registry.host(), "not-the-password");
    scene.save(&[declared.clone(), secret(&wrong)]);
    server.logs().line("[RegistryDenied]").await;
    scene.save(&[declared, secret(&registry.docker_config())]);
    answers(&server, "/shop", "pulled").await;
    assert!(!server.logs().text().contains("not-the-password"));
}

#[tokio::test]
async fn a_tag_that_is_missing_is_told_and_serves_once_it_is_pushed() {
    let (scene, registry) = (Scene::new(), Registry::start().await);
    scene.save(&[from(&registry.reference("acme/shop:1"), &json!({}))]);
    let server = scene.start_alone().await;
    server.logs().line("[TagNotFound]").await;
    pushed(&registry).await;
    answers(&server, "/shop", "pulled").await;
}
