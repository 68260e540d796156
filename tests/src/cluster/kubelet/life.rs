//! The life of one pod, from its binding to its end.

use std::process::ExitStatus;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::api::core::v1::{Container, Pod};
use kube::api::{DeleteParams, PostParams, Preconditions};
use rustix::process::Signal;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::Pods;
use super::place::Place;
use super::played::{PlayedPod, Wish};
use super::probe::Readiness;
use super::process;
use super::status::{Phase, Status};
use super::volumes::Volumes;
use crate::process::Process;

/// The time before the second restart; each further one takes twice as long, up
/// to 16 times. A kubelet's begins at 10 s.
const BACKOFF: Duration = Duration::from_millis(100);

/// Why a pod is played no longer.
enum End {
    /// It is being deleted and has so long to end.
    Deleted(Duration),
    /// Its object is gone, or its node.
    Gone,
}

/// A pod while it lives.
pub(super) struct Life {
    place: Arc<Place>,
    pod: Pod,
    played: Arc<PlayedPod>,
    hears: watch::Receiver<Option<Pod>>,
    wishes: watch::Receiver<Wish>,
    status: Status,
}

impl Life {
    pub(super) fn new(place: Arc<Place>, pod: Pod, hears: watch::Receiver<Option<Pod>>) -> Self {
        let played = Arc::new(PlayedPod::new(&pod, place.pod_folder()));
        let wishes = played.wishes();
        Self { place, pod, played, hears, wishes, status: Status::new() }
    }

    pub(super) fn played(&self) -> &Arc<PlayedPod> {
        &self.played
    }

    /// Plays the pod to its end.
    pub(super) async fn play(mut self, pods: Arc<Pods>) {
        self.bind().await;
        let (mut hears, mut wishes) = (self.hears.clone(), self.wishes.clone());
        let mut process = None;
        let end = tokio::select! {
            end = ends(&mut hears, &mut wishes) => end,
            never = self.run(&mut process) => match never {},
        };
        if let End::Deleted(grace) = end {
            self.played.terminates();
            self.stop(process, grace).await;
            self.delete().await;
        }
        pods.remove(&self.played);
    }

    async fn bind(&self) {
        let target = json!({"apiVersion": "v1", "kind": "Node", "name": self.place.node});
        let name = self.played.name();
        let metadata = json!({"name": name, "uid": self.played.uid()});
        let binding = json!({"apiVersion": "v1", "kind": "Binding", "metadata": metadata, "target": target});
        let pods = &self.place.pods;
        let _bound_or_gone =
            pods.create_subresource::<_, Value>("binding", name, &PostParams::default(), &binding).await;
    }

    /// Runs the container's process, again and again.
    async fn run(&mut self, process: &mut Option<Process>) -> std::convert::Infallible {
        let mut volumes = self.volumes().await;
        loop {
            let ended = match self.start(&volumes) {
                Ok((started, readiness)) => {
                    self.attend(process.insert(started), readiness, &mut volumes).await
                }
                Err(reason) => {
                    self.waits("CreateContainerConfigError", reason).await;
                    std::future::pending().await
                }
            };
            *process = None;
            self.played.has_ended();
            self.status.last_exit = ended.code();
            self.status.ready(false);
            self.pause().await;
            self.status.restarts += 1;
        }
    }

    /// Makes the volumes as soon as their Secrets are there.
    async fn volumes(&mut self) -> Volumes {
        let mut changes = self.place.changes();
        loop {
            match Volumes::make(&self.pod, &self.played, &self.place) {
                Ok(volumes) => return volumes,
                Err(reason) => self.waits("ContainerCreating", reason).await,
            }
            let _never_closed = changes.changed().await;
        }
    }

    fn start(&self, volumes: &Volumes) -> Result<(Process, Readiness), String> {
        let container: &Container = process::container(&self.pod)?;
        let readiness = Readiness::of(container, self.played.address())?;
        let process = process::start(&self.pod, container, &self.played, volumes)?;
        self.played.has_started(&process);
        Ok((process, readiness))
    }

    /// Reports on a process until it ends.
    async fn attend(
        &mut self,
        process: &mut Process,
        mut readiness: Readiness,
        volumes: &mut Volumes,
    ) -> ExitStatus {
        self.status.phase = Phase::Running(Timestamp::now());
        let mut changes = self.place.changes();
        loop {
            self.status.ready(readiness.is());
            self.status.report(&self.place.pods, &self.played).await;
            tokio::select! {
                ended = process.ended_by_itself() => return ended,
                () = readiness.changed() => {}
                _ = changes.changed() => {
                    let _what_was_written_stays = volumes.refresh(&self.place);
                }
            }
        }
    }

    /// Waits before a restart: the first comes at once.
    async fn pause(&mut self) {
        if *self.wishes.borrow() == Wish::Hold {
            self.waits("CrashLoopBackOff", "held by the test".to_owned()).await;
            let _never_closed = self.wishes.wait_for(|wish| *wish == Wish::Restart).await;
        } else if let Some(doublings) = self.status.restarts.checked_sub(1) {
            self.waits("CrashLoopBackOff", "restarting failed container".to_owned()).await;
            sleep(BACKOFF * (1 << doublings.min(4))).await;
        }
    }

    async fn waits(&mut self, reason: &'static str, message: String) {
        self.status.phase = Phase::Waiting(reason, message);
        self.status.report(&self.place.pods, &self.played).await;
    }

    /// Ends the process as the kubelet does: by SIGTERM, and by SIGKILL after the
    /// grace period.
    async fn stop(&mut self, process: Option<Process>, grace: Duration) {
        let Some(mut process) = process else { return };
        process.signal(Signal::TERM);
        let ended = timeout(grace, process.ended_by_itself()).await;
        drop(process);
        self.played.has_ended();
        self.status.ready(false);
        self.status.phase = Phase::Ended(ended.ok().and_then(|status| status.code()).unwrap_or(137));
        self.status.report(&self.place.pods, &self.played).await;
    }

    async fn delete(&self) {
        let uid = Some(self.played.uid().to_owned());
        let preconditions = Some(Preconditions { uid, ..Preconditions::default() });
        let parameters = DeleteParams { preconditions, ..DeleteParams::default() }.grace_period(0);
        let _gone = self.place.pods.delete(self.played.name(), &parameters).await;
    }
}

/// Waits until the pod is to be played no longer.
async fn ends(hears: &mut watch::Receiver<Option<Pod>>, wishes: &mut watch::Receiver<Wish>) -> End {
    let is_over =
        |pod: &Option<Pod>| pod.as_ref().is_none_or(|pod| pod.metadata.deletion_timestamp.is_some());
    tokio::select! {
        told = hears.wait_for(is_over) => match told.ok().and_then(|pod| pod.clone()) {
            Some(pod) => {
                let grace = pod.metadata.deletion_grace_period_seconds.unwrap_or(30);
                End::Deleted(Duration::from_secs(u64::try_from(grace).unwrap_or(0)))
            }
            None => End::Gone,
        },
        _ = wishes.wait_for(|wish| *wish == Wish::Lose) => End::Gone,
    }
}
