//! A client in the cluster, as other people's pods are: Bun's, which asks DNS as
//! programs do. (A static glibc busybox cannot: its wget takes addresses alone.)

use serde_json::json;

use crate::cluster::{Cluster, OWN};

const BUN: &str = "/usr/local/bin/bun";
/// Prints what a URL answers with 200; anything else is an error.
const GET: &str = "const answer = await fetch(process.argv[1], { signal: AbortSignal.timeout(10_000) });
const text = await answer.text();
if (answer.status !== 200) throw new Error(`${answer.status} ${text}`);
process.stdout.write(text);";

/// Makes the suite's own namespace and a Deployment in it, so that a drain moves it.
pub(crate) async fn start(cluster: &Cluster) {
    let kubectl = &cluster.kubectl;
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": OWN}});
    kubectl.apply(OWN, &namespace.to_string()).await;
    let labels = json!({"app": "client"});
    let container = json!({
        "name": "client",
        "image": cluster.runtime_image(&cluster.version),
        "command": [BUN, "-e", "process.on('SIGTERM', () => process.exit()); setInterval(() => {}, 1e9)"],
        "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],
    });
    let pod = json!({"containers": [container], "volumes": [{"name": "tmp", "emptyDir": {}}]});
    let template = json!({"metadata": {"labels": labels}, "spec": pod});
    let deployment = json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "client"},
        "spec": {"selector": {"matchLabels": labels}, "template": template},
    });
    kubectl.apply(OWN, &deployment.to_string()).await;
    kubectl.run(&format!("rollout status -n {OWN} deployment/client --timeout=2m")).await;
}

/// What a URL answers there.
pub(crate) async fn get(cluster: &Cluster, url: &str) -> String {
    let words = ["exec", "-n", OWN, "deployment/client", "--", BUN, "-e", GET, url];
    cluster.kubectl.words(&words, "").await.unwrap_or_else(|error| panic!("{error}"))
}
