//! What is there, as it was last seen.

use std::collections::HashSet;
use std::sync::Arc;

use davit_crds::{Plugin, PluginRuntime};
use k8s_openapi::api::core::v1::Pod;
use kube::ResourceExt as _;
use kube::runtime::reflector::{ObjectRef, Store};
use tokio::sync::watch;

/// What is there, as it was last seen.
#[derive(Clone)]
pub struct Stores {
    /// Plugins.
    pub plugins: Store<Plugin>,
    /// PluginRuntimes, those of other operators' classes among them.
    pub runtimes: Store<PluginRuntime>,
    /// Pods of PluginRuntimes.
    pub pods: Store<Pod>,
    /// How many kinds have not been listed yet.
    unlisted: watch::Receiver<usize>,
}

impl Stores {
    pub(super) fn new(
        plugins: Store<Plugin>,
        runtimes: Store<PluginRuntime>,
        pods: Store<Pod>,
        unlisted: watch::Receiver<usize>,
    ) -> Self {
        Self { plugins, runtimes, pods, unlisted }
    }

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
        self.plugins_naming(&ObjectRef::from_obj(runtime))
    }

    /// The Plugins that name a runtime, whether that exists or not.
    pub(super) fn plugins_naming(&self, runtime: &ObjectRef<PluginRuntime>) -> Vec<Arc<Plugin>> {
        self.plugins.state_filter(|plugin| runtime_ref(plugin) == *runtime)
    }

    /// The Plugins whose source is a ConfigMap of this namespace and name.
    pub(super) fn plugins_from(&self, namespace: Option<&str>, config_map: &str) -> Vec<Arc<Plugin>> {
        self.plugins.state_filter(|plugin| {
            let source = plugin.spec.source.config_map.as_ref();
            plugin.metadata.namespace.as_deref() == namespace
                && source.is_some_and(|source| source.name == config_map)
        })
    }

    /// The runtime that a Plugin names.
    pub fn runtime_of(&self, plugin: &Plugin) -> Option<Arc<PluginRuntime>> {
        self.runtimes.get(&runtime_ref(plugin))
    }

    /// The UIDs of all Plugins.
    pub fn plugin_uids(&self) -> HashSet<String> {
        self.plugins.state().iter().filter_map(|plugin| plugin.uid()).collect()
    }

    /// The UIDs of all PluginRuntimes.
    pub fn runtime_uids(&self) -> HashSet<String> {
        self.runtimes.state().iter().filter_map(|runtime| runtime.uid()).collect()
    }

    /// Whether all that is watched has been listed once.
    pub fn are_complete(&self) -> bool {
        *self.unlisted.borrow() == 0
    }

    /// Waits until all that is watched has been listed once.
    pub async fn complete(&self) {
        let mut unlisted = self.unlisted.clone();
        // Fails only if the watches have ended, as they do with the process.
        drop(unlisted.wait_for(|unlisted| *unlisted == 0).await);
    }
}

/// The runtime that a Plugin names, whether it exists or not.
pub(super) fn runtime_ref(plugin: &Plugin) -> ObjectRef<PluginRuntime> {
    ObjectRef::new(&plugin.spec.runtime_ref.name).within(&plugin.namespace().unwrap_or_default())
}
