//! The registry and the proxy that stands for one in trouble.

use davit_plugin::package::{Limits, unpack_bytes};
use davit_tests::Plugins;
use davit_tests::client::client;
use davit_tests::cluster::Registry;
use davit_tests::cluster::registry::{Fault, Faults, archive};
use serde_json::Value;

const INDEX: &str = "application/vnd.oci.image.manifest.v1+json";

async fn get(reference: &str, path: &str) -> reqwest::Response {
    let host = reference.split('/').next().unwrap();
    client().get(format!("http://{host}{path}")).header("accept", INDEX).send().await.unwrap()
}

fn hello(plugins: &Plugins) -> davit_tests::Folder {
    plugins.plugin("hello", "version: 1.0.0\n", "export default {};\n")
}

#[tokio::test]
async fn a_pushed_plugin_is_an_artifact_as_the_interfaces_say() {
    let (registry, plugins) = (Registry::start().await, Plugins::new());
    let pushed = registry.push(&hello(&plugins), "acme/hello:1.0.0").await;
    let answer = get(&pushed.reference, "/v2/acme/hello/manifests/1.0.0").await;
    assert_eq!(answer.headers()["docker-content-digest"], pushed.manifest.to_string());
    let manifest: Value = answer.json().await.unwrap();
    assert_eq!(manifest["artifactType"], "application/vnd.davit.plugin.v1");
    assert_eq!(manifest["config"]["mediaType"], "application/vnd.davit.plugin.manifest.v1+json");
    assert_eq!(manifest["layers"][0]["mediaType"], "application/vnd.davit.plugin.package.v1.tar+gzip");
    assert_eq!(manifest["layers"][0]["digest"], pushed.package.to_string());
    let path = format!("/v2/acme/hello/blobs/{}", pushed.package);
    let bytes = get(&pushed.reference, &path).await.bytes().await.unwrap();
    assert_eq!(davit_plugin::Digest::of(&bytes), pushed.package);
    registry.corrupt(&pushed.package);
    let bytes = get(&pushed.reference, &path).await.bytes().await.unwrap();
    assert_ne!(davit_plugin::Digest::of(&bytes), pushed.package, "corrupt on purpose");
}

#[tokio::test]
async fn hostile_archives_are_hostile() {
    let bytes = archive(&[("manifest.yaml", b"name: hello\n"), ("../evil", b"out of the tree")]);
    let target = tempfile::tempdir().unwrap();
    let error = unpack_bytes(&bytes, &target.path().join("tree"), &Limits::default()).unwrap_err();
    assert!(error.to_string().contains("../evil"), "{error}");
}

#[tokio::test]
async fn a_registry_comes_back_with_what_it_had_or_with_nothing() {
    let (mut registry, plugins) = (Registry::start().await, Plugins::new());
    let pushed = registry.push(&hello(&plugins), "acme/hello:1").await;
    let host = registry.host();
    registry.stop();
    client().get(format!("http://{host}/v2/")).send().await.expect_err("nobody listens");
    registry.start_again().await;
    let path = "/v2/acme/hello/manifests/1";
    assert_eq!(get(&pushed.reference, path).await.status(), 200);
    registry.restart_empty().await;
    assert_eq!(get(&pushed.reference, path).await.status(), 404);
}

#[tokio::test]
async fn a_registry_with_a_password_lets_nobody_else_in() {
    let (registry, plugins) = (Registry::start_with_password().await, Plugins::new());
    let pushed = registry.push(&hello(&plugins), "acme/hello:1").await;
    assert_eq!(get(&pushed.reference, "/v2/acme/hello/manifests/1").await.status(), 401);
}

#[tokio::test]
async fn faults_come_in_their_order_and_then_the_registry_answers() {
    let (registry, plugins) = (Registry::start().await, Plugins::new());
    let pushed = registry.push(&hello(&plugins), "acme/hello:1").await;
    let faults = Faults::before(&registry).await;
    let reference = faults.reference("acme/hello:1");
    faults.next(1, Fault::TooManyRequests(1));
    faults.next(1, Fault::InternalServerError);
    faults.next(1, Fault::CutOff(3));
    let path = "/v2/acme/hello/manifests/1";
    let busy = get(&reference, path).await;
    assert_eq!((busy.status().as_u16(), &busy.headers()["retry-after"]), (429, &"1".parse().unwrap()));
    assert_eq!(get(&reference, path).await.status(), 500);
    get(&reference, path).await.bytes().await.expect_err("cut off");
    let whole = get(&reference, path).await.bytes().await.unwrap();
    assert_eq!(davit_plugin::Digest::of(&whole), pushed.manifest);
    assert_eq!(faults.requests(), vec![format!("GET {path}"); 4]);
}
