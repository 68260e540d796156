//! The node that the pods are bound to.

use k8s_openapi::api::core::v1::Node;
use kube::api::PostParams;
use kube::{Api, Client};
use serde_json::json;

/// The address that pods have as that of their host.
pub(super) const HOST: &str = "127.0.0.1";

/// Makes the node of a namespace and returns its name.
pub(super) async fn register(client: &Client, namespace: &str) -> String {
    let name = format!("standin-{namespace}");
    let node = json!({
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": {"kubernetes.io/hostname": name}},
        "status": {
            "addresses": [{"type": "InternalIP", "address": HOST}],
            "capacity": {"cpu": "64", "memory": "256Gi", "pods": "250"},
            "allocatable": {"cpu": "64", "memory": "256Gi", "pods": "250"},
            "conditions": [{"type": "Ready", "status": "True", "reason": "StandIn"}],
        },
    });
    let node: Node = serde_json::from_value(node).expect("a node");
    let nodes: Api<Node> = Api::all(client.clone());
    nodes.create(&PostParams::default(), &node).await.expect("the node can be made");
    name
}
