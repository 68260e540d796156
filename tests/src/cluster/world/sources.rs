//! Plugins and runtimes as most tests want them.

use serde_json::{Value, json};

use super::World;
use crate::cluster::registry::Pushed;

impl World {
    /// Applies a PluginRuntime with so many replicas and defaults for the rest.
    pub async fn apply_runtime(&self, name: &str, replicas: u32) {
        self.apply_value(&resource("PluginRuntime", name, &json!({"replicas": replicas}))).await;
    }

    /// Saves a plugin's folder and pushes it as `acme/<name>:<tag>`: `more` are
    /// further lines of the manifest, `code` is `plugin.ts`.
    pub async fn push(&self, name: &str, tag: &str, more: &str, code: &str) -> Pushed {
        let folder = self.plugins.plugin(name, more, code);
        self.registry.push(&folder, &format!("acme/{name}:{tag}")).await
    }

    /// Applies a Plugin whose source is this reference in a registry of the suite.
    pub async fn apply_oci(&self, name: &str, reference: &str) {
        let oci = json!({"reference": reference, "insecure": true});
        self.apply_plugin(name, &json!({"source": {"oci": oci}})).await;
    }

    /// Applies a Plugin whose source is the ConfigMap of the same name.
    pub async fn apply_from_config_map(&self, name: &str) {
        self.apply_plugin(name, &json!({"source": {"configMap": {"name": name}}})).await;
    }

    /// Applies a Plugin with this spec.
    pub async fn apply_plugin(&self, name: &str, spec: &Value) {
        self.apply_value(&resource("Plugin", name, spec)).await;
    }

    /// Applies a ConfigMap that holds a plugin of this name, served under its name:
    /// `more` are further lines of the manifest, `code` is `plugin.ts`.
    pub async fn apply_config_map(&self, name: &str, more: &str, code: &str) {
        let manifest = format!("name: {name}\nbase: /{name}\n{more}");
        self.apply_value(&json!({
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": name},
            "data": {"manifest.yaml": manifest, "plugin.ts": code},
        }))
        .await;
    }

    /// Applies both: the ConfigMap and the Plugin that is made of it.
    pub async fn apply_config_map_plugin(&self, name: &str, more: &str, code: &str) {
        self.apply_config_map(name, more, code).await;
        self.apply_from_config_map(name).await;
    }
}

/// A resource of Davit's.
fn resource(kind: &str, name: &str, spec: &Value) -> Value {
    json!({"apiVersion": "davit.dev/v1alpha1", "kind": kind, "metadata": {"name": name}, "spec": spec})
}
