//! c: a later version and back under load, a CRD that comes back, and the end.

use serde_json::Value;

use crate::audit::AuditLog;
use crate::cluster::{Cluster, SYSTEM};
use crate::install::CRDS;
use crate::pods::{self, image_of};
use crate::steps::Steps;
use crate::{examples, helm, install};

pub(crate) async fn prove(cluster: &Cluster) -> String {
    install::ensure(cluster).await;
    let (folder, kubectl) = (tempfile::tempdir().expect("a temporary folder"), &cluster.kubectl);
    let chart = package(cluster, &folder).await;
    let mut steps = Steps::through_the_service(cluster).await;
    steps.step("helm upgrade", upgrade(cluster, &chart)).await;
    steps.step("helm rollback", roll_back(cluster)).await;
    let figures = steps.finish();
    kubectl.run("delete crd plugins.davit.dev --timeout=1m").await;
    upgrade(cluster, &chart).await;
    examples::apply(cluster).await;
    let left = uninstall(cluster).await;
    format!("{figures}a CRD that was deleted is back after the next upgrade\n{left}")
}

/// The chart as its next version.
async fn package(cluster: &Cluster, folder: &tempfile::TempDir) -> String {
    let (folder, chart, next) =
        (folder.path().display().to_string(), Cluster::file("charts/davit"), &cluster.next);
    helm::helm(cluster, &format!("package {chart} --version {next} --app-version {next} -d {folder}")).await;
    format!("{folder}/davit-{next}.tgz")
}

async fn upgrade(cluster: &Cluster, chart: &str) {
    helm::install_or_upgrade(cluster, "upgrade", chart, &cluster.next).await;
    all_have(cluster, &cluster.next).await;
}

async fn roll_back(cluster: &Cluster) {
    helm::helm(cluster, &format!("rollback davit -n {SYSTEM} --wait --timeout=3m")).await;
    all_have(cluster, &cluster.version).await;
}

/// Waits until all pods have the images of a version.
async fn all_have(cluster: &Cluster, version: &str) {
    pods::settled(cluster, SYSTEM, "default", 2, &cluster.runtime_image(version)).await;
    let operators = pods::of_operator(cluster).await;
    let operators: Vec<&Value> =
        operators.iter().filter(|pod| pod["metadata"]["deletionTimestamp"].is_null()).collect();
    let wanted = format!("{}/davit-operator:{version}", cluster.images);
    assert!(operators.iter().all(|pod| image_of(pod) == wanted), "not all have {wanted}: {operators:#?}");
}

/// Plugins and CRDs stay; what the release made goes, the default runtime with it.
async fn uninstall(cluster: &Cluster) -> String {
    let kubectl = &cluster.kubectl;
    let before = kubectl.run(&format!("get plugins -n {SYSTEM} -o name")).await;
    cluster.audit_log.iter().for_each(AuditLog::end);
    helm::helm(cluster, &format!("uninstall davit -n {SYSTEM} --wait --timeout=3m")).await;
    kubectl.run(&format!("get {CRDS}")).await;
    let after = kubectl.run(&format!("get plugins -n {SYSTEM} -o name")).await;
    assert!(before.lines().count() == 2 && after == before, "of {before} there are left: {after}");
    kubectl.run(&format!("wait pods -n {SYSTEM} -l davit.dev/runtime --for=delete --timeout=2m")).await;
    // helm leaves what hooks made, here the pod of `helm test`.
    let kinds = "all,secrets,roles,rolebindings,serviceaccounts,poddisruptionbudgets,pluginruntimes";
    let selected = "-l app.kubernetes.io/name,app.kubernetes.io/name!=davit-test";
    let left = kubectl.run(&format!("get {kinds} -n {SYSTEM} {selected} -o name")).await;
    assert!(left.is_empty(), "uninstall leaves more than Plugins and CRDs:\n{left}");
    "helm uninstall: both Plugins and both CRDs are left; the default runtime went, its pods with it"
        .to_owned()
}
