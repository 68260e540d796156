//! d: what "restricted" asks for, in the pods' specs and in the processes themselves.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::cluster::{Cluster, SYSTEM};
use crate::install;
use crate::nodes::{folder, processes_of};
use crate::pods::{self, name};

/// The user of the images.
const USER: &str = "65532\t65532\t65532\t65532";
/// Where a service account's token would be.
const TOKEN: &str = "var/run/secrets/kubernetes.io/serviceaccount";

pub(crate) async fn prove(cluster: &Cluster) -> String {
    install::ensure(cluster).await;
    let namespace = cluster.kubectl.get(&format!("namespace {SYSTEM}")).await;
    let enforced = &namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"];
    assert_eq!(enforced, "restricted", "the namespace enforces something else");
    let (runtimes, operators) =
        (pods::of_runtime(cluster, SYSTEM, "default").await, pods::of_operator(cluster).await);
    assert!(runtimes.len() == 2 && operators.len() == 2, "{} and {} pods", runtimes.len(), operators.len());
    let mut processes = 0;
    for pod in runtimes.iter().chain(&operators) {
        spec_is_restricted(pod);
        for process in processes_of(pod).await {
            process_is_restricted(pod, &folder(process));
            processes += 1;
        }
    }
    for pod in &runtimes {
        assert_eq!(pod["spec"]["automountServiceAccountToken"], false, "{}", name(pod));
        for process in processes_of(pod).await {
            let token = folder(process).join("root").join(TOKEN);
            assert!(!token.exists(), "{} has a token: {}", name(pod), token.display());
        }
    }
    format!(
        "{} pods, {processes} processes; no token in {} runtime pods",
        runtimes.len() + operators.len(),
        runtimes.len()
    )
}

fn spec_is_restricted(pod: &Value) {
    for container in pod["spec"]["containers"].as_array().expect("pods have containers") {
        let (own, of_pod) = (&container["securityContext"], &pod["spec"]["securityContext"]);
        let either =
            |field: &str| if own[field].is_null() { of_pod[field].clone() } else { own[field].clone() };
        let held = [
            own["readOnlyRootFilesystem"] == true,
            own["allowPrivilegeEscalation"] == false,
            own["capabilities"]["drop"][0] == "ALL" && own["capabilities"]["add"].is_null(),
            either("runAsNonRoot") == true,
            either("seccompProfile")["type"] == "RuntimeDefault",
        ];
        assert!(!held.contains(&false), "{}: {held:?} of {own} and {of_pod}", name(pod));
    }
}

fn process_is_restricted(pod: &Value, process: &Path) {
    // One that has ended meanwhile has nothing any more.
    let Ok(text) = fs::read_to_string(process.join("status")) else { return };
    let status: BTreeMap<&str, &str> = text.lines().filter_map(|line| line.split_once(":\t")).collect();
    let expected = [("Uid", USER), ("Gid", USER), ("NoNewPrivs", "1"), ("Seccomp", "2")];
    let none = "0000000000000000";
    let capabilities = ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"].map(|set| (set, none));
    for (field, value) in expected.into_iter().chain(capabilities) {
        assert_eq!(
            status.get(field),
            Some(&value),
            "{field} of {} in {}:\n{text}",
            process.display(),
            name(pod)
        );
    }
    let mounts = fs::read_to_string(process.join("mountinfo")).unwrap_or_default();
    let root = mounts.lines().map(|line| line.split(' ').collect::<Vec<_>>()).find(|mount| mount[4] == "/");
    let options = root.map(|mount| mount[5].to_owned()).unwrap_or_default();
    assert!(
        options.split(',').any(|option| option == "ro"),
        "the root of {} is mounted {options}",
        name(pod)
    );
}
