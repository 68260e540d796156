//! A pod's status, as a kubelet writes it.

use jiff::Timestamp;
use k8s_openapi::api::core::v1::Pod;
use kube::Api;
use kube::api::{Patch, PatchParams};
use serde_json::{Value, json};

use super::node::HOST;
use super::played::PlayedPod;

/// What a pod's container does.
#[derive(Debug)]
pub(super) enum Phase {
    /// It does not run yet, or not again: reason and message.
    Waiting(&'static str, String),
    /// It runs since then.
    Running(Timestamp),
    /// It has ended with this exit code and is not started again.
    Ended(i32),
}

/// All that a status tells.
#[derive(Debug)]
pub(super) struct Status {
    since: Timestamp,
    pub(super) phase: Phase,
    ready: bool,
    ready_since: Timestamp,
    pub(super) restarts: u32,
    pub(super) last_exit: Option<i32>,
}

impl Status {
    pub(super) fn new() -> Self {
        let now = Timestamp::now();
        let phase = Phase::Waiting("ContainerCreating", String::new());
        Self { since: now, phase, ready: false, ready_since: now, restarts: 0, last_exit: None }
    }

    /// Sets whether the container is ready.
    pub(super) fn ready(&mut self, ready: bool) {
        if self.ready != ready {
            (self.ready, self.ready_since) = (ready, Timestamp::now());
        }
    }

    /// Writes the status. A pod that is gone meanwhile has none; other failures
    /// show in what the test waits for, so the next report tries again.
    pub(super) async fn report(&self, pods: &Api<Pod>, played: &PlayedPod) {
        let patch = json!({"metadata": {"uid": played.uid()}, "status": self.written(played)});
        let _gone = pods.patch_status(played.name(), &PatchParams::default(), &Patch::Strategic(patch)).await;
    }

    fn written(&self, played: &PlayedPod) -> Value {
        let condition = |name: &str, holds: bool, since: Timestamp| {
            let status = if holds { "True" } else { "False" };
            json!({"type": name, "status": status, "lastTransitionTime": since.to_string()})
        };
        let started = matches!(self.phase, Phase::Running(_));
        let phase = match self.phase {
            Phase::Waiting(..) if self.restarts == 0 => "Pending",
            Phase::Waiting(..) | Phase::Running(_) => "Running",
            Phase::Ended(0) => "Succeeded",
            Phase::Ended(_) => "Failed",
        };
        let mut container = json!({
            "name": "runtime",
            "image": "stand-in",
            "imageID": "",
            "ready": self.ready,
            "started": started,
            "restartCount": self.restarts,
            "state": self.state(),
        });
        if let Some(code) = self.last_exit {
            container["lastState"] = json!({"terminated": {"exitCode": code, "reason": "Error"}});
        }
        let mut status = json!({
            "phase": phase,
            "hostIP": HOST,
            "hostIPs": [{"ip": HOST}],
            "startTime": self.since.to_string(),
            "conditions": [
                condition("PodScheduled", true, self.since),
                condition("Initialized", true, self.since),
                condition("ContainersReady", self.ready, self.ready_since),
                condition("Ready", self.ready, self.ready_since),
            ],
            "containerStatuses": [container],
        });
        if phase != "Pending" {
            status["podIP"] = json!(played.address());
            status["podIPs"] = json!([{"ip": played.address()}]);
        }
        status
    }

    fn state(&self) -> Value {
        match &self.phase {
            Phase::Waiting(reason, message) => json!({"waiting": {"reason": reason, "message": message}}),
            Phase::Running(since) => json!({"running": {"startedAt": since.to_string()}}),
            Phase::Ended(code) => json!({"terminated": {"exitCode": code, "reason": "Completed"}}),
        }
    }
}
