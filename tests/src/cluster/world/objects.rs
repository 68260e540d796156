//! Objects of a world's namespace, written as YAML and read as JSON.

use kube::api::{ApiResource, DeleteParams, DynamicObject, GroupVersionKind, Patch, PatchParams};
use kube::{Api, Error};
use serde_json::{Value, json};

use super::World;
use crate::cluster::yaml;

impl World {
    /// Applies the documents of a YAML text in their order.
    pub async fn apply(&self, text: &str) {
        for document in yaml::documents(text) {
            self.apply_value(&document).await;
        }
    }

    /// Applies one object.
    pub async fn apply_value(&self, document: &Value) {
        let applied = self.try_apply(document).await;
        applied.unwrap_or_else(|error| panic!("cannot apply: {error}\n{document:#}"));
    }

    /// Applies one object by server-side apply. The answer is the object as it is
    /// stored, or the server's refusal.
    pub async fn try_apply(&self, document: &Value) -> Result<Value, Error> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (group_version, kind) = (text(&document["apiVersion"]), text(&document["kind"]));
        let (group, version) = group_version.rsplit_once('/').unwrap_or(("", &group_version));
        let api = self.api_of(&GroupVersionKind::gvk(group, version, &kind));
        let parameters = PatchParams::apply("suite").force();
        let name = text(&document["metadata"]["name"]);
        let applied = api.patch(&name, &parameters, &Patch::Apply(document)).await?;
        Ok(serde_json::to_value(applied).expect("objects are JSON"))
    }

    /// The object of this kind and name, if it is there.
    pub async fn object(&self, kind: &str, name: &str) -> Option<Value> {
        let found = self.api(kind).get_opt(name).await.expect("the API server answers");
        found.map(|object| serde_json::to_value(object).expect("objects are JSON"))
    }

    /// All objects of this kind.
    pub async fn objects(&self, kind: &str) -> Vec<Value> {
        let list = self.api(kind).list(&kube::api::ListParams::default()).await;
        let list = list.expect("the API server answers");
        list.items.into_iter().map(|object| serde_json::to_value(object).expect("objects are JSON")).collect()
    }

    /// The Plugin of this name.
    pub async fn plugin(&self, name: &str) -> Value {
        self.object("Plugin", name).await.unwrap_or_else(|| panic!("there is no Plugin {name}"))
    }

    /// The PluginRuntime of this name.
    pub async fn runtime(&self, name: &str) -> Value {
        self.object("PluginRuntime", name).await.unwrap_or_else(|| panic!("there is no PluginRuntime {name}"))
    }

    /// Changes fields of an object by a JSON merge patch (RFC 7396).
    pub async fn patch(&self, kind: &str, name: &str, change: Value) {
        let patched = self.api(kind).patch(name, &PatchParams::default(), &Patch::Merge(change)).await;
        patched.unwrap_or_else(|error| panic!("cannot change the {kind} {name}: {error}"));
    }

    /// Changes the status of an object, as whoever writes it could.
    pub async fn patch_status(&self, kind: &str, name: &str, change: Value) {
        let change = Patch::Merge(json!({"status": change}));
        let patched = self.api(kind).patch_status(name, &PatchParams::default(), &change).await;
        patched.unwrap_or_else(|error| panic!("cannot change the status of the {kind} {name}: {error}"));
    }

    /// Asks the source of a Plugin again, as a person does with an annotation.
    pub async fn request(&self, plugin: &str) {
        let now = jiff::Timestamp::now().to_string();
        let annotations = json!({"davit.dev/requestedAt": now});
        self.patch("Plugin", plugin, json!({"metadata": {"annotations": annotations}})).await;
    }

    /// Deletes an object.
    pub async fn delete(&self, kind: &str, name: &str) {
        let deleted = self.api(kind).delete(name, &DeleteParams::default()).await;
        deleted.unwrap_or_else(|error| panic!("cannot delete the {kind} {name}: {error}"));
    }

    /// The API of one of the kinds that the suite reads.
    pub fn api(&self, kind: &str) -> Api<DynamicObject> {
        let (group, version) = match kind {
            "Plugin" | "PluginRuntime" => ("davit.dev", "v1alpha1"),
            "Deployment" | "StatefulSet" | "ReplicaSet" => ("apps", "v1"),
            "PodDisruptionBudget" => ("policy", "v1"),
            "Lease" => ("coordination.k8s.io", "v1"),
            "EndpointSlice" => ("discovery.k8s.io", "v1"),
            "Event" => ("events.k8s.io", "v1"),
            "ConfigMap" | "Pod" | "Secret" | "Service" | "PersistentVolumeClaim" => ("", "v1"),
            _ => panic!("add the group of the kind {kind} here"),
        };
        self.api_of(&GroupVersionKind::gvk(group, version, kind))
    }

    fn api_of(&self, kind: &GroupVersionKind) -> Api<DynamicObject> {
        Api::namespaced_with(self.client.clone(), &self.namespace, &ApiResource::from_gvk(kind))
    }
}
