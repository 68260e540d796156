//! Where pods are played: what all of a namespace's share.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use futures::StreamExt;
use k8s_openapi::api::core::v1::{Pod, Secret};
use kube::runtime::reflector::{self, ObjectRef, Store};
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Api, Client};
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// The node, its disk, and the Secrets of the namespace.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) pods: Api<Pod>,
    pub(super) node: String,
    namespace: String,
    disk: TempDir,
    numbers: AtomicU32,
    secrets: Store<Secret>,
    changes: watch::Receiver<u64>,
}

impl Place {
    /// A place whose Secrets are followed by one of `tasks`.
    pub(super) fn new(client: Client, namespace: &str, node: String, tasks: &mut JoinSet<()>) -> Self {
        let (secrets, writer) = reflector::store();
        let (tell, changes) = watch::channel(0);
        let events = watcher(Api::namespaced(client.clone(), namespace), watcher::Config::default());
        tasks.spawn(async move {
            let mut events = events.default_backoff().reflect(writer).boxed();
            while events.next().await.is_some() {
                tell.send_modify(|count| *count += 1);
            }
        });
        Self {
            pods: Api::namespaced(client, namespace),
            node,
            namespace: namespace.to_owned(),
            disk: tempfile::tempdir().expect("a temporary folder"),
            numbers: AtomicU32::new(0),
            secrets,
            changes,
        }
    }

    /// A Secret as it is now.
    pub(super) fn secret(&self, name: &str) -> Option<Secret> {
        self.secrets.get(&ObjectRef::new(name).within(&self.namespace)).map(|secret| (*secret).clone())
    }

    /// What tells that a Secret may have changed.
    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.clone()
    }

    /// A new folder for a pod. Its path is short: sockets lie below it.
    pub(super) fn pod_folder(&self) -> PathBuf {
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        made(self.disk.path().join(format!("p{number}")))
    }

    /// The folder of a claim, which outlives its pods.
    pub(super) fn claim_folder(&self, claim: &str) -> PathBuf {
        made(self.disk.path().join("claims").join(claim))
    }
}

/// A folder, made if need be.
pub(super) fn made(path: impl AsRef<Path>) -> PathBuf {
    std::fs::create_dir_all(&path).expect("the disk is writable");
    path.as_ref().to_owned()
}
