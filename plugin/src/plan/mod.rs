//! The plan: the whole set that shall run on one runtime, in start order.

mod arrange;
mod candidate;
mod canonical;
mod groups;
mod judge;
mod key;
mod state;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::PackagePath;
use crate::manifest::{Limits, Menu, Mode, Permissions, Replacement, Schema, Workers};
use crate::routes::PublicRoutes;
use crate::{Base, Digest, PluginName, VariableName, Version};

pub use arrange::{Arrangement, Barred, Outcome, Wanted, arrange};
pub use candidate::{Candidate, CandidateId};
pub use groups::{Group, GroupKey};
pub use judge::{Tried, Verdict, judge};
pub use key::{InvalidKey, InvalidRole, KeyRole, LONGEST_KEY, MAX_KEYS, PlannedKey, SHORTEST_KEY};
pub use state::PluginState;

/// The only plan format that this version writes and reads.
pub const FORMAT: u32 = 1;

/// All that shall run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// The version of this shape.
    pub format: u32,
    /// The plugins, each behind all that it depends on.
    pub plugins: Vec<PlannedPlugin>,
    /// Keys of the admin API, sorted by name. No group's key depends on them: a
    /// change of theirs starts no process. A plan without any has the digest that
    /// it had before plans had keys.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub keys: Vec<PlannedKey>,
}

/// One plugin of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlannedPlugin {
    /// Its name.
    pub name: PluginName,
    /// Its package's version.
    pub version: Version,
    /// Its package.
    pub digest: Digest,
    /// A change of this value starts its group anew with the same package.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reload: Option<String>,
    /// The path segment it is served under.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub base: Option<Base>,
    /// The module with its code.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub code: Option<PackagePath>,
    /// How the module is run.
    #[serde(default)]
    pub mode: Mode,
    /// How its Workers are kept, unless it is persistent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub workers: Option<Workers>,
    /// How a new version takes its place.
    #[serde(default)]
    pub replacement: Replacement,
    /// What it may do beyond answering its own routes.
    #[serde(default)]
    pub permissions: Permissions,
    /// Values of its environment.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub env: BTreeMap<VariableName, String>,
    /// The options of its configuration that variables of the environment fill,
    /// of which only the process that runs it knows what they are.
    #[serde(skip_serializing_if = "Schema::is_empty", default)]
    pub options: Schema,
    /// The HTML file of its user interface.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ui: Option<PackagePath>,
    /// Whether that file gets a `<base>` with the plugin's base.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub inject_base: bool,
    /// The plugins of this plan that it depends on.
    pub dependencies: Vec<Link>,
    /// What needs no key.
    pub public_routes: PublicRoutes,
    /// The configuration that its factory gets, but for what variables fill.
    pub config: Map<String, Value>,
    /// What one request may cost.
    pub limits: Limits,
    /// Entries of the console's sidebar.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub menus: Vec<Menu>,
}

/// An edge to another plugin of the same plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The other plugin.
    pub name: PluginName,
    /// Whether this one cannot run without it.
    pub required: bool,
}

impl Plan {
    /// The plan without plugins.
    pub fn empty() -> Self {
        Self { format: FORMAT, plugins: Vec::new(), keys: Vec::new() }
    }

    /// The SHA-256 of the plan as canonical JSON (RFC 8785): equal plans have
    /// equal digests, whatever the order of keys.
    pub fn digest(&self) -> Digest {
        canonical::digest(self)
    }

    /// The plugin of this name.
    pub fn plugin(&self, name: &PluginName) -> Option<&PlannedPlugin> {
        self.plugins.iter().find(|plugin| plugin.name == *name)
    }
}
