//! `davit push` and `davit pack --configmap`: what they make is served.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use davit_tests::client::client;
use davit_tests::cluster::registry::{Fault, Faults, PASSWORD, USER, docker_config};
use davit_tests::cluster::{Registry, World};
use davit_tests::process::Program;
use davit_tests::{Folder, Plugins, programs};
use serde_json::{Value, json};
use tempfile::TempDir;

const CODE: &str = "export default { routes: { fetch: () => new Response(\"pushed\") } };\n";
const PACKAGE: &str = r#"{"description": "Says it", "license": "MIT", "repository": "acme/shop"}"#;

fn shop(plugins: &Plugins) -> Folder {
    plugins.plugin("shop", "version: 1.2.0\n", CODE).file("package.json", PACKAGE)
}

/// Runs `davit` with nothing in its environment but this: its exit code, and what
/// it printed.
async fn davit(arguments: &[&str], environment: &[(&str, &str)]) -> (Option<i32>, String) {
    let home = tempfile::tempdir().unwrap();
    let mut program = Program::new(&programs::davit()).quiet();
    let command = program.command().args(arguments).env_clear().current_dir(home.path());
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("HOME", home.path());
    command.envs(environment.iter().copied());
    let mut process = program.start();
    let status = process.ended().await;
    (status.code(), process.logs().text())
}

/// Pushes a folder as `reference` and returns the reference by digest that was printed.
async fn pushed(folder: &Folder, reference: &str, environment: &[(&str, &str)]) -> String {
    let (code, text) = davit(&["push", reference, folder.path().to_str().unwrap()], environment).await;
    assert_eq!(code, Some(0), "{text}");
    text.lines().find(|line| line.contains("@sha256:")).expect("a reference by digest").to_owned()
}

/// A Docker configuration in a folder of its own.
fn docker(config: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("config.json"), config).unwrap();
    folder
}

async fn serves(world: &World, oci: Value) {
    world.apply_runtime("default", 2).await;
    world.apply_plugin("shop", &json!({"source": {"oci": oci}})).await;
    world.plugin_serves("shop").await;
    world.everywhere("default", "/shop", "pushed").await;
}

#[tokio::test]
async fn what_was_pushed_is_served() {
    let world = World::new().await;
    let reference = pushed(&shop(&world.plugins), &world.registry.reference("acme/shop:1.2.0"), &[]).await;
    serves(&world, json!({"reference": reference, "insecure": true})).await;
}

#[tokio::test]
async fn what_was_pushed_with_dockers_password_is_served_with_a_pull_secret() {
    let world = World::new().await;
    let registry = Registry::start_with_password().await;
    let docker = docker(&registry.docker_config());
    let environment = [("DOCKER_CONFIG", docker.path().to_str().unwrap())];
    let reference = pushed(&shop(&world.plugins), &registry.reference("acme/shop"), &environment).await;
    let secret = json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "regcred"},
        "type": "kubernetes.io/dockerconfigjson",
        "stringData": {".dockerconfigjson": registry.docker_config()},
    });
    world.apply_value(&secret).await;
    let oci = json!({"reference": reference, "insecure": true, "pullSecrets": [{"name": "regcred"}]});
    serves(&world, oci).await;
}

#[tokio::test]
async fn a_config_map_as_it_is_printed_is_served() {
    let world = World::new().await;
    let folder = world
        .plugins
        .folder("shop")
        .manifest("name: '@acme/shop'\nbase: /shop\npluginEntry: dist/plugin.js\n")
        .file("dist/plugin.js", "import text from './text.js';\nexport default { routes: { fetch: () => new Response(text) } };\n")
        .file("dist/text.js", "export default 'pushed';\n");
    fs::write(folder.path().join("logo.png"), b"\x89PNG\r\n\0").unwrap();
    let (code, text) = davit(&["pack", "--configmap", folder.path().to_str().unwrap()], &[]).await;
    assert_eq!(code, Some(0), "{text}");
    world.apply_runtime("default", 2).await;
    world.apply(&text).await;
    world.plugin_serves("acme-shop").await;
    world.everywhere("default", "/shop", "pushed").await;
}

#[tokio::test]
async fn the_artifact_is_as_the_interfaces_say() {
    let (registry, plugins) = (Registry::start().await, Plugins::new());
    let epoch = [("SOURCE_DATE_EPOCH", "86400")];
    let reference = pushed(&shop(&plugins), &registry.reference("acme/shop"), &epoch).await;
    let get = async |path: &str| {
        let url = format!("http://{}/v2/acme/shop/{path}", registry.host());
        let accept = "application/vnd.oci.image.manifest.v1+json";
        client().get(url).header("accept", accept).send().await.unwrap()
    };
    // Where no tag is named, the version is the tag.
    let answer = get("manifests/1.2.0").await;
    let digest = answer.headers()["docker-content-digest"].to_str().unwrap().to_owned();
    assert_eq!(reference, registry.reference(&format!("acme/shop@{digest}")));
    let manifest: Value = answer.json().await.unwrap();
    assert_eq!(manifest["artifactType"], "application/vnd.davit.plugin.v1");
    assert_eq!(manifest["config"]["mediaType"], "application/vnd.davit.plugin.manifest.v1+json");
    assert_eq!(manifest["layers"].as_array().unwrap().len(), 1);
    assert_eq!(manifest["layers"][0]["mediaType"], "application/vnd.davit.plugin.package.v1.tar+gzip");
    let of = |key: &str| manifest["annotations"][format!("org.opencontainers.image.{key}")].as_str().unwrap();
    let keys = ["title", "version", "description", "licenses", "source", "created"];
    let expected =
        ["shop", "1.2.0", "Says it", "MIT", "https://github.com/acme/shop", "1970-01-02T00:00:00Z"];
    assert_eq!(keys.map(of), expected);
    let config = get(&format!("blobs/{}", manifest["config"]["digest"].as_str().unwrap())).await;
    let config: Value = config.json().await.unwrap();
    assert_eq!(config, json!({"name": "shop", "base": "/shop", "version": "1.2.0"}));
}

#[tokio::test]
async fn the_same_folder_has_the_same_digest_and_is_not_sent_again() {
    let (registry, plugins) = (Registry::start().await, Plugins::new());
    let faults = Faults::before(&registry).await;
    let folder = shop(&plugins);
    let first = pushed(&folder, &registry.reference("acme/shop:1"), &[]).await;
    // The proxy forwards only what reads: a push that sends anything fails there.
    let again = pushed(&folder, &faults.reference("acme/shop:1"), &[]).await;
    let digest = |reference: &str| reference.split_once('@').unwrap().1.to_owned();
    assert_eq!(digest(&first), digest(&again));
    let sent: Vec<String> = faults.requests();
    assert!(
        sent.iter().all(|request| request.starts_with("GET ") || request.starts_with("HEAD ")),
        "{sent:?}"
    );
}

#[tokio::test]
async fn a_credential_helper_is_asked() {
    let (registry, plugins) = (Registry::start_with_password().await, Plugins::new());
    let docker = docker(&json!({"credHelpers": {registry.host(): "suite"}}).to_string());
    let helper = docker.path().join("docker-credential-suite");
    let answer = json!({"ServerURL": "", "Username": USER, "Secret": PASSWORD});
    let host = registry.host();
    let script = format!("#!/bin/sh\nread -r host\ntest \"$1 $host\" = 'get {host}' && echo '{answer}'\n");
    fs::write(&helper, script).unwrap();
    fs::set_permissions(&helper, fs::Permissions::from_mode(0o755)).unwrap();
    let folder = docker.path().to_str().unwrap();
    let path = format!("{folder}:{}", std::env::var("PATH").unwrap());
    pushed(&shop(&plugins), &registry.reference("acme/shop"), &[("DOCKER_CONFIG", folder), ("PATH", &path)])
        .await;
}

#[tokio::test]
async fn a_refusal_says_how_to_log_in_and_no_secret() {
    let (registry, plugins) = (Registry::start_with_password().await, Plugins::new());
    let folder = shop(&plugins);
    let docker = docker(&docker_config(&registry.host(), "not-the-password"));
    let wrong = [("DOCKER_CONFIG", docker.path().to_str().unwrap())];
    for environment in [&wrong[..], &[]] {
        let reference = registry.reference("acme/shop");
        let (code, text) = davit(&["push", &reference, folder.path().to_str().unwrap()], environment).await;
        assert_eq!(code, Some(1), "{text}");
        assert!(text.starts_with(&format!("error: {} denied access", registry.host())), "{text}");
        assert!(text.contains(&format!("docker login {}", registry.host())), "{text}");
        assert!(!text.contains("not-the-password") && text.lines().count() == 1, "{text}");
    }
}

#[tokio::test]
async fn a_registry_in_trouble_is_named() {
    let (mut registry, plugins) = (Registry::start().await, Plugins::new());
    let folder = shop(&plugins);
    let faults = Faults::before(&registry).await;
    let push =
        async |reference: &str| davit(&["push", reference, folder.path().to_str().unwrap()], &[]).await;
    faults.next(100, Fault::InternalServerError);
    let (code, text) = push(&faults.reference("acme/shop:1")).await;
    assert!(code == Some(1) && text.contains("500"), "{text}");
    registry.stop();
    let (code, text) = push(&registry.reference("acme/shop:1")).await;
    let unreachable = format!("error: cannot reach {}: ", registry.host());
    assert!(code == Some(1) && text.starts_with(&unreachable), "{text}");
    let (code, text) = push("no/Reference").await;
    assert!(code == Some(2) && text.contains("registry/repository:tag"), "{text}");
}
