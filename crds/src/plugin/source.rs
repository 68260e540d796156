//! Where a package comes from.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::schema::{self, rules};

/// Where a package comes from, as the API has it: exactly one field is set.
/// [`Source::parse`] says which.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-validations" = rules([(
    "has(self.oci) != has(self.configMap)",
    "name exactly one source: either `oci` or `configMap`",
)])))]
pub struct Source {
    /// An OCI artifact in a registry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oci: Option<OciSource>,
    /// A ConfigMap in the same namespace, whose keys are the package's files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config_map: Option<ConfigMapSource>,
}

/// The one place that a package comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceRef<'a> {
    /// An OCI artifact.
    Oci(&'a OciSource),
    /// A ConfigMap.
    ConfigMap(&'a ConfigMapSource),
}

/// `spec.source` does not name exactly one source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSource {
    /// None is set.
    #[error("spec.source names no source: set either `oci` or `configMap`")]
    Missing,
    /// Both are set.
    #[error("spec.source names two sources: remove either `oci` or `configMap`")]
    Ambiguous,
}

impl Source {
    /// The source. The API server refuses resources for which this is an error.
    pub fn parse(&self) -> Result<SourceRef<'_>, InvalidSource> {
        match (&self.oci, &self.config_map) {
            (Some(oci), None) => Ok(SourceRef::Oci(oci)),
            (None, Some(config_map)) => Ok(SourceRef::ConfigMap(config_map)),
            (None, None) => Err(InvalidSource::Missing),
            (Some(_), Some(_)) => Err(InvalidSource::Ambiguous),
        }
    }
}

/// An OCI artifact (interfaces §7).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OciSource {
    /// The artifact with its tag or digest: `ghcr.io/acme/hello:1.2.0` or `ghcr.io/acme/hello@sha256:…`. A tag is asked again every 5 minutes.
    #[schemars(schema_with = "schema::reference")]
    pub reference: String,
    /// Speaks plain HTTP with the registry.
    #[serde(default)]
    pub insecure: bool,
    /// Secrets of type kubernetes.io/dockerconfigjson with credentials for the registry.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 8), extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    pub pull_secrets: Vec<SecretRef>,
}

/// A Secret in the same namespace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SecretRef {
    /// The Secret's name.
    #[schemars(schema_with = "schema::object_name")]
    pub name: String,
}

/// A ConfigMap; `data` and `binaryData` both count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConfigMapSource {
    /// The ConfigMap's name.
    #[schemars(schema_with = "schema::object_name")]
    pub name: String,
    /// The keys that are files of the package, and their paths in it. If absent, every key is a file in the package's root.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 256))]
    pub items: Vec<ConfigMapItem>,
}

/// A file of a package that comes from a ConfigMap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConfigMapItem {
    /// The key in the ConfigMap.
    #[schemars(schema_with = "schema::key")]
    pub key: String,
    /// The file's path in the package, e.g. `dist/plugin.js`.
    #[schemars(schema_with = "schema::path")]
    pub path: String,
}

/// The kind of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum SourceType {
    /// An OCI artifact.
    #[serde(rename = "OCI")]
    Oci,
    /// A ConfigMap.
    ConfigMap,
}

impl SourceRef<'_> {
    /// The kind of the source.
    pub fn source_type(&self) -> SourceType {
        match self {
            Self::Oci(_) => SourceType::Oci,
            Self::ConfigMap(_) => SourceType::ConfigMap,
        }
    }
}

impl fmt::Display for SourceType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Oci => "OCI",
            Self::ConfigMap => "ConfigMap",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<SourceType, InvalidSource> {
        serde_json::from_str::<Source>(text).unwrap().parse().map(|source| source.source_type())
    }

    #[test]
    fn is_exactly_one() {
        let (oci, config_map) = (r#""oci":{"reference":"a/b:1"}"#, r#""configMap":{"name":"c"}"#);
        assert_eq!(parsed(&format!("{{{oci}}}")), Ok(SourceType::Oci));
        assert_eq!(parsed(&format!("{{{config_map},\"oci\":null}}")), Ok(SourceType::ConfigMap));
        assert_eq!(parsed("{}"), Err(InvalidSource::Missing));
        assert_eq!(parsed(&format!("{{{oci},{config_map}}}")), Err(InvalidSource::Ambiguous));
    }

    #[test]
    fn types_are_written_as_they_are_shown() {
        for (kind, text) in [(SourceType::Oci, "OCI"), (SourceType::ConfigMap, "ConfigMap")] {
            assert_eq!(
                (kind.to_string(), serde_json::to_value(kind).unwrap()),
                (text.to_owned(), text.into())
            );
        }
    }
}
