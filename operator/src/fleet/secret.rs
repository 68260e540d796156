//! Secrets that the operator makes: read by name, written only over what was read.

use std::collections::BTreeMap;

use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret;
use kube::api::{Api, ObjectMeta, Patch, PatchParams, PostParams};
use kube::{Client, ResourceExt as _};
use rustls::crypto::ring;
use serde_json::{Map, Value, json};

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
    let manager = Some(FIELD_MANAGER.to_owned());
    let written = if let Some(before) = before {
        let params = PatchParams { field_manager: manager, ..PatchParams::default() };
        api.patch(name, &params, &Patch::Merge(renewal(names, name, &before, &data))).await
    } else {
        let params = PostParams { field_manager: manager, ..PostParams::default() };
        let secret = Secret { metadata: names.metadata(name), data: Some(data), ..Secret::default() };
        api.create(&params, &secret).await
    };
    written.map(drop).map_err(FleetError::api("Secret", name))
}

/// The JSON merge patch (RFC 7396) that makes of the Secret that was read one that
/// holds `data` and nothing else. It bears that Secret's UID and version: for any
/// other one it is a conflict.
fn renewal(names: &Names, name: &str, before: &Secret, data: &Data) -> Value {
    let gone = before.data.iter().flat_map(BTreeMap::keys).filter(|key| !data.contains_key(*key));
    let mut held: Map<String, Value> = gone.map(|key| (key.clone(), Value::Null)).collect();
    held.extend(data.iter().map(|(key, value)| (key.clone(), json!(value))));
    let metadata =
        ObjectMeta { uid: before.uid(), resource_version: before.resource_version(), ..names.metadata(name) };
    json!({ "metadata": metadata, "data": held })
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

#[cfg(test)]
mod tests {
    use super::super::tests::runtime;
    use super::*;

    #[test]
    fn a_renewal_is_of_the_very_secret_that_was_read_and_leaves_only_what_is_wanted() {
        let names = Names::of(&runtime("{}"));
        let bytes = |text: &str| ByteString(text.into());
        let metadata =
            ObjectMeta { uid: Some("u".into()), resource_version: Some("7".into()), ..ObjectMeta::default() };
        let held = Data::from([("old".into(), bytes("1")), ("kept".into(), bytes("2"))]);
        let before = Secret { metadata, data: Some(held), ..Secret::default() };
        let wanted = Data::from([("kept".into(), bytes("2")), ("new".into(), bytes("3"))]);
        let patch = renewal(&names, "s", &before, &wanted);
        assert_eq!(
            (&patch["metadata"]["uid"], &patch["metadata"]["resourceVersion"]),
            (&json!("u"), &json!("7"))
        );
        assert_eq!(patch["data"], json!({"old": null, "kept": "Mg==", "new": "Mw=="}));
        assert_eq!(patch["metadata"]["ownerReferences"][0]["name"], "default");
    }
}
