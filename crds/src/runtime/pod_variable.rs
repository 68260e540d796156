//! A variable of the runtime container.

use k8s_openapi::api::core::v1::{
    ConfigMapKeySelector, EnvVar, EnvVarSource, ObjectFieldSelector, SecretKeySelector,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::schema::{self, rules};

/// What the names of the Secrets that the operator makes for a PluginRuntime end
/// with: no container reads one of them as a variable.
pub const OWN_SECRETS: [&str; 3] = ["-control-ca", "-control-tls", "-admin-key"];

/// A variable with at most one of a value and a place that it comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-validations" = rules([(
    "!(has(self.value) && has(self.valueFrom))",
    "give the variable either a `value` or a `valueFrom`",
)])))]
pub struct PodVariable {
    /// The variable's name. Of `DAVIT_…` and `RUNTIME_…` only RUNTIME_LOG_LEVEL, DAVIT_LOG_FORMAT, DAVIT_HEARTBEAT_TIMEOUT, DAVIT_INIT_TIMEOUT, DAVIT_START_GRACE, DAVIT_TRUSTED_PROXIES and DAVIT_ACCESS_LOG may be set.
    #[schemars(schema_with = "schema::variable")]
    pub name: String,
    /// Its value; empty if this and `valueFrom` are absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 32_768))]
    pub value: Option<String>,
    /// Where its value comes from: exactly one of the three.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_from: Option<PodVariableSource>,
}

/// Where a variable's value comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-validations" = rules([(
    "[has(self.secretKeyRef), has(self.configMapKeyRef), has(self.fieldRef)].filter(it, it).size() == 1",
    "name exactly one of `secretKeyRef`, `configMapKeyRef` and `fieldRef`",
)])))]
pub struct PodVariableSource {
    /// A key of a Secret in the same namespace; never of one that the operator makes for a PluginRuntime.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_key_ref: Option<SecretKey>,
    /// A key of a ConfigMap in the same namespace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config_map_key_ref: Option<ConfigMapKey>,
    /// A field of the pod.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field_ref: Option<PodField>,
}

/// A key of a Secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SecretKey {
    /// The Secret's name.
    #[schemars(schema_with = "schema::others_secret")]
    pub name: String,
    /// The key.
    #[schemars(schema_with = "schema::key")]
    pub key: String,
    /// Whether a pod starts without it.
    #[serde(default)]
    pub optional: bool,
}

/// A key of a ConfigMap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConfigMapKey {
    /// The ConfigMap's name.
    #[schemars(schema_with = "schema::object_name")]
    pub name: String,
    /// The key.
    #[schemars(schema_with = "schema::key")]
    pub key: String,
    /// Whether a pod starts without it.
    #[serde(default)]
    pub optional: bool,
}

/// A field of the pod.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PodField {
    /// The field's path, e.g. `metadata.name`, `spec.nodeName` or `status.podIP`.
    #[schemars(length(min = 1, max = 512))]
    pub field_path: String,
}

impl From<&PodVariable> for EnvVar {
    fn from(variable: &PodVariable) -> Self {
        let value_from = variable.value_from.as_ref().map(EnvVarSource::from);
        Self { name: variable.name.clone(), value: variable.value.clone(), value_from }
    }
}

impl From<&PodVariableSource> for EnvVarSource {
    fn from(source: &PodVariableSource) -> Self {
        let secret = |it: &SecretKey| SecretKeySelector {
            name: it.name.clone(),
            key: it.key.clone(),
            optional: Some(it.optional),
        };
        let config_map = |it: &ConfigMapKey| ConfigMapKeySelector {
            name: it.name.clone(),
            key: it.key.clone(),
            optional: Some(it.optional),
        };
        let field =
            |it: &PodField| ObjectFieldSelector { field_path: it.field_path.clone(), api_version: None };
        Self {
            secret_key_ref: source.secret_key_ref.as_ref().map(secret),
            config_map_key_ref: source.config_map_key_ref.as_ref().map(config_map),
            field_ref: source.field_ref.as_ref().map(field),
            ..Self::default()
        }
    }
}
