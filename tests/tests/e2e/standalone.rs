//! e: a runtime without an operator. A plugin is copied into it, as config/standalone
//! tells it, and a call reloads.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use davit_tests::client::client;
use reqwest::header::{AUTHORIZATION, ORIGIN};
use serde_json::{Value, json};

use crate::cluster::{Cluster, OWN};
use crate::{client_pod, volumes};

const KEY: &str = "the-suite-has-made-this-key-for-itself";
/// The image that config/standalone names: the part before the version.
const IMAGE: &str = "ghcr.io/davit-dev/davit-runtime:";
const MANIFEST: &str = "
name: my-plugin
version: 1.0.0
base: /my-plugin
pluginEntry: dist/plugin.js
publicRoutes: {GET: [/]}
";
const CODE: &str = "export default { server: { fetch: () => new Response('copied') } };";

pub(crate) async fn prove(cluster: &Cluster) -> String {
    deploy(cluster).await;
    let service = cluster.service(OWN, "davit-standalone").await;
    copy(cluster).await;
    assert_eq!(status(service).await, 404, "it serves before the reload");
    let loaded = reload(service).await;
    let names: Vec<&Value> =
        loaded["plugins"].as_array().into_iter().flatten().map(|at| &at["name"]).collect();
    assert_eq!(names, ["my-plugin"], "{loaded}");
    assert_eq!(status(service).await, 200);
    assert_eq!(client_pod::get(cluster, &format!("http://davit-standalone.{OWN}/my-plugin")).await, "copied");
    remove(cluster).await;
    format!("404 before the reload, 200 after it; the reload answered {loaded}")
}

/// Applies config/standalone with the images of this run, and waits until it serves.
async fn deploy(cluster: &Cluster) {
    let kubectl = &cluster.kubectl;
    client_pod::start(cluster).await;
    remove(cluster).await;
    volumes::make(cluster, "standalone", 1).await;
    let secret = json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "davit-standalone-key"},
        "stringData": {"key": KEY},
    });
    kubectl.apply(OWN, &secret.to_string()).await;
    let objects = kubectl.run(&format!("kustomize {}", Cluster::file("config/standalone"))).await;
    let named = format!("{IMAGE}{}-debug", env!("CARGO_PKG_VERSION"));
    assert!(objects.contains(&named), "config/standalone has no image {named}");
    kubectl
        .apply(OWN, &objects.replace(&named, &cluster.runtime_image(&format!("{}-debug", cluster.version))))
        .await;
    kubectl.run(&format!("rollout status -n {OWN} deployment/davit-standalone --timeout=2m")).await;
}

async fn remove(cluster: &Cluster) {
    let all = "deployment/davit-standalone pvc/davit-standalone";
    cluster.kubectl.run(&format!("delete {all} -n {OWN} --ignore-not-found --timeout=2m")).await;
}

/// `kubectl exec mkdir`, `kubectl cp`.
async fn copy(cluster: &Cluster) {
    let (kubectl, folder) = (&cluster.kubectl, tempfile::tempdir().expect("a temporary folder"));
    plugin(folder.path());
    let pod = "get pods -l app.kubernetes.io/name=davit-standalone -o jsonpath={.items[0].metadata.name}";
    let pod = kubectl.run(&format!("-n {OWN} {pod}")).await;
    let (from, to) = (folder.path().display(), "/data/plugins/my-plugin");
    kubectl.run(&format!("exec -n {OWN} {pod} -- mkdir -p {to}")).await;
    kubectl.run(&format!("cp -n {OWN} {from}/manifest.yaml {pod}:{to}/manifest.yaml")).await;
    kubectl.run(&format!("cp -n {OWN} {from}/dist {pod}:{to}/dist")).await;
    let listed = kubectl.run(&format!("exec -n {OWN} {pod} -- ls -la {to}/")).await;
    assert!(listed.contains("manifest.yaml") && listed.contains("dist"), "{listed}");
}

fn plugin(folder: &Path) {
    let written = fs::create_dir(folder.join("dist"))
        .and_then(|()| fs::write(folder.join("manifest.yaml"), MANIFEST))
        .and_then(|()| fs::write(folder.join("dist/plugin.js"), CODE));
    written.expect("the temporary folder is writable");
}

/// The call with the key and the address that it goes to as its Origin.
async fn reload(service: SocketAddr) -> Value {
    let origin = format!("http://{}", host(service));
    let call = client().post(format!("{origin}/_/api/plugins/reload"));
    let answer = call.header(AUTHORIZATION, format!("Bearer {KEY}")).header(ORIGIN, origin).send().await;
    let answer = answer.expect("the Service answers");
    let (status, text) = (answer.status(), answer.text().await.unwrap_or_default());
    assert_eq!(status, 200, "{text}");
    serde_json::from_str(&text).expect("the answer is JSON")
}

async fn status(service: SocketAddr) -> u16 {
    let answer = client().get(format!("http://{}/my-plugin", host(service))).send().await;
    answer.expect("the Service answers").status().as_u16()
}

/// As a browser names it: without the port that http has anyway.
fn host(service: SocketAddr) -> String {
    if service.port() == 80 { service.ip().to_string() } else { service.to_string() }
}
