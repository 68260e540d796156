//! What the operator says about a PluginRuntime.

use davit_plugin::Digest;
use davit_plugin::control::Fence;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::condition::NOT_OBSERVED;
use crate::{condition, schema};

/// What became of a PluginRuntime. Only the operator writes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PluginRuntimeStatus {
    /// The generation of the resource that the status speaks of; -1 before the operator has seen it.
    #[serde(default = "condition::not_observed")]
    pub observed_generation: i64,
    /// The digest of the plan that was committed last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::digest")]
    pub plan: Option<Digest>,
    /// The place of that plan among all plans of this PluginRuntime.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::fence")]
    pub fence: Option<Fence>,
    /// How many replicas there are, apart from those that are ending.
    #[serde(default)]
    pub replicas: i32,
    /// How many of them serve the plan.
    #[serde(default)]
    pub ready: i32,
    /// How many plugins the plan has.
    #[serde(default)]
    pub plugins: i32,
    /// The label selector of the replicas' pods, for autoscalers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1024))]
    pub selector: Option<String>,
    /// The conditions; docs/reference/conditions.md lists them with their reasons.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "condition::schema")]
    pub conditions: Vec<Condition>,
}

impl Default for PluginRuntimeStatus {
    /// Nobody has looked at the resource yet.
    fn default() -> Self {
        Self {
            observed_generation: NOT_OBSERVED,
            plan: None,
            fence: None,
            replicas: 0,
            ready: 0,
            plugins: 0,
            selector: None,
            conditions: Vec::new(),
        }
    }
}
