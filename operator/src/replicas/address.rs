//! Where a pod's control port is.

use std::net::SocketAddr;

use k8s_openapi::api::core::v1::Pod;

/// The control port where the pod does not name another one.
const PORT: u16 = 8443;

/// What it takes to reach one pod, and to know that it is the one that answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) name: String,
    pub(super) uid: String,
    pub(super) at: SocketAddr,
}

impl Address {
    /// The pod's address; none while it does not run, once it ends, or if the
    /// API server gives no address that is one.
    pub(super) fn of(pod: &Pod) -> Option<Self> {
        let status = pod.status.as_ref()?;
        let runs = status.phase.as_deref() == Some("Running") && pod.metadata.deletion_timestamp.is_none();
        let ip = status.pod_ip.as_ref().filter(|_| runs)?.parse().ok()?;
        Some(Self {
            name: pod.metadata.name.clone()?,
            uid: pod.metadata.uid.clone()?,
            at: SocketAddr::new(ip, port(pod)?),
        })
    }
}

/// The container port named `control`; none if the number is no port.
fn port(pod: &Pod) -> Option<u16> {
    let containers = pod.spec.iter().flat_map(|spec| &spec.containers);
    let mut ports = containers.flat_map(|container| container.ports.iter().flatten());
    match ports.find(|port| port.name.as_deref() == Some("control")) {
        Some(port) => u16::try_from(port.container_port).ok(),
        None => Some(PORT),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn pod(status: &Value, ports: &Value) -> Pod {
        let pod = json!({
            "metadata": {"name": "default-0", "uid": "u"},
            "spec": {"containers": [{"name": "runtime", "ports": ports}]},
            "status": status,
        });
        serde_json::from_value(pod).unwrap()
    }

    #[test]
    fn a_running_pod_is_reached_at_its_control_port() {
        let running = json!({"phase": "Running", "podIP": "10.0.0.7"});
        let named =
            json!([{"name": "http", "containerPort": 8000}, {"name": "control", "containerPort": 9443}]);
        assert_eq!(Address::of(&pod(&running, &json!([]))).unwrap().at, "10.0.0.7:8443".parse().unwrap());
        assert_eq!(Address::of(&pod(&running, &named)).unwrap().at, "10.0.0.7:9443".parse().unwrap());
        let six = json!({"phase": "Running", "podIP": "fd00::7"});
        assert_eq!(Address::of(&pod(&six, &json!([]))).unwrap().at, "[fd00::7]:8443".parse().unwrap());
    }

    #[test]
    fn a_pod_that_does_not_run_or_ends_is_not_dialed() {
        let status = |phase: &str, ip: Value| json!({"phase": phase, "podIP": ip});
        for status in [
            json!({}),
            status("Pending", json!("10.0.0.7")),
            status("Failed", json!("10.0.0.7")),
            status("Running", Value::Null),
            status("Running", json!("")),
            status("Running", json!("evil.example")),
        ] {
            assert_eq!(Address::of(&pod(&status, &json!([]))), None, "{status}");
        }
        let mut ending = pod(&json!({"phase": "Running", "podIP": "10.0.0.7"}), &json!([]));
        assert!(Address::of(&ending).is_some());
        ending.metadata.deletion_timestamp = serde_json::from_value(json!("2026-11-21T10:00:00Z")).unwrap();
        assert_eq!(Address::of(&ending), None);
    }
}
