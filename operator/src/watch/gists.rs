//! What of each kind matters, and whom it wakes. What this operator writes
//! itself, as status, wakes nobody.

use std::collections::BTreeMap;

use davit_crds::{Plugin, PluginRuntime, RUNTIME_LABEL};
use k8s_openapi::api::core::v1::{ConfigMap, Pod};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::core::PartialObjectMeta;
use kube::runtime::reflector::ObjectRef;
use kube::{Resource, ResourceExt as _};

use super::follow::Wakes;
use super::follower::{Change, Gist};
use super::stores::runtime_ref;
use super::{Queues, Stores};
use crate::hindrance;

/// What people change of an object.
#[derive(Debug, Clone, PartialEq)]
struct Wanted {
    uid: Option<String>,
    generation: Option<i64>,
    labels: BTreeMap<String, String>,
    annotations: BTreeMap<String, String>,
    ending: bool,
}

impl Wanted {
    fn of(meta: &ObjectMeta) -> Self {
        Self {
            uid: meta.uid.clone(),
            generation: meta.generation,
            labels: meta.labels.clone().unwrap_or_default(),
            annotations: meta.annotations.clone().unwrap_or_default(),
            ending: meta.deletion_timestamp.is_some(),
        }
    }
}

/// Of a Plugin.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PluginGist {
    plugin: ObjectRef<Plugin>,
    runtime: ObjectRef<PluginRuntime>,
    wanted: Wanted,
}

impl Gist<Plugin> for PluginGist {
    fn of(plugin: &Plugin) -> Self {
        let wanted = Wanted::of(plugin.meta());
        Self { plugin: ObjectRef::from_obj(plugin), runtime: runtime_ref(plugin), wanted }
    }
}

impl Wakes for PluginGist {
    fn wake(change: &Change<Self>, _: &Stores, queues: &Queues) {
        let Self { plugin, runtime, .. } = change.gist();
        match change {
            Change::Gone(_) => queues.gone(),
            _ => queues.artifact(plugin.clone()),
        }
        queues.rollout(runtime.clone());
    }
}

/// Of a PluginRuntime.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RuntimeGist {
    runtime: ObjectRef<PluginRuntime>,
    wanted: Wanted,
}

impl Gist<PluginRuntime> for RuntimeGist {
    fn of(runtime: &PluginRuntime) -> Self {
        Self { runtime: ObjectRef::from_obj(runtime), wanted: Wanted::of(runtime.meta()) }
    }
}

impl Wakes for RuntimeGist {
    /// A Plugin says whether its PluginRuntime exists.
    fn wake(change: &Change<Self>, stores: &Stores, queues: &Queues) {
        let runtime = &change.gist().runtime;
        match change {
            Change::New(_) => queues.rollout(runtime.clone()),
            Change::Changed(_) => return queues.rollout(runtime.clone()),
            Change::Gone(_) => queues.gone(),
        }
        for plugin in stores.plugins_naming(runtime) {
            queues.artifact(ObjectRef::from_obj(&*plugin));
        }
    }
}

/// Of a pod of a PluginRuntime.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PodGist {
    runtime: Option<ObjectRef<PluginRuntime>>,
    uid: Option<String>,
    address: Option<String>,
    phase: Option<String>,
    ready: bool,
    /// What keeps it from starting.
    hindered: Option<String>,
    ending: bool,
}

impl Gist<Pod> for PodGist {
    fn of(pod: &Pod) -> Self {
        let status = pod.status.clone().unwrap_or_default();
        let mut conditions = status.conditions.iter().flatten();
        Self {
            runtime: labelled(&pod.metadata),
            uid: pod.uid(),
            address: status.pod_ip.clone(),
            phase: status.phase.clone(),
            ready: conditions.any(|condition| condition.type_ == "Ready" && condition.status == "True"),
            hindered: hindrance::reason(pod),
            ending: pod.metadata.deletion_timestamp.is_some(),
        }
    }
}

impl Wakes for PodGist {
    fn wake(change: &Change<Self>, _: &Stores, queues: &Queues) {
        change.gist().runtime.iter().for_each(|runtime| queues.rollout(runtime.clone()));
    }
}

/// Of a ConfigMap: any change, as its contents are not watched.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ConfigMapGist {
    namespace: Option<String>,
    name: String,
    version: Option<String>,
}

impl Gist<PartialObjectMeta<ConfigMap>> for ConfigMapGist {
    fn of(map: &PartialObjectMeta<ConfigMap>) -> Self {
        Self { namespace: map.namespace(), name: map.name_any(), version: map.resource_version() }
    }

    /// There may be many, of anybody, and annotations can be long.
    fn strip(map: &mut PartialObjectMeta<ConfigMap>) {
        let meta = &mut map.metadata;
        (meta.managed_fields, meta.annotations, meta.labels) = (None, None, None);
    }
}

impl Wakes for ConfigMapGist {
    fn wake(change: &Change<Self>, stores: &Stores, queues: &Queues) {
        let Self { namespace, name, .. } = change.gist();
        for plugin in stores.plugins_from(namespace.as_deref(), name) {
            queues.artifact(ObjectRef::from_obj(&*plugin));
        }
    }
}

/// Of an object that the operator has made for a PluginRuntime.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct OwnedGist {
    runtime: Option<ObjectRef<PluginRuntime>>,
    /// The UID of the PluginRuntime.
    owner: Option<String>,
    wanted: Wanted,
    /// Of kinds without a generation, as Service.
    version: Option<String>,
}

impl<K> Gist<PartialObjectMeta<K>> for OwnedGist {
    fn of(object: &PartialObjectMeta<K>) -> Self {
        let meta = &object.metadata;
        let version = meta.resource_version.clone().filter(|_| meta.generation.is_none());
        let owners = meta.owner_references.iter().flatten();
        let owner = owners.into_iter().find(|owner| owner.controller == Some(true));
        let owner = owner.map(|owner| owner.uid.clone());
        Self { runtime: labelled(meta), owner, wanted: Wanted::of(meta), version }
    }
}

impl Wakes for OwnedGist {
    fn wake(change: &Change<Self>, _: &Stores, queues: &Queues) {
        let Self { runtime, owner, .. } = change.gist();
        if let (Some(runtime), Some(owner)) = (runtime, owner) {
            queues.touched(runtime.clone(), owner);
        }
    }
}

/// The PluginRuntime that an object's label names.
fn labelled(meta: &ObjectMeta) -> Option<ObjectRef<PluginRuntime>> {
    let name = meta.labels.as_ref()?.get(RUNTIME_LABEL)?;
    Some(ObjectRef::new(name).within(meta.namespace.as_deref()?))
}

#[cfg(test)]
mod tests;
