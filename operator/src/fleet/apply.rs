//! Server-side apply of objects that a PluginRuntime controls.

use std::fmt::Debug;

use k8s_openapi::NamespaceResourceScope;
use kube::api::{Api, Patch, PatchParams};
use kube::{Client, Resource, ResourceExt as _};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::FleetError;
use super::names::Names;

/// The one who owns the fields that the operator writes.
pub(super) const FIELD_MANAGER: &str = "davit-operator";

/// Applies an object, unless there is one of the name that the PluginRuntime
/// does not control.
pub(super) async fn apply<K>(client: &Client, names: &Names, mut object: K) -> Result<(), FleetError>
where
    K: Resource<DynamicType = (), Scope = NamespaceResourceScope> + Clone + Debug,
    K: Serialize + DeserializeOwned,
{
    let (kind, name) = (kind::<K>(), object.name_any());
    let api: Api<K> = Api::namespaced(client.clone(), &names.namespace);
    let failed = || FleetError::api(kind, &name);
    let params = match api.get_metadata_opt(&name).await.map_err(failed())? {
        Some(there) if !names.controls(&there.metadata) => return Err(FleetError::foreign(kind, &name)),
        Some(there) => {
            // Only this one: not another that takes its name meanwhile.
            object.meta_mut().uid = there.metadata.uid;
            PatchParams::apply(FIELD_MANAGER).force()
        }
        // Where somebody else makes one meanwhile, this is a conflict.
        None => PatchParams::apply(FIELD_MANAGER),
    };
    api.patch(&name, &params, &Patch::Apply(&object)).await.map_err(failed())?;
    Ok(())
}

/// The kind's name.
fn kind<K: Resource<DynamicType = ()>>() -> &'static str {
    match K::kind(&()) {
        std::borrow::Cow::Borrowed(kind) => kind,
        std::borrow::Cow::Owned(_) => "object",
    }
}
