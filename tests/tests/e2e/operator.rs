//! The operator's pods.

use davit_tests::process::signal_worker;
use rustix::process::Signal;
use serde_json::Value;

use crate::cluster::{Cluster, SYSTEM};
use crate::nodes::processes_of;
use crate::pods::{name, of_operator};
use crate::wait::until;

/// `kubectl rollout restart`, until one of the new pods leads.
pub(crate) async fn restart(cluster: &Cluster) {
    let (before, kubectl) = (lease(cluster).await, &cluster.kubectl);
    kubectl.run(&format!("rollout restart -n {SYSTEM} deployment/davit-operator")).await;
    taken_anew(cluster, &before).await;
}

/// Kills the one that leads, so that it cannot give the Lease back. Where the nodes'
/// processes are out of reach, its pod is taken away with what haste there is.
pub(crate) async fn kill_the_leader(cluster: &Cluster) {
    let before = lease(cluster).await;
    let pods = of_operator(cluster).await;
    let leader = pods.iter().find(|pod| before["holderIdentity"] == name(pod));
    let leader = leader.unwrap_or_else(|| panic!("no pod of the operator has the Lease: {before}"));
    if cluster.foreign {
        cluster
            .kubectl
            .run(&format!("delete pod -n {SYSTEM} {} --grace-period=0 --force", name(leader)))
            .await;
    } else {
        processes_of(leader).await.into_iter().for_each(|process| signal_worker(process, Signal::KILL));
    }
    taken_anew(cluster, &before).await;
}

async fn lease(cluster: &Cluster) -> Value {
    cluster.kubectl.get(&format!("-n {SYSTEM} lease davit-operator")).await["spec"].take()
}

/// Waits until the operator's pods stand, and one of them has taken the Lease since:
/// another one, or the one that had it, started anew.
async fn taken_anew(cluster: &Cluster, before: &Value) {
    until("one of the operator's pods to lead", async || {
        let now = lease(cluster).await;
        let pods = of_operator(cluster).await;
        let held = pods.iter().any(|pod| now["holderIdentity"] == name(pod));
        let later = now["leaseTransitions"].as_u64() > before["leaseTransitions"].as_u64();
        (held && later).then_some(()).ok_or_else(|| format!("the Lease is {now}"))
    })
    .await;
    cluster.kubectl.run(&format!("rollout status -n {SYSTEM} deployment/davit-operator --timeout=3m")).await;
}
