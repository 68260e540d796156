//! What a plugin sees of the environment, and what else it may do.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::schema;

/// A variable of a plugin's environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PluginVariable {
    /// The variable's name; never one of the runtime's own, `DAVIT_…` and `RUNTIME_…`.
    #[schemars(schema_with = "schema::plugin_variable")]
    pub name: String,
    /// Its value, which stands in the plan as it is.
    #[schemars(schema_with = "schema::variable_value")]
    pub value: String,
}

/// What a plugin may do beyond answering its own routes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PluginPermissions {
    /// Variables of the runtime's own environment that the plugin may read; never one of `DAVIT_…` and `RUNTIME_…`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "schema::plugin_variables")]
    pub env: Vec<String>,
    /// Whether its `onRequest` is asked before the gate and may vouch for callers, which opens all plugins' routes to them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub authenticate: bool,
}

impl PluginPermissions {
    /// Whether nothing is permitted.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
