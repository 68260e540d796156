//! The resource Plugin: what the administrator declares and grants.

mod dependency;
mod environment;
mod grant;
mod source;
mod status;

use std::collections::BTreeMap;

use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::schema::{self, rules};

pub use dependency::PluginDependency;
pub use environment::{PluginPermissions, PluginVariable};
pub use grant::InvalidGrant;
pub use source::{
    ConfigMapItem, ConfigMapSource, InvalidSource, OciSource, SecretRef, Source, SourceRef, SourceType,
};
pub use status::{PluginStatus, Resolved, Serving};

/// The largest `spec.config` in bytes of JSON (interfaces §3). The API server
/// cannot measure it, so the operator does.
pub const MAX_CONFIG: usize = 64 << 10;

/// What the administrator declares about one plugin, and what they grant it.
#[derive(CustomResource, Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[kube(
    group = "davit.dev",
    version = "v1alpha1",
    kind = "Plugin",
    plural = "plugins",
    shortname = "plg",
    category = "davit",
    namespaced,
    status = "PluginStatus",
    derive = "PartialEq",
    doc = "A plugin that one PluginRuntime serves: where its package comes from, and what it is granted.",
    selectable = ".spec.runtimeRef.name",
    selectable = ".status.sourceType",
    validation = ("has(self.spec.name) || size(self.metadata.name) <= 214",
        "the name is longer than the 214 characters of a plugin's name: set spec.name"),
    validation = ("(has(self.spec.name) ? self.spec.name : self.metadata.name) \
            == (has(oldSelf.spec.name) ? oldSelf.spec.name : oldSelf.metadata.name)",
        "spec.name is immutable: create another Plugin and delete this one"),
    printcolumn(name = "Ready", type_ = "string", json_path = r#".status.conditions[?(@.type=="Ready")].status"#,
        description = "Whether this generation serves on all replicas"),
    printcolumn(name = "Reason", type_ = "string", json_path = r#".status.conditions[?(@.type=="Ready")].reason"#,
        description = "Why, as one word of the table of conditions"),
    printcolumn(name = "Version", type_ = "string", json_path = ".status.serving.version",
        description = "The version that answers requests now"),
    printcolumn(name = "Loaded", type_ = "string", json_path = ".status.loaded",
        description = "On how many of the replicas it serves"),
    printcolumn(name = "Base", type_ = "string", json_path = ".status.base",
        description = "The path segment that it is served under"),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp"),
    printcolumn(name = "Digest", type_ = "string", json_path = ".status.shortDigest", priority = 1,
        description = "The beginning of the package's digest"),
    printcolumn(name = "Source", type_ = "string", json_path = ".status.sourceType", priority = 1,
        description = "Where the package comes from"),
    printcolumn(name = "Message", type_ = "string",
        json_path = r#".status.conditions[?(@.type=="Ready")].message"#, priority = 1,
        description = "What to know or to do"),
)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-validations" = rules([(
    "self.runtimeRef.name == oldSelf.runtimeRef.name",
    "spec.runtimeRef is immutable: create the Plugin for the other PluginRuntime and delete this one",
)])))]
pub struct PluginSpec {
    /// The plugin's name, `my-plugin` or `@scope/my-plugin`; must equal the one in the package's manifest. metadata.name if absent. Immutable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::plugin_name")]
    pub name: Option<String>,
    /// The PluginRuntime that serves the plugin. Immutable.
    #[serde(default)]
    pub runtime_ref: RuntimeRef,
    /// Where the package comes from: exactly one of `oci` and `configMap`.
    pub source: Source,
    /// The path segment under which the plugin is served, instead of the manifest's, e.g. `/hello`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::base")]
    pub base: Option<String>,
    /// Plugins that must run too, beside those that the manifest names. For a plugin that both name, both ranges must hold, and required wins over optional.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64), extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    pub dependencies: Vec<PluginDependency>,
    /// Requests that need no key: path patterns by method (GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS or ALL), relative to the base. `*` is one path segment or part of one, `**` any depth, `?` one character. What only the manifest opens stays closed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(schema_with = "schema::public_routes")]
    pub public_routes: BTreeMap<String, Vec<String>>,
    /// Values of the plugin's configuration, which go before the manifest's; any JSON of up to 64 KiB, checked against the manifest's schema.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    #[schemars(schema_with = "schema::any_object")]
    pub config: Map<String, Value>,
    /// Variables of the plugin's environment. Plugins that are linked by dependencies share one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64), extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    pub env: Vec<PluginVariable>,
    /// What the plugin may do beyond answering its own routes. What only the manifest asks for it may not.
    #[serde(default, skip_serializing_if = "PluginPermissions::is_empty")]
    #[schemars(extend("default" = {}))]
    pub permissions: PluginPermissions,
    /// Whether the plugin runs.
    #[serde(default = "on")]
    pub enabled: bool,
    /// Leaves everything as it is until it is false again: no update, no removal.
    #[serde(default)]
    pub suspend: bool,
}

/// The PluginRuntime, in the same namespace, that serves a plugin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RuntimeRef {
    /// The PluginRuntime's name.
    #[serde(default = "default_runtime")]
    #[schemars(schema_with = "schema::runtime_name")]
    pub name: String,
}

impl Default for RuntimeRef {
    fn default() -> Self {
        Self { name: default_runtime() }
    }
}

fn default_runtime() -> String {
    "default".to_owned()
}

fn on() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn plugin(spec: Value) -> Plugin {
        let object =
            json!({ "apiVersion": "davit.dev/v1alpha1", "kind": "Plugin", "metadata": { "name": "a" } });
        let Value::Object(mut object) = object else { unreachable!() };
        object.insert("spec".into(), spec);
        serde_json::from_value(object.into()).unwrap()
    }

    #[test]
    fn has_the_defaults_of_its_crd() {
        let spec = plugin(json!({ "source": { "configMap": { "name": "c" } } })).spec;
        assert!(spec.enabled && !spec.suspend && spec.runtime_ref.name == "default");
        let spec = plugin(json!({ "source": {}, "dependencies": [{ "name": "b" }] })).spec;
        assert_eq!((spec.dependencies[0].version.as_str(), spec.dependencies[0].optional), ("*", false));
    }

    #[test]
    fn drops_unknown_fields_but_not_those_of_its_configuration() {
        let config = json!({ "a": null, "b": { "c": [1, 2.5, { "d": "e" }] } });
        let spec = json!({ "source": {}, "config": config, "colour": "red" });
        let back = serde_json::to_value(plugin(spec).spec).unwrap();
        assert_eq!((back.get("colour"), &back["config"]), (None, &config));
    }

    #[test]
    fn a_fresh_status_speaks_of_no_generation() {
        let status: PluginStatus = serde_json::from_value(json!({})).unwrap();
        assert_eq!(status, PluginStatus::default());
        assert_eq!(serde_json::to_value(&status).unwrap(), json!({ "observedGeneration": -1 }));
    }

    #[test]
    fn a_status_comes_back_as_it_was_written_in_whole_seconds() {
        let status = json!({
            "observedGeneration": 3,
            "resolved": {
                "version": "1.2.0", "digest": format!("sha256:{}", "a".repeat(64)),
                "reference": "configmap/c", "time": "2026-11-21T10:00:00Z",
            },
            "loaded": "1/2", "sourceType": "ConfigMap", "group": ["a"], "notGranted": ["route GET /x"],
        });
        let read: PluginStatus = serde_json::from_value(status.clone()).unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap(), status);
    }
}
