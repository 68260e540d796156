//! A test's own cluster: a namespace with everything that serves it.

mod conditions;
mod objects;
mod replicas;
mod sources;
mod table;
mod wait;

use std::sync::atomic::{AtomicU32, Ordering};

use k8s_openapi::api::core::v1::Namespace;
use kube::api::PostParams;
use kube::{Api, Client};
use serde_json::json;

use super::control_plane::ControlPlane;
use super::{Kubelet, Operator, Registry};
use crate::folder::Plugins;
use crate::programs;

pub use conditions::{condition, reason};
pub use table::Table;

/// How many last lines of each log a failed test shows.
const TAIL: usize = 60;

/// A namespace of the shared control plane with a kubelet, a registry, a folder for
/// the sources of plugins and, as a rule, an operator. On a failed test it shows what
/// the operator and the pods printed.
pub struct World {
    /// An administrator's client.
    pub client: Client,
    /// The namespace.
    pub namespace: String,
    /// The sources of plugins.
    pub plugins: Plugins,
    /// An empty registry, open to all.
    pub registry: Registry,
    /// What plays the pods.
    pub kubelet: Kubelet,
    /// The operator.
    pub operator: Operator,
}

impl World {
    /// A world whose operator runs.
    pub async fn new() -> Self {
        let mut world = Self::without_operator().await;
        world.operator.start_again().await;
        world
    }

    /// A world whose operator has not been started yet.
    pub async fn without_operator() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(1);
        // Whatever takes its time is done before anything is waited for.
        programs::build();
        let namespace = format!("suite-{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let client = ControlPlane::shared().client().await;
        make(&client, &namespace).await;
        let kubelet = Kubelet::start(client.clone(), &namespace).await;
        let (operator, registry) = (Operator::new(&namespace), Registry::start().await);
        Self { client, namespace, plugins: Plugins::new(), registry, kubelet, operator }
    }
}

/// Makes a namespace that admits only pods of the strictest standard.
async fn make(client: &Client, name: &str) {
    let labels = json!({"pod-security.kubernetes.io/enforce": "restricted"});
    let namespace = json!({"metadata": {"name": name, "labels": labels}});
    let namespace: Namespace = serde_json::from_value(namespace).expect("a namespace");
    let namespaces: Api<Namespace> = Api::all(client.clone());
    namespaces.create(&PostParams::default(), &namespace).await.expect("the namespace can be made");
}

impl Drop for World {
    #[allow(clippy::print_stderr, reason = "cargo shows it with the test that failed")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}{}", self.operator.tail(TAIL), self.kubelet.tails(TAIL));
        }
    }
}
