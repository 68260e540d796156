//! The controllers that make pods of workloads and endpoints of pods. No node is
//! watched over: nodes here have no heartbeat.

use std::net::Ipv4Addr;
use std::path::Path;

use crate::process::{Process, Program};

const CONTROLLERS: [&str; 7] = [
    "deployment-controller",
    "replicaset-controller",
    "statefulset-controller",
    "endpointslice-controller",
    "disruption-controller",
    "garbage-collector-controller",
    "namespace-controller",
];

pub(super) fn start(binaries: &Path, folder: &Path, address: Ipv4Addr, kubeconfig: &Path) -> Process {
    let mut manager = Program::new(&binaries.join("kube-controller-manager")).quiet();
    manager
        .command()
        .arg(format!("--kubeconfig={}", kubeconfig.display()))
        .arg(format!("--cert-dir={}", folder.join("controllers").display()))
        .arg(format!("--bind-address={address}"))
        .arg(format!("--controllers={}", CONTROLLERS.join(",")))
        // All tests share its client; the default of 20 requests a second is a cluster's.
        .args(["--leader-elect=false", "--kube-api-qps=500", "--kube-api-burst=1000"]);
    manager.start()
}
