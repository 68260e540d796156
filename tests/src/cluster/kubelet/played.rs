//! A pod that is played, as tests see it and what they do to it.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use k8s_openapi::api::core::v1::Pod;
use kube::ResourceExt;
use rustix::process::Signal;
use tokio::sync::watch;

use crate::cluster::loopback;
use crate::logs::Logs;
use crate::process::{Process, Target};

/// What a test wishes to happen when a pod's process has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    /// It is started again, as a kubelet does.
    Restart,
    /// It stays down.
    Hold,
    /// The node is lost: the process is killed and nobody reports on the pod.
    Lose,
}

/// A pod with its address and its process.
#[derive(Debug)]
pub struct PlayedPod {
    name: String,
    uid: String,
    labels: Vec<(String, String)>,
    address: Ipv4Addr,
    folder: PathBuf,
    wish: watch::Sender<Wish>,
    now: Mutex<Now>,
}

#[derive(Debug, Default)]
struct Now {
    target: Option<Target>,
    logs: Vec<Logs>,
    terminating: bool,
}

impl PlayedPod {
    pub(super) fn new(pod: &Pod, folder: PathBuf) -> Self {
        let labels = pod.labels().iter().map(|(name, value)| (name.clone(), value.clone()));
        Self {
            name: pod.name_any(),
            uid: pod.uid().expect("the server gives each object a UID"),
            labels: labels.collect(),
            address: loopback::address(),
            folder,
            wish: watch::Sender::new(Wish::Restart),
            now: Mutex::default(),
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its UID.
    pub fn uid(&self) -> &str {
        &self.uid
    }

    /// The value of a label.
    pub fn label(&self, name: &str) -> Option<&str> {
        self.labels.iter().find(|(at, _)| at == name).map(|(_, value)| value.as_str())
    }

    /// Its own address.
    pub fn address(&self) -> Ipv4Addr {
        self.address
    }

    /// One of its ports.
    pub fn port(&self, port: u16) -> SocketAddr {
        (self.address, port).into()
    }

    /// Its public port.
    pub fn public(&self) -> SocketAddr {
        self.port(8000)
    }

    /// Its control port.
    pub fn control(&self) -> SocketAddr {
        self.port(8443)
    }

    /// The folder that stands for one of its volumes, unless that is a claim.
    pub fn volume(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The id of its process, if that runs.
    pub fn pid(&self) -> Option<u32> {
        self.now().target.as_ref().map(Target::pid)
    }

    /// How often its process has been started.
    pub fn starts(&self) -> usize {
        self.now().logs.len()
    }

    /// Whether it is being deleted.
    pub fn is_terminating(&self) -> bool {
        self.now().terminating
    }

    /// What its present or last process has printed.
    pub fn logs(&self) -> Logs {
        self.now().logs.last().cloned().unwrap_or_default()
    }

    /// The last lines of all that its processes printed, with a heading.
    pub fn tail(&self, lines: usize) -> String {
        let all: Vec<String> = self.now().logs.iter().flat_map(Logs::lines).collect();
        let last = all[all.len().saturating_sub(lines)..].join("\n");
        format!("---- pod {} at {}, {} starts ----\n{last}\n", self.name, self.address, self.starts())
    }

    /// Kills its process at once. It is started again with the same volumes,
    /// unless the pod is held.
    pub fn kill(&self) {
        self.signal(Signal::KILL);
    }

    /// Stops its process without ending it: it answers nothing.
    pub fn freeze(&self) {
        self.signal(Signal::STOP);
    }

    /// Lets a frozen process go on.
    pub fn thaw(&self) {
        self.signal(Signal::CONT);
    }

    /// Lets its process stay down once it has ended.
    pub fn hold(&self) {
        self.wish.send_replace(Wish::Hold);
    }

    /// Starts its process again if it was held.
    pub fn release(&self) {
        self.wish.send_replace(Wish::Restart);
    }

    /// Kills its process and lets nobody report on the pod any more, as when its
    /// node is lost.
    pub fn lose(&self) {
        self.wish.send_replace(Wish::Lose);
    }

    fn signal(&self, signal: Signal) {
        if let Some(target) = &self.now().target {
            target.signal(signal);
        }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn wishes(&self) -> watch::Receiver<Wish> {
        self.wish.subscribe()
    }

    pub(super) fn has_started(&self, process: &Process) {
        let mut now = self.now();
        now.target = Some(process.target().clone());
        now.logs.push(process.logs().clone());
    }

    pub(super) fn has_ended(&self) {
        self.now().target = None;
    }

    pub(super) fn terminates(&self) {
        self.now().terminating = true;
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
