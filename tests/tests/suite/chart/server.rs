//! What a real API server says of each value set, in namespaces that admit only
//! pods of the standard "restricted".

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Once;

use davit_tests::cluster::{ControlPlane, program};
use serde_json::json;

use super::rendered::{NAMESPACE, named, rendered_with, value_sets};

const NAMESPACES: [&str; 2] = [NAMESPACE, "team-a"];

/// Runs kubectl as an administrator; what it says of warnings is an error.
fn kubectl(arguments: &[&str], stdin: &str) -> Output {
    let mut kubectl = Command::new(program("kubectl"));
    kubectl
        .arg("--kubeconfig")
        .arg(ControlPlane::shared().kubeconfig())
        .arg("--warnings-as-errors")
        .args(arguments);
    kubectl.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = kubectl.spawn().expect("kubectl can be run");
    running.stdin.take().unwrap().write_all(stdin.as_bytes()).unwrap();
    running.wait_with_output().unwrap()
}

pub(super) fn done(arguments: &[&str], stdin: &str) -> String {
    let output = kubectl(arguments, stdin);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "kubectl {}: {said}", arguments.join(" "));
    String::from_utf8(output.stdout).unwrap()
}

/// Makes what the chart expects of a cluster, once: namespaces, and the resources
/// of the Prometheus operator and the Gateway API.
pub(super) fn prepare() {
    static PREPARED: Once = Once::new();
    PREPARED.call_once(|| {
        NAMESPACES.iter().for_each(|name| make(name));
        let definitions = program("crds");
        let folder = definitions.to_str().expect("UTF-8");
        // Too large for the annotation of a client-side apply.
        done(&["apply", "--server-side", "-f", folder], "");
        done(&["wait", "--for=condition=Established", "--timeout=30s", "-f", folder], "");
    });
}

/// Makes a namespace that admits only pods of the standard "restricted", and warns
/// of workloads that would make others.
fn make(namespace: &str) {
    let standard =
        ["enforce", "warn"].map(|mode| (format!("pod-security.kubernetes.io/{mode}"), "restricted"));
    let metadata = json!({"name": namespace, "labels": BTreeMap::from(standard)});
    let object = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata});
    done(&["apply", "-f", "-"], &object.to_string());
}

fn applied(text: &str) -> Output {
    kubectl(&["apply", "--dry-run=server", "--validate=strict", "-f", "-"], text)
}

fn each_is_taken(set: &Path) {
    let text = rendered_with(set);
    let output = applied(&text);
    let (taken, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && said.is_empty(), "{}: {said}", named(set));
    let objects = text.lines().filter(|line| line.starts_with("kind: ")).count();
    assert_eq!(taken.lines().count(), objects, "{}: {taken}", named(set));
}

#[test]
fn the_api_server_takes_each_object_of_each_value_set_without_a_warning() {
    prepare();
    value_sets().iter().for_each(|set| each_is_taken(set));
    // So that it is known to look: what it would warn of is an error here.
    let default = value_sets().into_iter().find(|set| named(set) == "default-values.yaml").unwrap();
    let privileged =
        rendered_with(&default).replace("allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true");
    let output = applied(&privileged);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("violates PodSecurity"), "{said}");
    assert!(said.contains("would violate PodSecurity"), "{said}");
}
