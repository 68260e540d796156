//! The resources Plugin and PluginRuntime, their conditions, and the YAML and
//! reference made from them.

pub mod condition;
pub mod definitions;
pub mod generate;
mod moment;
pub mod plugin;
mod quantity;
pub mod runtime;
mod schema;

pub use condition::ConditionType;
pub use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
pub use plugin::{
    ConfigMapItem, ConfigMapSource, InvalidGrant, InvalidSource, MAX_CONFIG, OciSource, Plugin,
    PluginDependency, PluginPermissions, PluginSpec, PluginStatus, PluginVariable, Resolved, RuntimeRef,
    SecretRef, Serving, Source, SourceRef, SourceType,
};
pub use runtime::{
    AccessMode, ClaimRequests, ClaimResources, ConfigMapKey, EmptyDir, InvalidStorage, OWN_SECRETS,
    PersistentVolumeClaim, PluginRuntime, PluginRuntimeSpec, PluginRuntimeStatus, PodField, PodTemplate,
    PodVariable, PodVariableSource, Resources, Rollout, SecretKey, Service, ServiceType, Storage, StorageRef,
};

/// The API group of both resources.
pub const GROUP: &str = "davit.dev";
/// The version of the API.
pub const VERSION: &str = "v1alpha1";
/// The annotation of a Plugin whose new value asks its source again, now.
pub const REQUESTED_AT: &str = "davit.dev/requestedAt";
/// The annotation of a PluginRuntime whose new value replaces every worker.
pub const RELOAD_AT: &str = "davit.dev/reloadAt";
/// The label that all objects of a PluginRuntime bear; its value is the name.
pub const RUNTIME_LABEL: &str = "davit.dev/runtime";
