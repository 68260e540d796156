//! The examples of config/samples: one from a ConfigMap, one that `davit push` puts
//! into the suite's registry.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use davit_tests::client::client;
use davit_tests::programs::bun;
use tokio::process::Command;

use crate::cluster::{Cluster, SYSTEM};
use crate::wait::until;
use crate::{command, pods};

/// A path below `hello` that needs no key.
pub(crate) const HELLO: &str = "/hello/api/public/greeting";
/// Where `clock` answers.
pub(crate) const CLOCK: &str = "/clock";

/// What config/samples has in place of a registry.
const PLACEHOLDER: &str = "registry.example.com";

/// Pushes, applies both, and waits until they serve.
pub(crate) async fn apply(cluster: &Cluster) {
    push(cluster, "1.0.0", Path::new(&Cluster::file("examples/hello"))).await;
    let kubectl = &cluster.kubectl;
    kubectl.apply(SYSTEM, &sample("plugin-config-map.yaml")).await;
    kubectl.apply(SYSTEM, &hello(cluster)).await;
    kubectl.ready(SYSTEM, "plugin/clock plugin/hello").await;
}

/// Pushes what examples/hello has built under another version. Its reference.
pub(crate) async fn push_as(cluster: &Cluster, version: &str) -> String {
    let (from, to) = (PathBuf::from(Cluster::file("examples/hello")), tempfile::tempdir().expect("a folder"));
    let manifest = fs::read_to_string(from.join("manifest.yaml")).expect("the example has a manifest");
    let changed = manifest.replace("version: 1.0.0", &format!("version: {version}"));
    assert_ne!(changed, manifest, "examples/hello has no `version: 1.0.0`");
    fs::write(to.path().join("manifest.yaml"), changed).expect("the folder is ours");
    fs::create_dir(to.path().join("dist")).expect("the folder is ours");
    fs::copy(from.join("dist/plugin.js"), to.path().join("dist/plugin.js"))
        .expect("`davit push` has built it");
    push(cluster, version, to.path()).await
}

/// Waits until every replica of the default runtime answers with this text.
pub(crate) async fn everywhere(cluster: &Cluster, path: &str, text: &str) {
    until(&format!("{text:?} at {path}"), async || {
        let pods = pods::of_runtime(cluster, SYSTEM, "default").await;
        for pod in &pods {
            let address = pod["status"]["podIP"].as_str().unwrap_or_default();
            let answer = client().get(format!("http://{address}:8000{path}")).send().await;
            let answer = answer.map_err(|error| error.to_string())?.text().await.unwrap_or_default();
            answer.contains(text).then_some(()).ok_or(answer)?;
        }
        (!pods.is_empty()).then_some(()).ok_or_else(|| "there is no replica".to_owned())
    })
    .await;
}

/// Packs a plugin's folder and pushes it with this tag. The reference that was made.
async fn push(cluster: &Cluster, tag: &str, folder: &Path) -> String {
    let reference = cluster.registry().reference(&format!("davit/hello:{tag}"));
    let mut davit = Command::new(davit());
    davit.args(["push", "--insecure", &reference]).arg(folder).env("DAVIT_BUN", bun());
    let pushed = command::run(&mut davit, "", Duration::from_mins(2)).await;
    pushed.unwrap_or_else(|error| panic!("{error}"));
    reference
}

/// The sample with the suite's registry, which speaks plain HTTP.
fn hello(cluster: &Cluster) -> String {
    let text = sample("plugin-oci.yaml").replace(PLACEHOLDER, &cluster.registry().host());
    let line = text.lines().find(|line| line.trim_start().starts_with("reference:")).expect("a reference");
    let indent = &line[..line.len() - line.trim_start().len()];
    text.replace(line, &format!("{line}\n{indent}insecure: true"))
}

fn sample(name: &str) -> String {
    let path = Cluster::file(&format!("config/samples/{name}"));
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The `davit` beside the suite's own program: target/<profile>/davit.
fn davit() -> PathBuf {
    let own = std::env::current_exe().expect("a program knows its own path");
    let path = own.parent().and_then(|deps| deps.parent()).expect("target/<profile>/deps").join("davit");
    assert!(path.exists(), "{} is not there: cargo build -p davit", path.display());
    path
}
