//! b: what people and clusters do to pods, while clients ask through the Service.

use std::panic::{AssertUnwindSafe, resume_unwind};

use futures::FutureExt;
use serde_json::{Value, json};

use crate::cluster::{Cluster, SYSTEM};
use crate::pods::{self, name};
use crate::steps::Steps;
use crate::wait::until;
use crate::{examples, install, operator};

pub(crate) async fn prove(cluster: &Cluster) -> String {
    install::ensure(cluster).await;
    let mut steps = Steps::through_the_service(cluster).await;
    steps.step("delete a pod", delete_a_pod(cluster)).await;
    steps.step("drain a node", drain_a_node(cluster)).await;
    for replicas in [4, 1, 2] {
        steps.step(&format!("scale to {replicas}"), scale(cluster, replicas)).await;
    }
    steps.step("roll the image", roll(cluster, Some(&cluster.next))).await;
    steps.step("roll it back", roll(cluster, None)).await;
    steps.step("restart the operator", operator::restart(cluster)).await;
    steps.step("kill the operator that leads", operator::kill_the_leader(cluster)).await;
    steps.step("change a ConfigMap", change_the_clock(cluster)).await;
    steps.step("push a new version", push_hello(cluster)).await;
    steps.finish()
}

/// Waits until so many pods serve with the image of this version.
async fn settled(cluster: &Cluster, replicas: usize, version: &str) {
    pods::settled(cluster, SYSTEM, "default", replicas, &cluster.runtime_image(version)).await;
}

async fn delete_a_pod(cluster: &Cluster) {
    let pods = pods::of_runtime(cluster, SYSTEM, "default").await;
    cluster.kubectl.run(&format!("delete pod -n {SYSTEM} {}", name(&pods[0]))).await;
    settled(cluster, 2, &cluster.version).await;
}

/// Drains the node of a runtime pod, and gives it back whatever came of that.
async fn drain_a_node(cluster: &Cluster) {
    let pods = pods::of_runtime(cluster, SYSTEM, "default").await;
    let node = pods[1]["spec"]["nodeName"].as_str().expect("the pod runs");
    let drain = async {
        let options = "--ignore-daemonsets --delete-emptydir-data --timeout=3m";
        cluster.kubectl.run(&format!("drain {node} {options}")).await;
        settled(cluster, 2, &cluster.version).await;
    };
    let drained = AssertUnwindSafe(drain).catch_unwind().await;
    cluster.kubectl.run(&format!("uncordon {node}")).await;
    drained.unwrap_or_else(|panic| resume_unwind(panic));
}

async fn scale(cluster: &Cluster, replicas: usize) {
    cluster.kubectl.run(&format!("scale -n {SYSTEM} plgrt default --replicas={replicas}")).await;
    settled(cluster, replicas, &cluster.version).await;
}

/// Gives the runtime an image of its own, or takes it back.
async fn roll(cluster: &Cluster, version: Option<&str>) {
    let image = version.map_or(Value::Null, |version| json!(cluster.runtime_image(version)));
    cluster.kubectl.patch(SYSTEM, "plgrt/default", &json!({"spec": {"image": image}})).await;
    settled(cluster, 2, version.unwrap_or(&cluster.version)).await;
}

async fn change_the_clock(cluster: &Cluster) {
    let code = "export default { server: { fetch: () => new Response('changed') } };";
    let change = json!({"data": {"plugin.js": code}});
    cluster.kubectl.patch(SYSTEM, "configmap/clock-plugin", &change).await;
    examples::everywhere(cluster, examples::CLOCK, "changed").await;
}

async fn push_hello(cluster: &Cluster) {
    let reference = examples::push_as(cluster, "1.0.1").await;
    let spec = json!({"source": {"oci": {"reference": reference}}, "config": {"greeting": "Pushed"}});
    cluster.kubectl.patch(SYSTEM, "plugin/hello", &json!({"spec": spec})).await;
    examples::everywhere(cluster, examples::HELLO, "Pushed").await;
    until("the status to tell of it", async || {
        let status = cluster.kubectl.get(&format!("-n {SYSTEM} plugin hello")).await["status"].take();
        (status["serving"]["version"] == "1.0.1").then_some(()).ok_or_else(|| status["serving"].to_string())
    })
    .await;
}
