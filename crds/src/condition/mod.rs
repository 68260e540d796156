//! Conditions: what the status of a resource says in words that tools read
//! (kstatus, and Kubernetes' API conventions, "Typical status properties").

mod build;
mod table;

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema, schema_for};
use serde_json::Value;

pub use build::Truth;
pub use table::{RUNTIME_TABLE, Row, TABLE, condition_of, stalls};

/// `observedGeneration` of a resource that the operator has not seen.
pub const NOT_OBSERVED: i64 = -1;

pub(crate) fn not_observed() -> i64 {
    NOT_OBSERVED
}

/// What a condition speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, JsonSchema)]
pub enum ConditionType {
    /// The resource as a whole is as it shall be, on all replicas.
    Ready,
    /// It is not, and the operator is at it or tries again by itself. Absent when it is not true.
    Reconciling,
    /// It is not, and stays so until a person changes something. Absent when it is not true.
    Stalled,
    /// The source names a package, and its bytes are here.
    SourceResolved,
    /// The bytes are the ones that were named, and the manifest is one.
    Verified,
    /// The plugins that it requires run.
    DependenciesReady,
    /// The replicas serve it.
    Programmed,
    /// The replicas of a PluginRuntime have committed the plan that was decided.
    PlanCommitted,
}

impl fmt::Display for ConditionType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// The name of each type and what the comments above say of it.
pub(crate) fn meanings() -> Vec<[String; 2]> {
    let schema = schema_for!(ConditionType);
    let types = schema.get("oneOf").and_then(|types| types.as_array()).into_iter().flatten();
    let text = |of: &Value, key: &str| of[key].as_str().unwrap_or_default().to_owned();
    types.map(|one| [text(one, "const"), text(one, "description")]).collect()
}

/// The schema of a list of conditions (as Kubernetes' own, with its bounds).
pub(crate) fn schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "array",
        "maxItems": 16,
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["type"],
        "items": {
            "type": "object",
            "required": ["type", "status", "reason", "message", "lastTransitionTime"],
            "properties": {
                "type": { "type": "string", "maxLength": 64, "description": "What the condition speaks of." },
                "status": {
                    "type": "string",
                    "enum": ["True", "False", "Unknown"],
                    "description": "Whether it holds.",
                },
                "reason": {
                    "type": "string", "minLength": 1, "maxLength": 256,
                    "pattern": "^[A-Za-z][A-Za-z0-9]*$",
                    "description": "Why, as one stable word.",
                },
                "message": {
                    "type": "string", "maxLength": 32_768,
                    "description": "Why, and what to do, for people.",
                },
                "lastTransitionTime": {
                    "type": "string", "format": "date-time",
                    "description": "Since when `status` is what it is.",
                },
                "observedGeneration": {
                    "type": "integer", "format": "int64", "minimum": 0,
                    "description": "The generation of the resource that the condition speaks of.",
                },
            },
        },
    })
}
