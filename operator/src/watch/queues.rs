//! Who wakes whom.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use davit_crds::{Plugin, PluginRuntime};
use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use kube::runtime::reflector::ObjectRef;
use tokio::sync::Notify;

use super::Stores;
use crate::metrics::Metrics;

/// Wakes the reconcilers of the leader. In a standby nobody listens, and what
/// is sent is dropped.
#[derive(Clone)]
pub struct Queues(Arc<Inner>);

struct Inner {
    listener: Mutex<Option<Listener>>,
    gone: Notify,
    metrics: Arc<Metrics>,
}

struct Listener {
    rollouts: UnboundedSender<ObjectRef<PluginRuntime>>,
    artifacts: UnboundedSender<ObjectRef<Plugin>>,
    /// The UIDs of PluginRuntimes of whose objects one has changed.
    touched: HashSet<String>,
}

/// What is woken. The applier takes it at once and keeps each object only once.
pub struct Work {
    /// The PluginRuntimes that a pass is due over.
    pub rollouts: UnboundedReceiver<ObjectRef<PluginRuntime>>,
    /// The Plugins whose source is to be asked.
    pub artifacts: UnboundedReceiver<ObjectRef<Plugin>>,
}

impl Queues {
    /// Queues that nobody listens to yet.
    pub fn new(metrics: Arc<Metrics>) -> Self {
        Self(Arc::new(Inner { listener: Mutex::default(), gone: Notify::new(), metrics }))
    }

    /// Starts to listen, in place of whoever listened before.
    pub fn open(&self) -> Work {
        let ((rollouts, rolled), (artifacts, asked)) = (unbounded(), unbounded());
        *self.listener() = Some(Listener { rollouts, artifacts, touched: HashSet::new() });
        Work { rollouts: rolled, artifacts: asked }
    }

    /// Wakes everything that there is.
    pub fn wake_all(&self, stores: &Stores) {
        stores.plugins.state().iter().for_each(|plugin| self.artifact(ObjectRef::from_obj(&**plugin)));
        stores.runtimes.state().iter().for_each(|runtime| self.rollout(ObjectRef::from_obj(&**runtime)));
    }

    /// A pass over this runtime is due.
    pub fn rollout(&self, runtime: ObjectRef<PluginRuntime>) {
        self.0.metrics.woken("rollout");
        if let Some(listener) = &*self.listener() {
            let _not_any_more = listener.rollouts.unbounded_send(runtime);
        }
    }

    /// The source of this Plugin is to be asked.
    pub fn artifact(&self, plugin: ObjectRef<Plugin>) {
        self.0.metrics.woken("artifact");
        if let Some(listener) = &*self.listener() {
            let _not_any_more = listener.artifacts.unbounded_send(plugin);
        }
    }

    /// One of the objects of this runtime, which has this UID, has changed.
    pub(super) fn touched(&self, runtime: ObjectRef<PluginRuntime>, uid: &str) {
        if let Some(listener) = &mut *self.listener() {
            listener.touched.insert(uid.to_owned());
        }
        self.rollout(runtime);
    }

    /// Whether one of the objects of the runtime with this UID has changed since
    /// this was asked last.
    pub fn was_touched(&self, uid: &str) -> bool {
        self.listener().as_mut().is_some_and(|listener| listener.touched.remove(uid))
    }

    /// A Plugin or a PluginRuntime is gone: what is remembered of it can go.
    pub(super) fn gone(&self) {
        self.0.gone.notify_one();
    }

    /// Waits until a Plugin or a PluginRuntime is gone.
    pub async fn until_some_are_gone(&self) {
        self.0.gone.notified().await;
    }

    fn listener(&self) -> MutexGuard<'_, Option<Listener>> {
        self.0.listener.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
