//! What the tests of the builders share.

use davit_crds::{PluginRuntime, PluginRuntimeSpec};
use serde::Serialize;
use serde_json::Value;

use super::names::Names;

/// The PluginRuntime `apps/default` with a spec as JSON.
pub(super) fn runtime(spec: &str) -> PluginRuntime {
    let spec: PluginRuntimeSpec = serde_json::from_str(spec).unwrap();
    let mut runtime = PluginRuntime::new("default", spec);
    runtime.metadata.namespace = Some("apps".into());
    runtime.metadata.uid = Some("b7a1c9e2".into());
    runtime
}

/// An object of it as the API server gets it.
pub(super) fn built<T: Serialize>(
    runtime: &PluginRuntime,
    build: impl FnOnce(&Names, &PluginRuntime) -> T,
) -> Value {
    serde_json::to_value(build(&Names::of(runtime), runtime)).unwrap()
}
