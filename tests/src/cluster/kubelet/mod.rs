//! A stand-in for the scheduler and the kubelets of one namespace. Each pod gets
//! an address of its own and a real `davit-runtime` process there, with the pod's
//! environment and folders in place of its mounts; its status is reported as a
//! kubelet does. What isolates a container is not played.
//!
//! ```text
//! pod → bind → volumes → process ⇄ readiness, status → SIGTERM → delete
//! ```

mod env;
mod life;
mod node;
mod place;
mod played;
mod probe;
mod process;
mod secret;
mod status;
mod volumes;
mod watch;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use kube::Client;
use tokio::task::JoinSet;

use place::Place;

pub use played::PlayedPod;

/// The pods by their UIDs, in the order of their addresses.
#[derive(Debug, Default)]
struct Pods(Mutex<BTreeMap<String, Arc<PlayedPod>>>);

impl Pods {
    fn add(&self, pod: &Arc<PlayedPod>) {
        let mut pods = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pods.insert(pod.uid().to_owned(), pod.clone());
    }

    fn remove(&self, pod: &PlayedPod) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(pod.uid());
    }

    fn all(&self) -> Vec<Arc<PlayedPod>> {
        let pods = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<_> = pods.values().cloned().collect();
        all.sort_by_key(|pod| pod.address());
        all
    }
}

/// The stand-in of one namespace. Dropping it ends its processes.
#[derive(Debug)]
pub struct Kubelet {
    pods: Arc<Pods>,
    _tasks: JoinSet<()>,
}

impl Kubelet {
    /// Makes a node and begins to play the pods of `namespace`.
    pub async fn start(client: Client, namespace: &str) -> Self {
        let node = node::register(&client, namespace).await;
        let pods = Arc::new(Pods::default());
        let mut tasks = JoinSet::new();
        let place = Place::new(client, namespace, node, &mut tasks);
        tasks.spawn(watch::follow(Arc::new(place), pods.clone()));
        Self { pods, _tasks: tasks }
    }

    /// The pods that are there, by their addresses.
    pub fn pods(&self) -> Vec<Arc<PlayedPod>> {
        self.pods.all()
    }

    /// The pods of a PluginRuntime that are not being deleted.
    pub fn replicas(&self, runtime: &str) -> Vec<Arc<PlayedPod>> {
        let mut pods = self.pods();
        pods.retain(|pod| pod.label("davit.dev/runtime") == Some(runtime) && !pod.is_terminating());
        pods
    }

    /// The last lines that each pod's processes printed.
    pub fn tails(&self, lines: usize) -> String {
        self.pods().iter().map(|pod| pod.tail(lines)).collect()
    }
}
