//! `davit-operator install-crds` against the API server that all tests share: its
//! CRDs are these same ones.

use std::path::Path;

use davit_tests::cluster::{ControlPlane, World};
use davit_tests::process::{Process, Program};
use davit_tests::programs;
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::Api;
use serde_json::json;

use super::rights::kubeconfig;

/// Runs the command to its end.
async fn install(kubeconfig: &Path) -> (Option<i32>, Process) {
    let mut program = Program::new(&programs::davit_operator());
    program.command().env_clear().env("KUBECONFIG", kubeconfig).arg("install-crds");
    let mut process = program.start();
    let status = process.ended().await;
    (status.code(), process)
}

#[tokio::test(flavor = "multi_thread")]
async fn both_crds_are_established_and_each_has_a_line() {
    let world = World::without_operator().await;
    let (code, process) = install(ControlPlane::shared().kubeconfig()).await;
    let lines = process.logs().lines();
    assert_eq!(code, Some(0), "{lines:?}");
    assert_eq!(lines, ["plugins.davit.dev is established", "pluginruntimes.davit.dev is established"]);
    let definitions: Api<CustomResourceDefinition> = Api::all(world.client.clone());
    for name in ["plugins.davit.dev", "pluginruntimes.davit.dev"] {
        let definition = definitions.get(name).await.expect("it is there");
        let conditions = definition.status.and_then(|status| status.conditions).unwrap_or_default();
        assert!(conditions.iter().any(|one| one.type_ == "Established" && one.status == "True"));
        let managers = definition.metadata.managed_fields.unwrap_or_default();
        assert!(managers.iter().any(|one| one.manager.as_deref() == Some("davit-operator-crds")), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_without_rights_is_told_which_one_is_missing() {
    let world = World::without_operator().await;
    let account = json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "nobody"}});
    world.apply_value(&account).await;
    let (code, process) = install(&kubeconfig(&world, "nobody").await).await;
    let said = process.logs().text();
    assert_eq!(code, Some(1), "{said}");
    let right = "cannot patch resource \"customresourcedefinitions\" in API group \"apiextensions.k8s.io\"";
    assert!(said.contains(right) && said.contains("needs get, create and patch"), "{said}");
}
