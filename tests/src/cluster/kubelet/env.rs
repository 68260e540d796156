//! The environment and the arguments of a pod's process.

use std::net::Ipv4Addr;

use k8s_openapi::api::core::v1::{Container, EnvVar, Pod};
use kube::ResourceExt;

use super::node::HOST;
use super::volumes::Mounts;

/// The variables that the container's spec gives, mount paths replaced by the real
/// folders. An error says what the stand-in does not play.
pub(super) fn variables(
    container: &Container,
    pod: &Pod,
    address: Ipv4Addr,
    mounts: &Mounts,
) -> Result<Vec<(String, String)>, String> {
    if container.env_from.as_ref().is_some_and(|sources| !sources.is_empty()) {
        return Err("envFrom is not played".to_owned());
    }
    let variable = |variable: &EnvVar| {
        let value = value(variable, pod, address)?;
        Ok((variable.name.clone(), mounts.real(&value)))
    };
    container.env.iter().flatten().map(variable).collect()
}

fn value(variable: &EnvVar, pod: &Pod, address: Ipv4Addr) -> Result<String, String> {
    let Some(source) = &variable.value_from else {
        return Ok(variable.value.clone().unwrap_or_default());
    };
    let field = source.field_ref.as_ref().map(|field| field.field_path.as_str());
    match field {
        Some("metadata.name") => Ok(pod.name_any()),
        Some("metadata.namespace") => Ok(pod.namespace().unwrap_or_default()),
        Some("metadata.uid") => Ok(pod.uid().unwrap_or_default()),
        Some("status.podIP") => Ok(address.to_string()),
        Some("status.hostIP") => Ok(HOST.to_owned()),
        _ => Err(format!("the source of the variable {} is not played", variable.name)),
    }
}
