//! An operator that may not, or cannot, ask the API server waits, and says what
//! it waits for.

use std::fs;

use davit_tests::cluster::{ControlPlane, Operator, World};
use davit_tests::until;
use serde_json::{Value, json};
use tempfile::NamedTempFile;

/// A kubeconfig file that differs from the suite's.
fn kubeconfig(change: impl FnOnce(&mut Value)) -> NamedTempFile {
    let text = fs::read_to_string(ControlPlane::shared().kubeconfig()).expect("the suite's kubeconfig");
    let mut config: Value = serde_json::from_str(&text).expect("it is JSON");
    change(&mut config);
    let file = NamedTempFile::new().expect("a temporary file");
    fs::write(file.path(), config.to_string()).expect("the file is writable");
    file
}

async fn status(operator: &Operator, path: &str) -> Option<u16> {
    let answer = davit_tests::client::client().get(operator.health(path)).send().await;
    answer.ok().map(|answer| answer.status().as_u16())
}

/// It says why it waits, once for each kind; it lives, but is not ready.
async fn waits(operator: &Operator, why: &str) {
    operator.logs().line(why).await;
    assert_eq!(status(operator, "/livez").await, Some(200));
    assert_eq!(status(operator, "/readyz").await, Some(503));
    let warnings = operator.logs().records();
    let warnings = warnings.iter().filter(|record| {
        let message = record["message"].as_str().unwrap_or_default();
        record["level"] == "WARN" && message.starts_with("cannot watch plugins:")
    });
    assert!(warnings.count() <= 1, "{}", operator.logs().text());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_whose_api_server_is_away_waits_and_can_be_told_to_end() {
    let world = World::without_operator().await;
    let config =
        kubeconfig(|config| config["clusters"][0]["cluster"]["server"] = json!("https://127.0.0.1:1"));
    let mut operator = Operator::new(&world.namespace);
    operator.env("KUBECONFIG", config.path().to_str().expect("a path of text"));
    operator.launch();
    waits(&operator, "the API server cannot be reached").await;
    assert_eq!(operator.stop().await, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_without_rights_waits_for_them() {
    let mut world = World::without_operator().await;
    let account = format!("system:serviceaccount:{}:davit-operator", world.namespace);
    let config = kubeconfig(|config| config["users"][0]["user"]["as"] = json!(account));
    world.operator.env("KUBECONFIG", config.path().to_str().expect("a path of text"));
    world.operator.launch();
    waits(&world.operator, "bind the roles in config/rbac").await;
    let binding = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "all"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
        "subjects": [{"kind": "ServiceAccount", "name": "davit-operator", "namespace": world.namespace}],
    });
    world.apply_value(&binding).await;
    world.operator.logs().line("leading").await;
    until("/readyz", async || (status(&world.operator, "/readyz").await == Some(200)).then_some(())).await;
    world.apply_runtime("default", 0).await;
    world.when("PluginRuntime", "default", "a status", |it| it["status"]["observedGeneration"] == 1).await;
}
