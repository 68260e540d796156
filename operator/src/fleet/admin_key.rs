//! The Secret with the admin key: the one that `spec.adminKeySecret` names, else
//! one that is made once.

use davit_crds::PluginRuntime;
use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret;
use kube::{Api, Client};

use super::FleetError;
use super::names::Names;
use super::secret::{data, random, read, write};

/// The key of the Secret that the runtime reads.
pub(super) const KEY: &str = "key";

/// The name of the Secret.
pub(super) fn name(names: &Names, runtime: &PluginRuntime) -> String {
    runtime.spec.admin_key_secret.clone().unwrap_or_else(|| names.admin_key())
}

/// Makes the key if it is the operator's to make, else looks that it is there.
pub(super) async fn ensure(
    client: &Client,
    names: &Names,
    runtime: &PluginRuntime,
) -> Result<(), FleetError> {
    let name = name(names, runtime);
    if runtime.spec.admin_key_secret.is_some() {
        return look(client, names, &name).await;
    }
    let before = read(client, names, &name).await?;
    if holds_key(before.as_ref()) {
        return Ok(());
    }
    let mut wanted = data(before.as_ref());
    wanted.insert(KEY.to_owned(), ByteString(hex::encode(random()?).into_bytes()));
    write(client, names, &name, before, wanted).await
}

async fn look(client: &Client, names: &Names, name: &str) -> Result<(), FleetError> {
    let api: Api<Secret> = Api::namespaced(client.clone(), &names.namespace);
    let secret = api.get_opt(name).await.map_err(FleetError::api("Secret", name))?;
    if holds_key(secret.as_ref()) { Ok(()) } else { Err(FleetError::NoAdminKey(name.to_owned())) }
}

fn holds_key(secret: Option<&Secret>) -> bool {
    data(secret).get(KEY).is_some_and(|key| !key.0.trim_ascii().is_empty())
}
