//! What the reconcilers share.

use std::sync::Arc;

use davit_crds::{Plugin, PluginRuntime};
use kube::Client;

use crate::artifact::{Artifacts, Keep};
use crate::backoff::Failures;
use crate::fleet::Fleets;
use crate::metrics::Metrics;
use crate::options::Options;
use crate::replicas::Replicas;
use crate::rollout::Memories;
use crate::source::oci::Registries;
use crate::status::Events;
use crate::watch::{Queues, Stores};

/// All that a reconciler works with. Made anew each time that this process
/// becomes the leader: what was remembered before may be another leader's past.
pub struct Context {
    /// The API server.
    pub client: Client,
    /// What is there, as it was last seen.
    pub stores: Stores,
    /// What is known of each Plugin's package.
    pub artifacts: Arc<Artifacts>,
    /// Packages.
    pub keep: Arc<Keep>,
    /// Connections to registries.
    pub registries: Registries,
    /// Control ports.
    pub replicas: Arc<Replicas>,
    /// What is known of the PluginRuntimes' objects.
    pub fleets: Fleets,
    /// What rollouts remember.
    pub memories: Memories,
    /// Who wakes whom.
    pub queues: Queues,
    /// What people are told.
    pub events: Events,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// The passes over each PluginRuntime that failed in a row.
    pub failures: Failures,
    /// How the operator was started.
    pub options: Options,
}

impl Context {
    /// Whether this operator looks after a PluginRuntime: it is of its class.
    pub fn is_ours(&self, runtime: &PluginRuntime) -> bool {
        runtime.spec.operator_class == self.options.operator_class
    }

    /// Whether this operator looks after a Plugin: nobody else does.
    pub fn may_be_ours(&self, plugin: &Plugin) -> bool {
        self.stores.runtime_of(plugin).is_none_or(|runtime| self.is_ours(&runtime))
    }

    /// Forgets what is remembered of objects that are gone.
    pub fn forget_the_gone(&self) {
        let (plugins, runtimes) = (self.stores.plugin_uids(), self.stores.runtime_uids());
        self.artifacts.retain(|uid| plugins.contains(uid));
        self.fleets.retain(|uid| runtimes.contains(uid));
        self.memories.retain(|uid| runtimes.contains(uid));
        self.failures.retain(|uid| runtimes.contains(uid));
    }
}
