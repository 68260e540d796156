//! The first phase of a reload: everything is started beside what serves.

use serde::{Deserialize, Serialize};

use super::Fence;
use crate::plan::{Plan, PlannedPlugin, PluginState};
use crate::{Digest, PluginName, Version};

/// The most plans that one prepare may ask to be held warm.
pub const MAX_WARM: usize = 16;

/// Builds a new snapshot beside the serving one. The same fence and plan never
/// build twice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PrepareRequest {
    /// The plan's place.
    #[serde(flatten)]
    pub fence: Fence,
    /// When to answer at the latest, in milliseconds from now: clocks differ.
    pub deadline: u64,
    /// How long to wait for a group after its start, in milliseconds. Does not
    /// apply to a replica without a committed plan.
    pub settle: u64,
    /// What shall run.
    pub plan: Plan,
    /// The operator's seal on the plan, which a replica keeps and hands back.
    pub tag: String,
    /// Plans whose groups are started and held beside the plan; no part of its
    /// digest. At most [`MAX_WARM`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warm: Vec<Plan>,
}

/// How far a prepared or committed plan has come on one replica.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prepared {
    /// The plan's place.
    #[serde(flatten)]
    pub fence: Fence,
    /// The plan.
    pub plan: Digest,
    /// Whether it serves already.
    pub committed: bool,
    /// The plan's plugins, in its order.
    pub plugins: Vec<PluginReport>,
    /// The plugins of each warm plan, in its order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warm: Vec<Vec<PluginReport>>,
}

/// How one plugin fares on one replica.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PluginReport {
    /// The plugin.
    pub name: PluginName,
    /// Its package's version.
    pub version: Version,
    /// Its package.
    pub digest: Digest,
    /// How far it has come.
    #[serde(flatten)]
    pub state: PluginState,
}

impl PluginReport {
    /// The report on a planned plugin.
    pub fn of(plugin: &PlannedPlugin, state: PluginState) -> Self {
        let PlannedPlugin { name, version, digest, .. } = plugin;
        Self { name: name.clone(), version: version.clone(), digest: *digest, state }
    }
}
