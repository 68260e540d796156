//! a: from nothing to two plugins that answer; and how all of it is removed.

use davit_tests::client::client;

use crate::audit::AuditLog;
use crate::cluster::{Cluster, OWN, SYSTEM};
use crate::{client_pod, examples, helm, pods, volumes};

/// What the chart's CRDs are called.
pub(crate) const CRDS: &str = "crd/plugins.davit.dev crd/pluginruntimes.davit.dev";

pub(crate) async fn prove(cluster: &Cluster) -> String {
    from_nothing(cluster).await;
    cluster.audit_log.iter().for_each(AuditLog::begin);
    install(cluster).await;
    // As NOTES.txt has it: a Plugin is ready also where a replica still joins.
    cluster
        .kubectl
        .run(&format!("wait -n {SYSTEM} pluginruntime/default --for=condition=Ready --timeout=2m"))
        .await;
    examples::apply(cluster).await;
    let shown = cluster.kubectl.run(&format!("get plg -n {SYSTEM}")).await;
    assert_eq!(shown.matches(" 2/2 ").count(), 2, "not both are loaded by both replicas:\n{shown}");
    let from_pod = ask_from_a_pod(cluster).await;
    let from_host = ask_from_the_host(cluster).await;
    helm::helm(cluster, &format!("test davit -n {SYSTEM} --timeout=3m")).await;
    format!("{}from a pod: {from_pod}\nfrom the host: {from_host}\nhelm test passed", figure(&shown))
}

/// What other rows start from: the release with both examples.
pub(crate) async fn ensure(cluster: &Cluster) {
    if helm::attempt(cluster, &format!("status davit -n {SYSTEM}")).await.is_err() {
        install(cluster).await;
    }
    examples::apply(cluster).await;
    pods::settled(cluster, SYSTEM, "default", 2, &cluster.runtime_image(&cluster.version)).await;
}

/// Removes what the suite makes.
pub(crate) async fn clean(cluster: &Cluster) {
    let kubectl = &cluster.kubectl;
    let _not_installed =
        helm::attempt(cluster, &format!("uninstall davit -n {SYSTEM} --wait --timeout=3m")).await;
    kubectl.run(&format!("delete namespace {SYSTEM} {OWN} --ignore-not-found --timeout=3m")).await;
    kubectl.run(&format!("delete {CRDS} --ignore-not-found --timeout=1m")).await;
    volumes::remove(cluster).await;
}

/// On a cluster of the suite's own nothing is there, once it is removed. What
/// somebody else's has of Davit is not touched.
async fn from_nothing(cluster: &Cluster) {
    if !cluster.foreign {
        return clean(cluster).await;
    }
    let found =
        cluster.kubectl.run(&format!("get {CRDS} namespace/{SYSTEM} --ignore-not-found -o name")).await;
    assert!(found.is_empty(), "the cluster has these already; remove them first: {found}");
}

async fn install(cluster: &Cluster) {
    let kubectl = &cluster.kubectl;
    let restricted = "pod-security.kubernetes.io/enforce=restricted";
    if kubectl.attempt(&format!("get namespace {SYSTEM}")).await.is_err() {
        kubectl.run(&format!("create namespace {SYSTEM}")).await;
    }
    kubectl.run(&format!("label namespace {SYSTEM} {restricted} --overwrite")).await;
    helm::install_or_upgrade(cluster, "install", &Cluster::file("charts/davit"), &cluster.version).await;
    client_pod::start(cluster).await;
}

/// What plugins answer in a pod of another namespace, which knows the Service by its
/// name.
async fn ask_from_a_pod(cluster: &Cluster) -> String {
    let mut answers = Vec::new();
    for path in [examples::CLOCK, examples::HELLO] {
        let answer = client_pod::get(cluster, &format!("http://default.{SYSTEM}{path}")).await;
        answers.push(format!("{path} {}", answer.trim()));
    }
    answers.join(", ")
}

async fn ask_from_the_host(cluster: &Cluster) -> String {
    let address = cluster.service(SYSTEM, "default").await;
    let mut answers = Vec::new();
    for path in [examples::CLOCK, examples::HELLO] {
        let answer = client().get(format!("http://{address}{path}")).send().await;
        let answer = answer.unwrap_or_else(|error| panic!("{path}: {error:?}"));
        assert_eq!(answer.status(), 200, "{path}: {}", answer.text().await.unwrap_or_default());
        answers.push(format!("{path} 200"));
    }
    answers.join(", ")
}

/// The rows of `kubectl get plg`, without what differs from run to run.
fn figure(shown: &str) -> String {
    let rows =
        shown.lines().skip(1).map(|line| line.split_whitespace().take(5).collect::<Vec<_>>().join(" "));
    rows.map(|row| row + "\n").collect()
}
