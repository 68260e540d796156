//! Watches the API server and wakes the reconcilers, always after the stores
//! have what woke them.

use std::sync::Arc;

use davit_crds::{Plugin, PluginRuntime};
use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures::{Stream, StreamExt as _};
use k8s_openapi::api::core::v1::{ConfigMap, Pod};
use kube::core::PartialObjectMeta;
use kube::runtime::WatchStreamExt as _;
use kube::runtime::reflector::{self, ObjectRef, Store};
use kube::runtime::watcher::{self, Event, watcher};
use kube::{Api, Client, ResourceExt as _};

/// What is there, as it was last seen.
#[derive(Clone)]
pub struct Stores {
    /// Plugins.
    pub plugins: Store<Plugin>,
    /// PluginRuntimes.
    pub runtimes: Store<PluginRuntime>,
    /// Pods of PluginRuntimes.
    pub pods: Store<Pod>,
}

/// Who wakes whom.
#[derive(Clone)]
pub struct Queues {
    rollouts: UnboundedSender<ObjectRef<PluginRuntime>>,
    artifacts: UnboundedSender<ObjectRef<Plugin>>,
}

impl Queues {
    /// Two queues and what they fill.
    pub fn new() -> (Self, UnboundedReceiver<ObjectRef<PluginRuntime>>, UnboundedReceiver<ObjectRef<Plugin>>)
    {
        let (rollouts, rolled) = unbounded();
        let (artifacts, asked) = unbounded();
        (Self { rollouts, artifacts }, rolled, asked)
    }

    /// A pass over this runtime is due.
    pub fn rollout(&self, runtime: ObjectRef<PluginRuntime>) {
        let _ended = self.rollouts.unbounded_send(runtime);
    }

    /// The source of this Plugin is to be asked.
    pub fn artifact(&self, plugin: ObjectRef<Plugin>) {
        let _ended = self.artifacts.unbounded_send(plugin);
    }
}

impl Stores {
    /// The pods of a runtime that are not being ended and have not ended.
    pub fn pods_of(&self, runtime: &PluginRuntime) -> Vec<Arc<Pod>> {
        let ours = |pod: &Pod| {
            let phase = pod.status.as_ref().and_then(|status| status.phase.as_deref());
            pod.labels().get(davit_crds::RUNTIME_LABEL) == Some(&runtime.name_any())
                && pod.namespace() == runtime.namespace()
                && pod.metadata.deletion_timestamp.is_none()
                && !matches!(phase, Some("Succeeded" | "Failed"))
        };
        self.pods.state_filter(ours)
    }

    /// The Plugins that name a runtime.
    pub fn plugins_of(&self, runtime: &PluginRuntime) -> Vec<Arc<Plugin>> {
        let (name, namespace) = (runtime.name_any(), runtime.namespace());
        self.plugins
            .state_filter(|plugin| plugin.spec.runtime_ref.name == name && plugin.namespace() == namespace)
    }

    /// The runtime that a Plugin names.
    pub fn runtime_of(&self, plugin: &Plugin) -> Option<Arc<PluginRuntime>> {
        self.runtimes.get(&runtime_ref(plugin))
    }

    /// Waits until the first lists are complete.
    pub async fn ready(&self) {
        let _ = self.plugins.wait_until_ready().await;
        let _ = self.runtimes.wait_until_ready().await;
        let _ = self.pods.wait_until_ready().await;
    }
}

fn runtime_ref(plugin: &Plugin) -> ObjectRef<PluginRuntime> {
    ObjectRef::new(&plugin.spec.runtime_ref.name).within(&plugin.namespace().unwrap_or_default())
}

fn api<K>(client: &Client, namespace: Option<&str>) -> Api<K>
where
    K: kube::Resource<Scope = k8s_openapi::NamespaceResourceScope>,
    K::DynamicType: Default,
{
    namespace.map_or_else(|| Api::all(client.clone()), |namespace| Api::namespaced(client.clone(), namespace))
}

/// Starts to watch.
pub fn start(client: &Client, namespace: Option<&str>, queues: &Queues) -> Stores {
    let (plugins, plugin_writer) = reflector::store();
    let (runtimes, runtime_writer) = reflector::store();
    let (pods, pod_writer) = reflector::store();
    let stores = Stores { plugins, runtimes, pods };
    let config = watcher::Config::default;
    let wake = (stores.clone(), queues.clone());
    follow(
        reflector::reflector(
            plugin_writer,
            watcher(api::<Plugin>(client, namespace), config()).default_backoff(),
        ),
        move |plugin| {
            wake.1.artifact(ObjectRef::from_obj(plugin));
            wake.1.rollout(runtime_ref(plugin));
        },
    );
    let wake = (stores.clone(), queues.clone());
    follow(
        reflector::reflector(
            runtime_writer,
            watcher(api::<PluginRuntime>(client, namespace), config()).default_backoff(),
        ),
        move |runtime| {
            wake.1.rollout(ObjectRef::from_obj(runtime));
            for plugin in wake.0.plugins_of(runtime) {
                wake.1.artifact(ObjectRef::from_obj(&*plugin));
            }
        },
    );
    let wake = (stores.clone(), queues.clone());
    let of_runtimes = config().labels(davit_crds::RUNTIME_LABEL);
    follow(
        reflector::reflector(
            pod_writer,
            watcher(api::<Pod>(client, namespace), of_runtimes).default_backoff(),
        ),
        move |pod: &Pod| {
            if let Some(name) = pod.labels().get(davit_crds::RUNTIME_LABEL) {
                wake.1.rollout(ObjectRef::new(name).within(&pod.namespace().unwrap_or_default()));
            }
        },
    );
    let wake = (stores.clone(), queues.clone());
    follow(
        watcher(api::<PartialObjectMeta<ConfigMap>>(client, namespace), config()).default_backoff(),
        move |map| {
            for plugin in wake.0.plugins.state_filter(|plugin| {
                plugin.namespace() == map.namespace()
                    && plugin
                        .spec
                        .source
                        .config_map
                        .as_ref()
                        .is_some_and(|source| source.name == map.name_any())
            }) {
                wake.1.artifact(ObjectRef::from_obj(&*plugin));
            }
        },
    );
    stores
}

fn follow<K: Send + 'static>(
    events: impl Stream<Item = watcher::Result<Event<K>>> + Send + 'static,
    wake: impl Fn(&K) + Send + 'static,
) {
    tokio::spawn(async move {
        let mut events = std::pin::pin!(events);
        while let Some(event) = events.next().await {
            match event {
                Ok(Event::Apply(object) | Event::Delete(object) | Event::InitApply(object)) => wake(&object),
                Ok(Event::Init | Event::InitDone) => {}
                Err(error) => tracing::warn!(%error, "a watch was cut off and begins again"),
            }
        }
    });
}
