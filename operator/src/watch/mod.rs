//! The API server → the stores, and then whom it wakes.
//!
//! ```text
//! watch each kind in each namespace → store → is it news to anybody? → wake
//! ```
//!
//! Goes on in a standby, too, so that its stores are full when it takes over.

mod cause;
mod follow;
mod follower;
mod gists;
mod queues;
mod stores;

use std::fmt::Debug;

use k8s_openapi::NamespaceResourceScope;
use k8s_openapi::api::apps::v1::{Deployment, StatefulSet};
use k8s_openapi::api::core::v1::{ConfigMap, Pod, Service};
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use kube::core::PartialObjectMeta;
use kube::runtime::reflector;
use kube::runtime::watcher::Config;
use kube::{Api, Client, Resource};
use serde::de::DeserializeOwned;
use tokio::sync::watch;

pub use cause::cause;
pub use queues::{Queues, Work};
pub use stores::Stores;

use follow::{Watches, follow};
use gists::{ConfigMapGist, OwnedGist, PluginGist, PodGist, RuntimeGist};

/// How many kinds are watched.
const KINDS: usize = 8;

/// Starts to watch these namespaces, or all if there are none. The tasks go on
/// until the process ends.
pub fn start(client: &Client, namespaces: &[String], queues: &Queues) -> Stores {
    let (listed, unlisted) = watch::channel(KINDS);
    let (plugins, plugin_writer) = reflector::store();
    let (runtimes, runtime_writer) = reflector::store();
    let (pods, pod_writer) = reflector::store();
    let stores = Stores::new(plugins, runtimes, pods, unlisted);
    let watches = Watches { client, namespaces, stores: &stores, queues, listed };
    let of_runtimes = || Config::default().labels(davit_crds::RUNTIME_LABEL);
    follow::<_, PluginGist>(&watches, plugin_writer, &Config::default());
    follow::<_, RuntimeGist>(&watches, runtime_writer, &Config::default());
    follow::<Pod, PodGist>(&watches, pod_writer, &of_runtimes());
    follow::<PartialObjectMeta<ConfigMap>, ConfigMapGist>(&watches, reflector::store().1, &Config::default());
    owned::<Deployment>(&watches);
    owned::<StatefulSet>(&watches);
    owned::<Service>(&watches);
    owned::<PodDisruptionBudget>(&watches);
    stores
}

/// Follows the objects of one kind that the operator has made.
fn owned<K>(watches: &Watches)
where
    K: Resource<DynamicType = (), Scope = NamespaceResourceScope>,
    K: Clone + Debug + DeserializeOwned + Send + Sync + 'static,
{
    let made = format!("{},app.kubernetes.io/managed-by=davit-operator", davit_crds::RUNTIME_LABEL);
    let config = Config::default().labels(&made);
    follow::<PartialObjectMeta<K>, OwnedGist>(watches, reflector::store().1, &config);
}

/// One `Api` for each namespace, or one for all.
fn apis<K>(client: &Client, namespaces: &[String]) -> Vec<Api<K>>
where
    K: Resource<DynamicType = (), Scope = NamespaceResourceScope>,
{
    if namespaces.is_empty() {
        return vec![Api::all(client.clone())];
    }
    namespaces.iter().map(|namespace| Api::namespaced(client.clone(), namespace)).collect()
}
