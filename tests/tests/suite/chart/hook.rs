//! The hook that brings the CRDs up to date before an upgrade.

use std::fs;
use std::process::Command;

use davit_tests::cluster::ControlPlane;
use davit_tests::programs::davit_operator;
use serde_json::{Value, json};

use super::rendered::{NAMESPACE, objects};
use super::server::{done, prepare};

const ACCOUNT: &str = "davit-crds";

/// The objects of the hook but for its Job, in the order of their weights.
fn rights() -> Vec<Value> {
    let weight = |object: &Value| {
        object["metadata"]["annotations"]["helm.sh/hook-weight"].as_str()?.parse::<i32>().ok()
    };
    let hooks =
        objects(&[]).into_iter().filter(|it| it["metadata"]["annotations"]["helm.sh/hook"] == "pre-upgrade");
    let mut hooks: Vec<_> = hooks.collect();
    hooks.sort_by_key(weight);
    let job = hooks.pop().expect("a hook");
    assert_eq!(job["kind"], "Job", "the Job comes last");
    let spec = &job["spec"]["template"]["spec"];
    assert_eq!(
        (&spec["serviceAccountName"], &spec["containers"][0]["args"]),
        (&json!(ACCOUNT), &json!(["install-crds"]))
    );
    hooks
}

/// What the Job's container runs, with exactly the Job's account.
#[test]
fn the_hooks_rights_are_enough_to_bring_the_crds_up_to_date() {
    prepare();
    for object in rights() {
        done(&["apply", "-f", "-"], &object.to_string());
    }
    let folder = tempfile::tempdir().unwrap();
    let kubeconfig = folder.path().join("kubeconfig");
    let admin = fs::read_to_string(ControlPlane::shared().kubeconfig()).unwrap();
    let mut config: Value = serde_json::from_str(&admin).expect("the suite writes JSON");
    let token = done(&["create", "token", ACCOUNT, "--namespace", NAMESPACE], "");
    config["users"][0]["user"] = json!({"token": token.trim()});
    fs::write(&kubeconfig, config.to_string()).unwrap();
    let mut install = Command::new(davit_operator());
    let output = install.arg("install-crds").env("KUBECONFIG", &kubeconfig).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for name in ["plugins", "pluginruntimes"] {
        let managers = ["get", "crd", &format!("{name}.davit.dev"), "--show-managed-fields", "-o", "json"];
        let crd: Value = serde_json::from_str(&done(&managers, "")).unwrap();
        let managers = crd["metadata"]["managedFields"].as_array().unwrap();
        assert!(managers.iter().any(|it| it["manager"] == "davit-operator-crds"), "{managers:#?}");
    }
}
