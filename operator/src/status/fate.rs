//! What became of one Plugin in a pass: all that its status is made of.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use davit_crds::Plugin;
use davit_plugin::PluginName;
use davit_plugin::plan::PlannedPlugin;
use davit_plugin::reason::{Problem, Reason};

use crate::artifact::Artifact;

/// What became of one Plugin in a pass.
#[derive(Debug, Clone)]
pub struct Fate {
    /// The resource.
    pub plugin: Arc<Plugin>,
    /// How far its source has come; none if nobody has looked yet.
    pub artifact: Option<Arc<Artifact>>,
    /// Why the plan does not have it as it is wanted: a reason of
    /// DependenciesReady or Programmed, or Disabled.
    pub problem: Option<Problem>,
    /// Plugins that it could use but is not linked to, because only its manifest
    /// names them and one of the two would gain variables or permissions.
    pub unlinked: BTreeSet<PluginName>,
    /// Its entry in the plan that the replicas serve.
    pub serving: Option<Arc<PlannedPlugin>>,
    /// Whether that entry is what this generation of the resource and the
    /// package that its source names ask for.
    pub current: bool,
    /// The plugins that share its worker process, itself among them, in start
    /// order; empty if it does not serve or runs no code.
    pub group: Vec<PluginName>,
    /// The replicas, those apart that are being ended.
    pub replicas: usize,
    /// Those of them that serve the entry.
    pub loaded: usize,
    /// Why some replica does not serve the entry, if one said so.
    pub lagging: Option<Problem>,
    /// For how long not all replicas have served it; none if all do.
    pub lagging_for: Option<Duration>,
    /// How long a replica may join before Ready tells of it:
    /// `rollout.prepareTimeout`.
    pub patience: Duration,
}

impl Fate {
    /// Of a Plugin whose PluginRuntime does not exist.
    pub fn orphan(plugin: Arc<Plugin>, artifact: Option<Arc<Artifact>>) -> Self {
        let runtime = &plugin.spec.runtime_ref.name;
        let message = format!("there is no PluginRuntime {runtime} in this namespace: create it");
        Self {
            problem: Some(Problem::new(Reason::RuntimeNotFound, message)),
            plugin,
            artifact,
            unlinked: BTreeSet::new(),
            serving: None,
            current: false,
            group: Vec::new(),
            replicas: 0,
            loaded: 0,
            lagging: None,
            lagging_for: None,
            patience: Duration::ZERO,
        }
    }
}
