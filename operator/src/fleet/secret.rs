//! Secrets that the operator makes: read by name, written only over what was read.

use std::collections::BTreeMap;

use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret;
use kube::api::{Api, ObjectMeta, PostParams};
use kube::{Client, ResourceExt as _};
use rustls::crypto::ring;

use super::FleetError;
use super::apply::FIELD_MANAGER;
use super::names::Names;

/// What a Secret holds.
pub(super) type Data = BTreeMap<String, ByteString>;

/// The PluginRuntime's own Secret of this name, if it is there.
pub(super) async fn read(client: &Client, names: &Names, name: &str) -> Result<Option<Secret>, FleetError> {
    let secret = api(client, names).get_opt(name).await.map_err(FleetError::api("Secret", name))?;
    match secret {
        Some(secret) if !names.controls(&secret.metadata) => Err(FleetError::foreign("Secret", name)),
        secret => Ok(secret),
    }
}

/// Writes what a Secret shall hold; refused if it is not the one that was read.
pub(super) async fn write(
    client: &Client,
    names: &Names,
    name: &str,
    before: Option<Secret>,
    data: Data,
) -> Result<(), FleetError> {
    let api = api(client, names);
    let params = PostParams { field_manager: Some(FIELD_MANAGER.to_owned()), ..PostParams::default() };
    let written = if let Some(before) = before {
        let metadata = ObjectMeta {
            uid: before.uid(),
            resource_version: before.resource_version(),
            annotations: before.metadata.annotations,
            ..names.metadata(name)
        };
        let secret = Secret { metadata, data: Some(data), string_data: None, ..before };
        api.replace(name, &params, &secret).await
    } else {
        let secret = Secret { metadata: names.metadata(name), data: Some(data), ..Secret::default() };
        api.create(&params, &secret).await
    };
    written.map(drop).map_err(FleetError::api("Secret", name))
}

/// What a Secret holds that may not be there.
pub(super) fn data(secret: Option<&Secret>) -> Data {
    secret.and_then(|secret| secret.data.clone()).unwrap_or_default()
}

/// 256 bits that nobody can guess.
pub(super) fn random() -> Result<[u8; 32], FleetError> {
    let mut bytes = [0; 32];
    ring::default_provider().secure_random.fill(&mut bytes).map_err(|_| FleetError::NoRandomness)?;
    Ok(bytes)
}

fn api(client: &Client, names: &Names) -> Api<Secret> {
    Api::namespaced(client.clone(), &names.namespace)
}
