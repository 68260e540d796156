//! In: a replica's pod. Out: what keeps it from starting, in the words of the
//! scheduler or the kubelet. Pure.

use k8s_openapi::api::core::v1::{ContainerStatus, Pod};
use kube::ResourceExt as _;

/// Waiting that is on its way, and no hindrance.
const USUAL: [&str; 2] = ["ContainerCreating", "PodInitializing"];
/// The most that is told of one pod, in characters.
const LONGEST: usize = 400;

/// Why a pod does not start, e.g. `default-5c9-x: ErrImagePull: … not found`. None
/// if it has started, or nothing is known against it.
pub fn hindrance(pod: &Pod) -> Option<String> {
    let (reason, message) = unscheduled(pod).or_else(|| waiting(pod))?;
    let text = format!("{}: {reason}: {message}", pod.name_any());
    Some(text.trim_end_matches([':', ' ']).chars().take(LONGEST).collect())
}

/// The same in one stable word.
pub fn reason(pod: &Pod) -> Option<String> {
    unscheduled(pod).or_else(|| waiting(pod)).map(|(reason, _)| reason)
}

fn unscheduled(pod: &Pod) -> Option<(String, String)> {
    let mut conditions = pod.status.iter().flat_map(|status| status.conditions.iter().flatten());
    let not =
        conditions.find(|condition| condition.type_ == "PodScheduled" && condition.status == "False")?;
    Some((not.reason.clone()?, not.message.clone().unwrap_or_default()))
}

fn waiting(pod: &Pod) -> Option<(String, String)> {
    let containers = pod.status.iter().flat_map(|status| status.container_statuses.iter().flatten());
    containers.into_iter().find_map(|container| {
        let waiting = container.state.as_ref()?.waiting.as_ref()?;
        let reason = waiting.reason.clone().filter(|reason| !USUAL.contains(&reason.as_str()))?;
        let message = waiting.message.clone().unwrap_or_default();
        Some((reason, ended(container).map(|last| format!("{message} ({last})")).unwrap_or(message)))
    })
}

/// How the container ended before: `CrashLoopBackOff` alone helps nobody.
fn ended(container: &ContainerStatus) -> Option<String> {
    let last = container.last_state.as_ref()?.terminated.as_ref()?;
    let reason = last.reason.as_deref().unwrap_or("it ended");
    Some(format!("last time: {reason}, exit code {}", last.exit_code))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn told(status: &Value) -> Option<String> {
        let pod = json!({"metadata": {"name": "default-1"}, "status": status});
        hindrance(&serde_json::from_value(pod).unwrap())
    }

    fn container(state: &Value, last: &Value) -> Value {
        json!({"containerStatuses": [{"name": "runtime", "image": "i", "imageID": "", "ready": false,
            "restartCount": 3, "state": state, "lastState": last}]})
    }

    #[test]
    fn what_hinders_a_pod_is_told_in_the_clusters_own_words() {
        let scheduled = |status: &str| {
            json!({"conditions": [{"type": "PodScheduled", "status": status, "reason": "Unschedulable",
                "message": "0/2 nodes are available: 2 Insufficient memory."}]})
        };
        let waits = |reason: &str, message: &str| json!({"waiting": {"reason": reason, "message": message}});
        let killed = json!({"terminated": {"reason": "OOMKilled", "exitCode": 137}});
        let table = [
            (scheduled("True"), None),
            (
                scheduled("False"),
                Some("default-1: Unschedulable: 0/2 nodes are available: 2 Insufficient memory."),
            ),
            (container(&waits("ContainerCreating", ""), &json!({})), None),
            (
                container(&waits("ErrImagePull", "no such host"), &json!({})),
                Some("default-1: ErrImagePull: no such host"),
            ),
            (
                container(&waits("CreateContainerError", ""), &json!({})),
                Some("default-1: CreateContainerError"),
            ),
            (
                container(&waits("CrashLoopBackOff", "back-off 10s"), &killed),
                Some("default-1: CrashLoopBackOff: back-off 10s (last time: OOMKilled, exit code 137)"),
            ),
            (container(&json!({"running": {}}), &killed), None),
            (json!({}), None),
        ];
        for (status, expected) in table {
            assert_eq!(told(&status).as_deref(), expected, "{status}");
        }
    }

    #[test]
    fn a_long_message_is_cut() {
        let state = json!({"waiting": {"reason": "ErrImagePull", "message": "x".repeat(9000)}});
        assert_eq!(told(&container(&state, &json!({}))).unwrap().len(), LONGEST);
    }
}
