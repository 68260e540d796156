//! What the kubelet asks a pod.

use k8s_openapi::api::core::v1::{HTTPGetAction, Probe};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

/// Whether it lives, until it first says so: for two minutes.
pub(super) fn startup() -> Probe {
    probe("/_/api/health/live", 1, 120)
}

/// Whether it serves: requests stop within two seconds.
pub(super) fn readiness() -> Probe {
    probe("/_/api/health/ready", 1, 2)
}

/// Whether it lives: a minute without an answer ends it.
pub(super) fn liveness() -> Probe {
    Probe { timeout_seconds: Some(5), ..probe("/_/api/health/live", 10, 6) }
}

fn probe(path: &str, period: i32, failures: i32) -> Probe {
    let get = HTTPGetAction {
        path: Some(path.to_owned()),
        port: IntOrString::String("http".to_owned()),
        ..HTTPGetAction::default()
    };
    Probe {
        http_get: Some(get),
        period_seconds: Some(period),
        failure_threshold: Some(failures),
        ..Probe::default()
    }
}
