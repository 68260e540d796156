//! The resource PluginRuntime: one set of identical runtime pods.

mod pod_template;
mod pod_variable;
mod resources;
mod rollout;
mod service;
mod status;
mod storage;

use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::schema::{self, rules};

pub use pod_template::PodTemplate;
pub use pod_variable::{ConfigMapKey, OWN_SECRETS, PodField, PodVariable, PodVariableSource, SecretKey};
pub use resources::Resources;
pub use rollout::Rollout;
pub use service::{Service, ServiceType};
pub use status::PluginRuntimeStatus;
pub use storage::{
    AccessMode, ClaimRequests, ClaimResources, EmptyDir, InvalidStorage, PersistentVolumeClaim, Storage,
    StorageRef,
};

/// The longest name of a PluginRuntime: names of its objects and a pod's ordinal
/// or hash are put behind it, and a pod's name is at most 63 characters.
pub const MAX_NAME: usize = 45;

/// How the pods that serve plugins are run.
#[derive(CustomResource, Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[kube(
    group = "davit.dev",
    version = "v1alpha1",
    kind = "PluginRuntime",
    plural = "pluginruntimes",
    shortname = "plgrt",
    category = "davit",
    namespaced,
    status = "PluginRuntimeStatus",
    derive = "PartialEq",
    doc = "A set of identical pods (replicas) that serve the Plugins which refer to it.",
    scale(
        spec_replicas_path = ".spec.replicas",
        status_replicas_path = ".status.replicas",
        label_selector_path = ".status.selector"
    ),
    validation = ("size(self.metadata.name) <= 45 && self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",
        "name the PluginRuntime with at most 45 lower-case letters, digits and `-`, beginning with a letter \
         and not ending with `-`: its Service bears the name"),
    printcolumn(name = "Ready", type_ = "string", json_path = r#".status.conditions[?(@.type=="Ready")].status"#,
        description = "Whether all replicas serve the plan"),
    printcolumn(name = "Reason", type_ = "string", json_path = r#".status.conditions[?(@.type=="Ready")].reason"#,
        description = "Why, as one word of the table of conditions"),
    printcolumn(name = "Replicas", type_ = "integer", json_path = ".status.replicas",
        description = "How many replicas there are, apart from those that are ending"),
    printcolumn(name = "Serving", type_ = "integer", json_path = ".status.ready",
        description = "How many of them serve the plan"),
    printcolumn(name = "Plugins", type_ = "integer", json_path = ".status.plugins",
        description = "How many plugins the plan has"),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp"),
    printcolumn(name = "Plan", type_ = "string", json_path = ".status.plan", priority = 1,
        description = "The digest of the plan"),
    printcolumn(name = "Message", type_ = "string",
        json_path = r#".status.conditions[?(@.type=="Ready")].message"#, priority = 1,
        description = "What to know or to do"),
)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-validations" = rules([
    ("self.operatorClass == oldSelf.operatorClass",
        "spec.operatorClass is immutable: create another PluginRuntime and delete this one"),
    ("self.storage == oldSelf.storage",
        "spec.storage is immutable: create another PluginRuntime, move the Plugins, and delete this one"),
])))]
pub struct PluginRuntimeSpec {
    /// The class of operators that looks after it: an operator started with another `--operator-class` leaves it alone. Immutable.
    #[serde(default = "default_class")]
    #[schemars(schema_with = "schema::class")]
    pub operator_class: String,
    /// How many pods there shall be; `kubectl scale` sets it.
    #[serde(default = "default_replicas")]
    #[schemars(range(min = 0, max = 100))]
    pub replicas: i32,
    /// The image of the runtime container. The operator's `--runtime-image` if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::image")]
    pub image: Option<String>,
    /// What each pod keeps packages and the plugins' own data on: exactly one of `emptyDir` and `persistentVolumeClaim`. Immutable.
    #[serde(default)]
    pub storage: Storage,
    /// CPU and memory of the runtime container, as in a pod.
    #[serde(default, skip_serializing_if = "Resources::is_empty")]
    #[schemars(extend("default" = {}))]
    pub resources: Resources,
    /// What the pods have beside what the operator gives them.
    #[serde(default, skip_serializing_if = "PodTemplate::is_empty")]
    #[schemars(extend("default" = {}))]
    pub pod_template: PodTemplate,
    /// The Service that clients reach the replicas by; it bears the PluginRuntime's name.
    #[serde(default)]
    pub service: Service,
    /// How long the steps of a change may take.
    #[serde(default)]
    pub rollout: Rollout,
    /// The Secret whose key `key` holds the admin key. If absent, the operator makes `<name>-admin-key` once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::object_name")]
    pub admin_key_secret: Option<String>,
    /// Secrets with further keys of the admin API: each has the key under `key` (16 to 1024 visible ASCII characters) and what it may do under `role` (`admin`, `editor` or `viewer`). A change of a Secret counts on all replicas within seconds and restarts nothing; one that is missing or malformed opens nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "schema::api_key_secrets")]
    pub api_key_secrets: Vec<String>,
}

impl Default for PluginRuntimeSpec {
    /// As the API server completes an empty `spec`.
    fn default() -> Self {
        Self {
            operator_class: default_class(),
            replicas: default_replicas(),
            image: None,
            storage: Storage::default(),
            resources: Resources::default(),
            pod_template: PodTemplate::default(),
            service: Service::default(),
            rollout: Rollout::default(),
            admin_key_secret: None,
            api_key_secrets: Vec::new(),
        }
    }
}

fn default_class() -> String {
    "davit".to_owned()
}

fn default_replicas() -> i32 {
    2
}
