//! The variables of the runtime container: who the pod is and where everything
//! lies, and what the resource adds.

use davit_crds::{PluginRuntime, PodVariable};
use k8s_openapi::api::core::v1::{EnvVar, EnvVarSource, ObjectFieldSelector};

use super::names::Names;
use super::{admin_key, volumes};

/// The one variable that the operator sets and the resource may set otherwise.
const LOG_FORMAT: &str = "DAVIT_LOG_FORMAT";

/// All variables.
pub(super) fn environment(names: &Names, runtime: &PluginRuntime) -> Vec<EnvVar> {
    let value =
        |name: &str, value: String| EnvVar { name: name.to_owned(), value: Some(value), ..EnvVar::default() };
    let uid = ObjectFieldSelector { field_path: "metadata.uid".to_owned(), ..ObjectFieldSelector::default() };
    let uid = EnvVar {
        name: "DAVIT_POD_UID".to_owned(),
        value_from: Some(EnvVarSource { field_ref: Some(uid), ..EnvVarSource::default() }),
        ..EnvVar::default()
    };
    let drain = runtime.spec.rollout.drain_timeout();
    let own = vec![
        value(LOG_FORMAT, "json".to_owned()),
        value("DAVIT_CONTROL_TLS", volumes::CONTROL_PATH.to_owned()),
        value("DAVIT_CONTROL_NAME", names.server_name()),
        uid,
        value("RUNTIME_ROOT_KEY_FILE", format!("{}/{}", volumes::ADMIN_KEY_PATH, admin_key::KEY)),
        value("DAVIT_VOLUME", volumes::VOLUME_PATH.to_owned()),
        value("DAVIT_DRAIN_TIMEOUT", format!("{}ms", drain.as_millis())),
    ];
    with(own, &runtime.spec.pod_template.env)
}

/// The operator's variables and the resource's, each name once: how lines are
/// logged is the resource's to say, the rest the API server has refused in it.
fn with(mut own: Vec<EnvVar>, given: &[PodVariable]) -> Vec<EnvVar> {
    own.retain(|one| one.name != LOG_FORMAT || given.iter().all(|other| other.name != LOG_FORMAT));
    let is_new = |one: &&PodVariable| own.iter().all(|other| other.name != one.name);
    let new: Vec<_> = given.iter().filter(is_new).map(EnvVar::from).collect();
    own.extend(new);
    own
}
