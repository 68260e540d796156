//! ConfigMaps.

use bytes::Bytes;
use davit_crds::{ConditionType, ConfigMapSource, Plugin};
use davit_plugin::Reason;
use davit_plugin::package::{PackOptions, pack};
use jiff::Timestamp;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::{Api, ResourceExt as _};

use super::Found;
use crate::artifact::Resolved;
use crate::context::Context;
use crate::trouble::Trouble;

pub(super) async fn resolve(
    plugin: &Plugin,
    source: &ConfigMapSource,
    ctx: &Context,
) -> Result<Found, Trouble> {
    let trouble = |reason, message: String| Trouble::retry(ConditionType::SourceResolved, reason, message);
    let api: Api<ConfigMap> = Api::namespaced(ctx.client.clone(), &plugin.namespace().unwrap_or_default());
    let name = &source.name;
    let map =
        api.get_opt(name).await.map_err(|error| trouble(Reason::RegistryUnreachable, error.to_string()))?;
    let map = map.ok_or_else(|| {
        trouble(Reason::ConfigMapNotFound, format!("there is no ConfigMap {name}: apply it"))
    })?;
    let scratch = tempfile::tempdir().map_err(|error| trouble(Reason::PackageInvalid, error.to_string()))?;
    let text = map.data.unwrap_or_default().into_iter().map(|(key, text)| (key, text.into_bytes()));
    let binary = map.binary_data.unwrap_or_default().into_iter().map(|(key, bytes)| (key, bytes.0));
    for (key, bytes) in text.chain(binary) {
        let path = match source.items.iter().find(|item| item.key == key) {
            Some(item) => item.path.clone(),
            None if source.items.is_empty() => key,
            None => continue,
        };
        let file = scratch.path().join(path);
        let folder = file.parent().unwrap_or(scratch.path());
        std::fs::create_dir_all(folder)
            .and_then(|()| std::fs::write(&file, bytes))
            .map_err(|error| trouble(Reason::PackageInvalid, error.to_string()))?;
    }
    let packed = pack(scratch.path(), &PackOptions::default())
        .map_err(|error| trouble(Reason::PackageInvalid, error.to_string()))?;
    let resolved =
        Resolved { digest: packed.digest, reference: format!("configmap/{name}"), time: Timestamp::now() };
    Ok(Found { resolved, bytes: Bytes::from(packed.bytes) })
}
