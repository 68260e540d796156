//! Dependencies that the administrator declares.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::schema;

/// A plugin that another one needs, or uses when it is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PluginDependency {
    /// The other plugin's name, as its Plugin's spec.name.
    #[schemars(schema_with = "schema::plugin_name")]
    pub name: String,
    /// The versions that will do, in npm's grammar, e.g. `^1.2` or `>=1 <2`.
    #[serde(default = "any")]
    #[schemars(schema_with = "schema::range")]
    pub version: String,
    /// Whether the plugin runs without it.
    #[serde(default)]
    pub optional: bool,
}

fn any() -> String {
    "*".to_owned()
}
