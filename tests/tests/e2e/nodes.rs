//! The processes of pods, where the nodes' are this machine's.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::pods::name;
use crate::wait::until;

/// What /proc has of a process.
pub(crate) fn folder(process: u32) -> PathBuf {
    PathBuf::from("/proc").join(process.to_string())
}

/// Every process of a pod's containers, by the ids that this machine knows them by.
pub(crate) async fn processes_of(pod: &Value) -> Vec<u32> {
    let statuses = pod["status"]["containerStatuses"].as_array().expect("the pod runs");
    let of_runtime = |status: &Value| Some(status["containerID"].as_str()?.rsplit('/').next()?.to_owned());
    let containers: Vec<String> = statuses.iter().filter_map(of_runtime).collect();
    until(&format!("the processes of {}", name(pod)), async || {
        let all = fs::read_dir("/proc").expect("/proc is there");
        let all = all.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
        let found: Vec<u32> = all.filter(|process| is_in(*process, &containers)).collect();
        (!found.is_empty()).then_some(found).ok_or_else(|| format!("no process of {containers:?}"))
    })
    .await
}

/// A container's cgroup bears its id.
fn is_in(process: u32, containers: &[String]) -> bool {
    let groups = fs::read_to_string(folder(process).join("cgroup")).unwrap_or_default();
    containers.iter().any(|container| groups.contains(container))
}
