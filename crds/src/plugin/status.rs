//! What the operator says about a Plugin.

use davit_plugin::{Digest, Version};
use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::SourceType;
use crate::condition::NOT_OBSERVED;
use crate::{condition, moment, schema};

/// What became of a Plugin. Only the operator writes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PluginStatus {
    /// The generation of the resource that the status speaks of; -1 before the operator has seen it.
    #[serde(default = "condition::not_observed")]
    pub observed_generation: i64,
    /// Which package the source names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved: Option<Resolved>,
    /// What answers requests now; after a bad update, the last good version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serving: Option<Serving>,
    /// On how many of the replicas it serves, e.g. `3/3`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 32))]
    pub loaded: Option<String>,
    /// The first 12 digits of the digest of what serves, else of what the source names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 12))]
    pub short_digest: Option<String>,
    /// The kind of the source: OCI or ConfigMap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_type: Option<SourceType>,
    /// The path segment that it is served under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub base: Option<String>,
    /// The plugins that share its worker process, itself among them, in start order; empty if it runs no code.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 4096), inner(length(max = 214)))]
    pub group: Vec<String>,
    /// What the package asks for and this resource does not grant, e.g. `route GET /api/other/**`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 4096), inner(length(max = 1024)))]
    pub not_granted: Vec<String>,
    /// The conditions; docs/reference/conditions.md lists them with their reasons.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "condition::schema")]
    pub conditions: Vec<Condition>,
}

impl Default for PluginStatus {
    /// Nobody has looked at the resource yet.
    fn default() -> Self {
        Self {
            observed_generation: NOT_OBSERVED,
            resolved: None,
            serving: None,
            loaded: None,
            short_digest: None,
            source_type: None,
            base: None,
            group: Vec::new(),
            not_granted: Vec::new(),
            conditions: Vec::new(),
        }
    }
}

/// The package that a source names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Resolved {
    /// The version in the package's manifest, once it is verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::version")]
    pub version: Option<Version>,
    /// The package's digest.
    #[schemars(schema_with = "schema::digest")]
    pub digest: Digest,
    /// The source with the digest: `registry/repository@sha256:…` or `configmap/name`.
    #[schemars(length(max = 1024))]
    pub reference: String,
    /// When the source was asked and named it for the first time.
    #[serde(with = "moment")]
    #[schemars(schema_with = "schema::time")]
    pub time: Timestamp,
}

/// What answers requests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Serving {
    /// The version in the package's manifest.
    #[schemars(schema_with = "schema::version")]
    pub version: Version,
    /// The package's digest.
    #[schemars(schema_with = "schema::digest")]
    pub digest: Digest,
    /// The generation of the resource that it was made from.
    pub generation: i64,
    /// How many replicas serve it.
    pub loaded_replicas: i32,
    /// How many replicas there are, apart from those that are ending.
    pub replicas: i32,
    /// Since when it serves.
    #[serde(with = "moment")]
    #[schemars(schema_with = "schema::time")]
    pub time: Timestamp,
}
